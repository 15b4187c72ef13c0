"""A counselor's hand on the call: hold, take back, hang up, call for help; and a call's whole story."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from casework.words import Reason
from core.access_log import Seen, looked
from core.errors import NotFound
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr import hand, queries, service
from ivr.catalog import load
from ivr.party_queries import call_of
from routing.board import Board

router = APIRouter()
Counselor = Annotated[Actor, allow("call.control")]
Watcher = Annotated[Actor, allow("queue.watch")]


class Asked(BaseModel):
    """What was asked of the provider; the seat's stream tells when it has happened."""

    contact_id: UUID
    asked: str


class HangUpIn(BaseModel):
    """Why a conversation is ended, where there is a reason that the caller is told."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal["abuse"]


class AskKeysIn(BaseModel):
    """Which of the prepared questions to ask."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=40)]


class WarnIn(BaseModel):
    """What the caller was warned for."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


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
def hang_up(
    request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now, body: HangUpIn | None = None
) -> Asked:
    """End one's own conversation: the caller hears the closing words, the seat goes to wrap-up.

    With the reason `abuse` only after a warning, and never on somebody who may be at risk; a supervisor reviews it.
    """
    if body is not None:
        state = request.app.state
        means = (state.vault, state.casework)
        hand.end_for_abuse(tx, contact_id, actor, board=board_of(request), means=means, at=at)
    else:
        service.ask_hang_up(tx, contact_id, actor.id, board=board_of(request), at=at)
    return Asked(contact_id=contact_id, asked="hang-up")


@router.post("/{contact_id}/ask-keys", status_code=202)
def ask_keys(contact_id: UUID, body: AskKeysIn, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Have a prepared question put to one's own caller, who answers by a key; the seat's stream tells the answer."""
    hand.ask_keys(tx, contact_id, actor, body.question, catalog=load(), at=at)
    return Asked(contact_id=contact_id, asked="ask-keys")


@router.post("/{contact_id}/warn", status_code=202)
def warn(contact_id: UUID, body: WarnIn, actor: Counselor, tx: Tx, at: Now) -> Asked:
    """Write down that one has warned one's own caller that abuse ends the call."""
    hand.warn(tx, contact_id, actor, body.reason, at=at)
    return Asked(contact_id=contact_id, asked="warn")


@router.post("/{contact_id}/summon", status_code=202)
def summon(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> Summoned:
    """Call a supervisor to one's own call; one's stream tells when somebody comes."""
    raised = service.summon(tx, contact_id, actor.id, config=request.app.state.casework, at=at)
    return Summoned(
        contact_id=contact_id, escalation_id=raised.id, state=raised.state, acknowledge_by=raised.acknowledge_by
    )


@router.get("/{contact_id}/story")
def story(contact_id: UUID, actor: Watcher, tx: Tx, at: Now) -> list[StoryLine]:
    """Tell everything heard of a contact's call, in order: turns, callbacks, and where the caller stood."""
    sid = call_of(tx, contact_id)
    if sid is None:
        raise NotFound("There is no call with this contact's id.")
    looked(tx, actor, Seen("contact", [contact_id]), at=at)
    facts = queries.facts_of(tx, sid)
    return [StoryLine(at=fact.at, key=fact.key, heard=fact.heard) for fact in facts]
