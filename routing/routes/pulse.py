"""The heartbeat of a desk: the one route that every seat asks every second or two, so it asks only the index.

Who beats is looked up once in a while and remembered between; the rows are touched only where a seat was lost, is not
known, or its softphone came or went.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from core import staff
from core.errors import Forbidden
from core.security import token_hash
from core.staff import Actor
from core.web import Bearer, token_of
from routing import service
from routing.board import TAKE_AGAIN, heartbeat
from routing.errors import BoardGone
from routing.routes.forms import BeatIn, BeatOut

router = APIRouter(prefix="/api", tags=["desk"])
REMEMBERED = timedelta(seconds=5)
"""How long a session that has ended may still be heard of."""
MOST = 5000
"""More sessions than any line has; beyond it all are looked up anew."""


async def _beating(request: Request, bearer: Bearer) -> Actor:
    """Give whose token this is, from memory where it was looked up just now."""
    state = request.app.state
    if not hasattr(state, "beating"):
        state.beating = {}
    known: dict[str, tuple[Actor, datetime]] = state.beating
    key, at = token_hash(token_of(request, bearer)), state.clock()
    if key not in known or not at - REMEMBERED < known[key][1] <= at:
        if len(known) >= MOST:
            known.clear()
        known.pop(key, None)
        known[key] = await asyncio.to_thread(_look_up, state, token_of(request, bearer), at), at
    return known[key][0]


def _look_up(state: Any, token: str, at: datetime) -> Actor:
    with state.sessions() as tx:
        actor = staff.who(tx, token, at=at)
    if not actor.may("seat.use"):
        raise Forbidden(f"Your role ({actor.role}) does not hold the permission seat.use.")
    return actor


_beating.permission = "seat.use"  # type: ignore[attr-defined] # The deny-by-default test reads it.


@router.post("/seat/heartbeat")
async def beat(request: Request, actor: Annotated[Actor, Depends(_beating)], form: BeatIn | None = None) -> BeatOut:
    """Say that the desk is there, and whether its softphone is; a seat that was lost is taken again."""
    return BeatOut(state=await hear(request.app.state, actor, form.softphone if form else None))


async def hear(state: Any, actor: Actor, softphone: bool | None = None) -> str:  # noqa: FBT001
    """Hear of a desk: its lease begins anew; gives the seat's state."""
    at = state.clock()
    try:
        heard = await heartbeat(state.index, state.board, actor.id, at, softphone)
    except BoardGone:
        heard = "unknown"
    if heard not in TAKE_AGAIN:
        return heard

    def take() -> str:
        with state.sessions.begin() as tx:
            told = {"softphone": softphone, "written": state.written}
            return service.heartbeat(tx, actor, board=state.board, at=at, **told)

    return await asyncio.to_thread(take)
