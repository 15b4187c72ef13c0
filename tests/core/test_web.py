"""A route answers after its commit, in the one shape of refusal, and to whom it is open."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import text

from core import errors, staff
from core.db import Sessions
from core.security import hash_password
from core.staff import Actor
from core.web import COOKIE, PROBLEM, Tx, allow, explain_errors, public
from tests.services import connect

REFUSALS = (errors.NotFound, errors.Conflict, errors.Forbidden, errors.Invalid, errors.Stale, errors.Unauthenticated)
OPEN = [public()]


class Note(BaseModel):
    """What may be written."""

    words: str = Field(max_length=10)
    n: int = 0


@pytest.fixture
def app(sessions: Sessions, clean_database: str, at: datetime) -> Iterator[FastAPI]:
    """A small application with a table that finds some faults only at the commit."""
    made = FastAPI()
    explain_errors(made)
    made.state.sessions, made.state.clock, made.state.log = sessions, lambda: at, logging.getLogger("tests.web")
    _writing(made, clean_database)
    _refusing(made)
    with connect(clean_database) as database:
        database.execute("create table doubtful (n int unique deferrable initially deferred, words varchar(5))")
        yield made
        database.execute("drop table doubtful")


def _writing(app: FastAPI, url: str) -> None:
    @app.post("/notes", dependencies=OPEN)
    def write(note: Note, tx: Tx) -> dict[str, int]:
        tx.execute(text("insert into doubtful values (:n, :words)"), {"n": note.n, "words": note.words})
        return {"written": note.n}

    @app.post("/cut-off", dependencies=OPEN)
    def cut_off(tx: Tx) -> dict[str, str]:
        tx.execute(text("insert into doubtful values (7)"))
        own = tx.scalar(text("select pg_backend_pid()"))
        with connect(url) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [own])
        return {"written": "or so it seems"}

    @app.get("/mine")
    def mine(actor: Annotated[Actor, allow("queue.watch")]) -> str:
        return actor.login


def _refusing(app: FastAPI) -> None:
    @app.post("/refuse/{n}", dependencies=OPEN)
    def refuse(n: int, tx: Tx) -> None:
        tx.execute(text("insert into doubtful values (:n)"), {"n": n})
        raise REFUSALS[n]("Do this instead.", field="x")

    @app.get("/redis-away", dependencies=OPEN)
    def redis_away() -> None:
        raise RedisAway("nobody there, and here is a secret")

    @app.get("/bug", dependencies=OPEN)
    def bug() -> None:
        raise KeyError("a secret")


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://120") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asking())


def written(sessions: Sessions) -> int:
    with sessions() as tx:
        return tx.scalar(text("select count(*) from doubtful")) or 0


def test_a_success_is_answered_after_the_commit(app: FastAPI, sessions: Sessions) -> None:
    assert ask(app, "POST", "/notes", json={"words": "hello"}).json() == {"written": 0}
    assert written(sessions) == 1


def test_a_commit_that_fails_never_answers_success(app: FastAPI, sessions: Sessions) -> None:
    assert ask(app, "POST", "/notes", json={"words": "one", "n": 1}).status_code == 200
    doubled = ask(app, "POST", "/notes", json={"words": "two", "n": 1})
    assert (doubled.status_code, doubled.headers["content-type"]) == (503, PROBLEM)
    assert written(sessions) == 1


def test_a_connection_lost_before_the_commit_never_answers_success(app: FastAPI, sessions: Sessions) -> None:
    reply = ask(app, "POST", "/cut-off")
    assert (reply.status_code, reply.json()["title"]) == (503, "Out of order")
    assert written(sessions) == 0
    assert ask(app, "POST", "/notes", json={"words": "next"}).status_code == 200


@pytest.mark.parametrize("n", range(len(REFUSALS)))
def test_a_refusal_says_what_to_do_in_one_shape_and_changes_nothing(app: FastAPI, sessions: Sessions, n: int) -> None:
    reply, refusal = ask(app, "POST", f"/refuse/{n}"), REFUSALS[n]
    assert (reply.status_code, reply.headers["content-type"]) == (refusal.status, PROBLEM)
    assert reply.json() == {
        "type": "about:blank", "title": refusal.title, "status": refusal.status, "detail": "Do this instead.",
        "field": "x",
    }  # fmt: skip
    assert (reply.headers.get("www-authenticate") == "Bearer") == (refusal is errors.Unauthenticated)
    assert written(sessions) == 0


BAD: dict[str, dict[str, Any]] = {
    "no JSON": {"content": b"{words: 1"},
    "nothing": {"content": b""},
    "no text": {"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}},
    "another type": {"data": {"words": "hello"}},
    "a list": {"json": ["hello"]},
    "a missing field": {"json": {"n": 1}},
    "a number for words": {"json": {"words": 5}},
    "too long": {"json": {"words": "x" * 11}},
    "too long for the column alone": {"json": {"words": "x" * 6}},
    "half a character": {"content": b'{"words": "\\ud800"}', "headers": {"Content-Type": "application/json"}},
    "a NUL character": {"json": {"words": "a\0b"}},
    "a number out of range": {"json": {"words": "x", "n": 2**31}},
    "a number beyond all ranges": {"json": {"words": "x", "n": 10**30}},
    "deep nesting": {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_a_clear_answer_and_nothing_is_written(app: FastAPI, sessions: Sessions, what: str) -> None:
    reply = ask(app, "POST", "/notes", **BAD[what])
    assert reply.status_code in {400, 422}
    assert reply.headers["content-type"] == PROBLEM
    assert reply.json()["detail"]
    assert written(sessions) == 0


@pytest.mark.parametrize(("path", "status"), [("/redis-away", 503), ("/bug", 500), ("/nowhere", 404)])
def test_outages_bugs_and_wrong_addresses_have_the_same_shape_and_tell_no_secret(
    app: FastAPI, path: str, status: int
) -> None:
    reply = ask(app, "GET", path)
    assert (reply.status_code, reply.headers["content-type"], reply.json()["status"]) == (status, PROBLEM, status)
    assert "secret" not in reply.text


def test_a_wrong_method_is_told_the_right_one(app: FastAPI) -> None:
    reply = ask(app, "DELETE", "/notes")
    assert (reply.status_code, reply.headers["allow"], reply.headers["content-type"]) == (405, "POST", PROBLEM)


def test_a_route_is_open_to_those_who_hold_its_permission(app: FastAPI, sessions: Sessions, at: datetime) -> None:
    tokens = {}
    with sessions.begin() as tx:
        for role in ("supervisor", "counselor"):
            staff.add_staff(tx, role, role, role, hash_password("x"), at=at)
            tx.flush()
            tokens[role] = (staff.sign_in(tx, role, "x", at=at) or ("",))[0]

    def knock(token: str) -> int:
        return ask(app, "GET", "/mine", headers={"Authorization": f"Bearer {token}"}).status_code

    assert [knock(tokens["supervisor"]), knock(tokens["counselor"]), knock("stolen")] == [200, 403, 401]
    assert ask(app, "GET", "/mine").status_code == 401
    assert ask(app, "GET", "/mine", headers={"Authorization": "Basic eDp4"}).status_code == 401
    assert ask(app, "GET", "/mine", headers={"Cookie": f"{COOKIE}={tokens['supervisor']}"}).status_code == 200


def test_a_permission_that_nobody_holds_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match=r"fly\.away"):
        allow("fly.away")
