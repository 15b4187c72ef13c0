"""Signing in and out, who one is, and whether the service is well."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy import text

from core import staff
from core.staff import Actor
from core.web import Now, SignIn, Token, Tx, allow, begin_session, problem, public

router = APIRouter(tags=["session"])
Anybody = Annotated[None, public()]
SignedIn = Annotated[Actor, allow("signed_in")]


class Me(BaseModel):
    """Who is signed in."""

    id: UUID
    login: str
    name: str
    role: str
    district: str | None
    languages: list[str]
    permissions: list[str]


class Session(BaseModel):
    """A session's token, to be sent as `Authorization: Bearer ...`."""

    token: str
    staff: Me


def me_of(actor: Actor) -> Me:
    """Tell about a person."""
    return Me(
        id=actor.id, login=actor.login, name=actor.name, role=actor.role, district=actor.district,
        languages=list(actor.languages), permissions=sorted(actor.permissions),
    )  # fmt: skip


@router.post("/api/session", status_code=201)
def sign_in(request: Request, body: SignIn, at: Now, _: Anybody) -> Session:
    """Start a session of at most 14 hours. Five wrong passwords lock the login for a minute."""
    token, actor = begin_session(request, body, at)
    return Session(token=token, staff=me_of(actor))


@router.delete("/api/session", status_code=204)
def sign_out(tx: Tx, token: Token, _: SignedIn) -> None:
    """End one's session."""
    staff.sign_out(tx, token)


@router.get("/api/me")
def me(actor: SignedIn) -> Me:
    """Tell who is signed in, and what they may do."""
    return me_of(actor)


@router.get("/health", tags=["health"])
def alive(_: Anybody) -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready", tags=["health"])
def ready(request: Request, _: Anybody) -> Response:
    """Tell whether PostgreSQL and Redis answer; 503 names what does not. Calls are answered either way."""
    away = []
    try:
        with request.app.state.sessions() as tx:
            tx.execute(text("select 1"))
    except Exception:  # noqa: BLE001 - whatever the reason, it does not answer
        away.append("PostgreSQL")
    try:
        request.app.state.redis.ping()
    except RedisError:
        away.append("Redis")
    if away:
        return problem(503, "Out of order", f"{' and '.join(away)} cannot be reached. Callers are brought to a person.")
    return Response('{"status":"ready"}', media_type="application/json")
