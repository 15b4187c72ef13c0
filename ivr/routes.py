"""A counselor's hand on the call: hold, take back, hang up; and a call's whole story."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from core.errors import NotFound
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr import queries, service
from routing.board import Board

router = APIRouter(prefix="/api/calls", tags=["calls"])
Counselor = Annotated[Actor, allow("call.control")]
Watcher = Annotated[Actor, allow("queue.watch")]


class Asked(BaseModel):
    """What was asked of the provider; the seat's stream tells when it has happened."""

    contact_id: UUID
    asked: str


class StoryLine(BaseModel):
    """One thing heard of a call, and where the caller stood after it."""

    at: datetime
    key: str
    heard: dict[str, Any]


def _board(request: Request) -> Board:
    board: Board = request.app.state.board
    return board


@router.post("/{contact_id}/hold", status_code=202)
def hold(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Put one's own caller on hold; they hear music."""
    service.ask_hold(tx, contact_id, actor.id, on=True, board=_board(request), at=at)
    return Asked(contact_id=contact_id, asked="hold")


@router.post("/{contact_id}/resume", status_code=202)
def resume(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Take one's own caller back from hold."""
    service.ask_hold(tx, contact_id, actor.id, on=False, board=_board(request), at=at)
    return Asked(contact_id=contact_id, asked="resume")


@router.post("/{contact_id}/hang-up", status_code=202)
def hang_up(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """End one's own conversation: the caller hears the closing words, the seat goes to wrap-up."""
    service.ask_hang_up(tx, contact_id, actor.id, board=_board(request), at=at)
    return Asked(contact_id=contact_id, asked="hang-up")


@router.get("/{contact_id}/story")
def story(contact_id: UUID, _: Watcher, tx: Tx) -> list[StoryLine]:
    """Tell everything heard of a contact's call, in order: turns, callbacks, and where the caller stood."""
    call = queries.caller_of(tx, contact_id)
    if call is None:
        raise NotFound("There is no call with this contact's id.")
    facts = queries.facts_of(tx, call.sid)
    return [StoryLine(at=fact.at, key=fact.key, heard=fact.heard) for fact in facts]
