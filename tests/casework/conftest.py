"""A small house around casework: people of every role, their HTTP clients, a caller, and the worker's hand."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from redis import Redis
from sqlalchemy import or_, select

from casework.config import Config, Endpoint, Means
from casework.handlers import handlers
from casework.messages import ContactPlaced, RecordingToErase
from casework.routes import router
from casework.service.places import load_districts
from casework.tables import Contact, Escalation
from core.db import Sessions
from core.delivery import Handlers, deliver
from core.ids import named_id
from core.outbox import OPEN, OutboxMessage
from core.security import Vault, new_token, token_hash
from core.staff import Actor, Staff, StaffSession, actor_of
from core.web import explain_errors
from tests.casework.partner import Partner

NUMBER = "+821012345678"
SECRET = "a secret of enough characters"


class Clock:
    """The one time of a test; moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


class Desk:
    """An HTTP client on the application itself."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self.app, self.headers = app, headers

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://120", headers=self.headers) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def patch(self, path: str, **more: Any) -> httpx.Response:
        return self.request("PATCH", path, **more)


class House:
    """Everything a test needs to play a day at the line."""

    def __init__(self, sessions: Sessions, redis: Redis, vault: Vault, at: datetime) -> None:
        self.sessions, self.redis, self.vault, self.clock = sessions, redis, vault, Clock(at)
        self.people: dict[str, Actor] = {}
        self.config = Config()
        self.app = FastAPI()
        self.app.include_router(router)
        explain_errors(self.app)
        state = self.app.state
        state.sessions, state.clock, state.vault, state.redis = sessions, self.clock, vault, redis
        state.log = logging.getLogger("tests.casework")
        self.configure(self.config)

    def configure(self, config: Config) -> None:
        self.config = self.app.state.casework = config

    @property
    def means(self) -> Means:
        return Means(self.vault, self.config)

    def person(self, role: str, *, name: str = "", district: str | None = None, team: str | None = None) -> Actor:
        login = name or role
        if login not in self.people:
            with self.sessions.begin() as tx:
                staff = Staff(id=named_id("staff", login), login=login, name=login, role=role, password_hash="-")
                staff.district, staff.team, staff.languages = district, team, "ko"
                tx.add(staff)
                tx.flush()
                self.people[login] = actor_of(staff)
        return self.people[login]

    def desk(self, role: str, *, name: str = "", district: str | None = None, team: str | None = None) -> Desk:
        """Give an HTTP client signed in as somebody of this role."""
        actor, token = self.person(role, name=name, district=district, team=team), new_token()
        with self.sessions.begin() as tx:
            row = StaffSession(token_hash=token_hash(token), staff_id=actor.id, started_at=self.clock.at)
            row.ends_at = self.clock.at + timedelta(days=60)
            tx.add(row)
        return self.visitor(Authorization=f"Bearer {token}")

    def visitor(self, **headers: str) -> Desk:
        return Desk(self.app, headers)

    def ring(self, call: str = "CA1", number: str | None = NUMBER) -> UUID:
        """Let a call arrive as the journal writes it: seven columns and no more."""
        contact_id = named_id("contact", call)
        with self.sessions.begin() as tx:
            tx.add(
                Contact(
                    id=contact_id,
                    channel="phone",
                    provider_ref=call,
                    opened_at=self.clock.at,
                    state="open",
                    caller_cipher=self.vault.seal(number) if number else None,
                    caller_fingerprint=self.vault.fingerprint(number) if number else None,
                )
            )
        return contact_id

    def talk(self, call: str = "CA1", number: str | None = NUMBER, *, counselor: str = "counselor") -> UUID:
        """Let a call be answered by a counselor and end."""
        from casework.service import assign, ended

        contact_id, actor = self.ring(call, number), self.person("counselor", name=counselor)
        with self.sessions.begin() as tx:
            assign(tx, contact_id, actor.id, at=self.clock.at)
        with self.sessions.begin() as tx:
            ended(tx, contact_id, ended_by="caller", reached="counselor", at=self.clock.at)
        return contact_id

    def work(self, *, rounds: int = 20) -> list[str]:
        """Deliver everything that is due now, as the worker does; give what was delivered, in order."""
        seen: list[str] = []
        for _ in range(rounds):
            with self.sessions() as tx:
                quiet = OutboxMessage.quiet_until
                free = or_(quiet.is_(None), quiet <= self.clock.at)
                due = select(OutboxMessage).where(
                    OutboxMessage.due <= self.clock.at, free, OutboxMessage.state.in_(OPEN)
                )
                rows = tx.scalars(due.order_by(OutboxMessage.due, OutboxMessage.id)).all()
            if not rows:
                return seen
            # What casework tells those above it has nobody to hear it here.
            above: Handlers = {ContactPlaced: lambda *_: None, RecordingToErase: lambda *_: None}
            bound = {**handlers(vault=self.vault, redis=self.redis, config=self.config), **above}
            for row in rows:
                state = deliver(self.sessions, bound, row.id, self.clock)
                seen.append(row.kind if state == "done" else f"{row.kind}:{state}")
        raise AssertionError(f"The outbox never came to rest: {seen[-10:]}")

    def reasons(self, about: UUID, *, open_only: bool = False) -> set[str]:
        """Give why something was escalated."""
        found = self.rows(Escalation, Escalation.about_id == about)
        return {one.reason for one in found if one.state != "resolved" or not open_only}

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.sessions() as tx:
            return list(tx.scalars(select(table).where(*where)))

    def row(self, table: Any, key: UUID) -> Any:
        with self.sessions() as tx:
            return tx.get_one(table, key)


@pytest.fixture
def house(sessions: Sessions, redis: Redis, vault: Vault, at: datetime) -> House:
    with sessions.begin() as tx:
        load_districts(tx)
    return House(sessions, redis, vault, at)


@pytest.fixture
def form() -> Callable[..., dict[str, Any]]:
    """Give a form that can be finalized, with changes."""

    def fill(**changes: Any) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "relation": "self",
            "topic": "loneliness",
            "outcome_class": "data",
            "triage_level": "info",
            "consent": {"answer": "given"},
            "notes": "혼자 지낸 지 오래되었다고 함.",
        }
        return {key: value for key, value in (whole | changes).items() if value is not None}

    return fill


VISIT = {"district": "11680", "address": "테헤란로 1, 101동 202호", "reason": "Nobody saw him for a week"}
DISPATCH = {
    "kind": "119",
    "place": "테헤란로 1, 101동 202호",
    "place_source": "caller",
    "confidence": "exact",
    "danger": "Took pills an hour ago",
    "callback_number": "010-1234-5678",
}
EMERGENCY = {"triage_level": "emergency", "next_step": {"visit": VISIT, "dispatch": DISPATCH}}


@pytest.fixture
def partner(house: House) -> Iterator[Partner]:
    made = Partner()
    endpoint = Endpoint(made.url, SECRET)
    kinds = ("visit", "119", "112", "joint")
    house.configure(Config(endpoints=dict.fromkeys(kinds, endpoint), outside_timeout=0.5))
    yield made
    made.close()


@pytest.fixture
def emergency(house: House, form: Callable[..., dict[str, Any]]) -> Callable[..., tuple[UUID, UUID]]:
    """Finalize an emergency; give the visit's and the dispatch's id."""

    def make(call: str = "CA1", **changes: Any) -> tuple[UUID, UUID]:
        contact_id = house.talk(call)
        body = {"form": form(**(EMERGENCY | changes))}
        answer = house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json=body)
        started = answer.json()["started"]
        return UUID(started["visit_id"]), UUID(started["dispatch_id"])

    return make
