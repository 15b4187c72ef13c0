"""A supervisor's hand on somebody else's call."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from core.staff import Actor
from core.web import Now, Tx, allow
from ivr import supervision
from ivr.routes.calls import Asked, board_of

router = APIRouter()
Supervisor = Annotated[Actor, allow("call.supervise")]


class WatchOut(BaseModel):
    """A supervisor in a call."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contact_id: UUID
    counselor_id: UUID
    supervisor_id: UUID
    mode: str
    state: str
    asked_at: datetime
    joined_at: datetime | None
    ended_at: datetime | None


@router.post("/{contact_id}/listen", status_code=202)
def listen(contact_id: UUID, actor: Supervisor, tx: Tx, at: Now) -> WatchOut:
    """Hear a conversation, muted."""
    return WatchOut.model_validate(supervision.watch(tx, contact_id, actor, "listen", at=at))


@router.post("/{contact_id}/whisper", status_code=202)
def whisper(contact_id: UUID, actor: Supervisor, tx: Tx, at: Now) -> WatchOut:
    """Speak to the counselor only."""
    return WatchOut.model_validate(supervision.watch(tx, contact_id, actor, "whisper", at=at))


@router.post("/{contact_id}/barge", status_code=202)
def barge(contact_id: UUID, actor: Supervisor, tx: Tx, at: Now) -> WatchOut:
    """Speak with both."""
    return WatchOut.model_validate(supervision.watch(tx, contact_id, actor, "barge", at=at))


@router.post("/{contact_id}/take-over", status_code=202)
def take_over(request: Request, contact_id: UUID, actor: Supervisor, tx: Tx, at: Now) -> Asked:
    """Become the counselor of a call one is in; who had it wraps up."""
    supervision.take_over(tx, contact_id, actor, board=board_of(request), at=at)
    return Asked(contact_id=contact_id, asked="take-over")


@router.get("/{contact_id}/watches")
def read_watches(contact_id: UUID, _: Supervisor, tx: Tx) -> list[WatchOut]:
    """List the supervisors who are in a call, or on their way."""
    return [WatchOut.model_validate(each) for each in supervision.watches(tx, contact_id)]


@router.delete("/{contact_id}/watch", status_code=202)
def leave(contact_id: UUID, actor: Supervisor, tx: Tx, at: Now) -> WatchOut:
    """Leave a call one is in as a supervisor."""
    return WatchOut.model_validate(supervision.stop(tx, contact_id, actor, at=at))
