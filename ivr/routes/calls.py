"""A counselor's hand on the call: hold, take back, hang up, call for help; and a call's whole story."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from core.errors import NotFound
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr import queries, service
from ivr.party_queries import call_of
from routing.board import Board

router = APIRouter()
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


class Summoned(BaseModel):
    """A call for help, and by when a supervisor should have taken it up; else they are told again."""

    contact_id: UUID
    escalation_id: UUID
    state: str
    acknowledge_by: datetime


def board_of(request: Request) -> Board:
    """Give the queue's index."""
    board: Board = request.app.state.board
    return board


@router.post("/{contact_id}/hold", status_code=202)
def hold(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Put one's own caller on hold; they hear music."""
    service.ask_hold(tx, contact_id, actor.id, on=True, board=board_of(request), at=at)
    return Asked(contact_id=contact_id, asked="hold")


@router.post("/{contact_id}/resume", status_code=202)
def resume(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Take one's own caller back from hold."""
    service.ask_hold(tx, contact_id, actor.id, on=False, board=board_of(request), at=at)
    return Asked(contact_id=contact_id, asked="resume")


@router.post("/{contact_id}/hang-up", status_code=202)
def hang_up(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """End one's own conversation: the caller hears the closing words, the seat goes to wrap-up."""
    service.ask_hang_up(tx, contact_id, actor.id, board=board_of(request), at=at)
    return Asked(contact_id=contact_id, asked="hang-up")


@router.post("/{contact_id}/summon", status_code=202)
def summon(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Summoned:
    """Call a supervisor to one's own call; one's stream tells when somebody comes."""
    raised = service.summon(tx, contact_id, actor.id, config=request.app.state.casework, at=at)
    return Summoned(
        contact_id=contact_id, escalation_id=raised.id, state=raised.state, acknowledge_by=raised.acknowledge_by
    )


@router.get("/{contact_id}/story")
def story(contact_id: UUID, _: Watcher, tx: Tx) -> list[StoryLine]:
    """Tell everything heard of a contact's call, in order: turns, callbacks, and where the caller stood."""
    sid = call_of(tx, contact_id)
    if sid is None:
        raise NotFound("There is no call with this contact's id.")
    facts = queries.facts_of(tx, sid)
    return [StoryLine(at=fact.at, key=fact.key, heard=fact.heard) for fact in facts]
