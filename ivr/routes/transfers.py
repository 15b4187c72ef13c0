"""Handing a conversation on: to a counselor, a queue or an outside desk."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from core.web import Now, Tx
from ivr import catalog, transfers
from ivr.menu import Queue
from ivr.routes.calls import Counselor, board_of
from ivr.transfers import Kind, Target

router = APIRouter()


class TransferIn(BaseModel):
    """To whom: a counselor's login, or the name of a queue or a desk; `blind` without an introduction.

    For a queue, `need` says what for; without it, for what the caller came for.
    """

    model_config = ConfigDict(extra="forbid")

    to: Kind
    name: Annotated[str, Field(min_length=1, max_length=60)]
    blind: bool = False
    need: Annotated[str, Field(max_length=16)] | None = None


class TransferOut(BaseModel):
    """A transfer, with the time of each of its milestones."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contact_id: UUID
    next_id: UUID | None
    kind: str
    target: str
    blind: bool
    state: str
    why: str | None
    initiated_at: datetime
    target_ringing_at: datetime | None
    target_answered_at: datetime | None
    briefed_at: datetime | None
    conferenced_at: datetime | None
    released_at: datetime | None
    failed_at: datetime | None
    returned_at: datetime | None
    canceled_at: datetime | None


@router.post("/{contact_id}/transfer", status_code=202)
def begin_transfer(
    request: Request, contact_id: UUID, form: TransferIn, actor: Counselor, tx: Tx, at: Now
) -> TransferOut:
    """Begin to hand one's own conversation on; the caller hears music while the target is told."""
    target = Target(form.to, form.name, form.blind, _known(request, form.to), form.need)
    made = transfers.begin(tx, contact_id, actor.id, target, board=board_of(request), at=at)
    return TransferOut.model_validate(made)


def _known(request: Request, kind: Kind) -> frozenset[str]:
    if kind == "desk":
        return frozenset(dict(request.app.state.settings.wording.desks))
    return frozenset(node.name for node in catalog.load().newest.nodes.values() if isinstance(node, Queue))


@router.get("/{contact_id}/transfer")
def read_transfer(contact_id: UUID, actor: Counselor, tx: Tx) -> TransferOut:
    """Show a contact's newest transfer."""
    return TransferOut.model_validate(transfers.last(tx, contact_id, actor))


@router.post("/{contact_id}/transfer/briefed")
def brief(contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> TransferOut:
    """Say that the target knows what it needs."""
    return TransferOut.model_validate(transfers.briefed(tx, contact_id, actor.id, at=at))


@router.post("/{contact_id}/transfer/conference", status_code=202)
def bring_together(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> TransferOut:
    """Bring the caller in: all three hear each other."""
    made = transfers.conference(tx, contact_id, actor.id, board=board_of(request), at=at)
    return TransferOut.model_validate(made)


@router.post("/{contact_id}/transfer/release", status_code=202)
def release(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> TransferOut:
    """Leave the caller with the target; one's own seat wraps up."""
    return TransferOut.model_validate(transfers.release(tx, contact_id, actor.id, board=board_of(request), at=at))


@router.post("/{contact_id}/transfer/cancel", status_code=202)
def cancel(request: Request, contact_id: UUID, actor: Counselor, tx: Tx, at: Now) -> TransferOut:
    """Call a transfer off: the target is let go, and the caller is back at once."""
    return TransferOut.model_validate(transfers.cancel(tx, contact_id, actor.id, board=board_of(request), at=at))
