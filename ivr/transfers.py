"""What a counselor asks for when a conversation should go on with somebody else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import casework.service as cases
import routing.service as queue
from casework.queries.contacts import contact
from casework.service.access import require_reader
from core import outbox
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.staff import Actor, Staff
from ivr import consults, party_queries
from ivr.moves import PRIVATE
from ivr.own import lock_own_talk, view_of
from ivr.party_messages import CallerHanded, DeskAsked
from ivr.party_tables import Transfer
from ivr.record import contact_of
from ivr.tables import Call
from routing.board import Board
from routing.needs import ANY

Kind = Literal["counselor", "queue", "desk"]


@dataclass(frozen=True, slots=True)
class Target:
    """To whom a conversation should go: a counselor by login, a queue or a desk by name."""

    kind: Kind
    name: str
    blind: bool = False
    known: Collection[str] = ()
    """The names of the queues or desks that there are."""
    need: str | None = None
    """What the caller is sent to a queue for; None: what they came for."""


def begin(tx: Session, contact_id: UUID, by: UUID, target: Target, *, board: Board, at: datetime) -> Transfer:
    """Begin to hand one's own conversation on.

    Raises Invalid for a target that does not exist, Conflict where one is under way, where the counselor is not free,
    and where a caller must not be sent on without an introduction.
    """
    call, offer = lock_own_talk(tx, contact_id, by)
    if party_queries.lock_live_transfer(tx, call.sid) is not None:
        raise Conflict("A transfer of this call is under way: cancel it first. 이미 연결을 넘기는 중입니다.")
    only = _find(tx, target, by)
    _require_need(target, board)
    if target.blind:
        cases.require_calm(tx, contact_id)
    part = party_queries.parts(tx, call.sid) + 1
    transfer = Transfer(
        id=new_id(at), call=call.sid, contact_id=contact_id, part=part, kind=target.kind, target=target.name,
        next_id=None if target.kind == "desk" else contact_of(call.sid, part), blind=target.blind, by_id=by,
        offer_id=offer.id, initiated_at=at, state="released" if target.blind else "initiated",
        released_at=at if target.blind else None,
    )  # fmt: skip
    tx.add(transfer)
    tx.flush()
    if transfer.next_id is not None:
        cases.continue_as(tx, contact_id, transfer.next_id, at)
        name = target.name if target.kind == "queue" else _queue_of(tx, contact_id)
        queue.go_on(tx, contact_id, queue.Onward(transfer.next_id, name, only, target.need), board=board, at=at)
    _start(tx, call, transfer, board, at)
    return transfer


def _start(tx: Session, call: Call, transfer: Transfer, board: Board, at: datetime) -> None:
    if transfer.blind:
        consults.hand_on(tx, call, transfer, at, board=board)
        call.on_hold = False
        outbox.post(tx, CallerHanded(transfer.id), at=at)
    elif transfer.kind == "desk":
        outbox.post(tx, DeskAsked(transfer.id), at=at)
    elif transfer.kind == "queue":
        consults.watch_over_wait(tx, transfer, at)


def _find(tx: Session, target: Target, by: UUID) -> UUID | None:
    if target.kind != "counselor":
        if target.name not in target.known:
            raise Invalid(f"Choose one of: {', '.join(sorted(target.known))}.", field="name")
        return None
    if target.blind:
        raise Invalid("Hand a caller to a counselor with an introduction, or to the queue without.", field="blind")
    found = tx.scalars(select(Staff.id).where(Staff.login == target.name, Staff.active)).one_or_none()
    if found is None or found == by:
        raise Invalid("Choose another counselor by their login. 다른 상담사를 선택해 주세요.", field="name")
    return found


def _require_need(target: Target, board: Board) -> None:
    known = [ANY, *(need.name for need in board.config.needs.needs)]
    if target.need is not None and (target.kind != "queue" or target.need not in known):
        raise Invalid(
            f"A queue can be asked for one of: {', '.join(known)}. 대기열로 넘길 때만 고릅니다.", field="need"
        )


def _queue_of(tx: Session, contact_id: UUID) -> str:
    entry = tx.get(queue.QueueEntry, contact_id)
    if entry is None:
        raise Conflict("This call is not in conversation now.")
    return entry.queue


def briefed(tx: Session, contact_id: UUID, by: UUID, *, at: datetime) -> Transfer:
    """Say that the target knows what it needs; raises Conflict where it is not there, or is told already."""
    _, transfer = _mine(tx, contact_id, by)
    consults.step(transfer, "briefed", at)
    return transfer


def conference(tx: Session, contact_id: UUID, by: UUID, *, board: Board, at: datetime) -> Transfer:
    """Bring the caller in: all three hear each other; raises Conflict before the briefing."""
    call, transfer = _mine(tx, contact_id, by)
    consults.step(transfer, "conferenced", at)
    consults.take_back(tx, call, at, board=board)
    return transfer


def release(tx: Session, contact_id: UUID, by: UUID, *, board: Board, at: datetime) -> Transfer:
    """Leave the caller with the target; raises Conflict before all three have talked, or where the target has left."""
    call, transfer = _mine(tx, contact_id, by)
    view = view_of(tx, call)
    first, target = view.leg_for(transfer.offer_id), view.others.get(transfer.leg or "")
    if transfer.state == "conferenced" and (first is None or target is None or target.room is None):
        raise Conflict("The other side has just left: the caller stays with you. 상대방이 방금 끊었습니다.")
    legs = (first.sid if first else "", target.sid if target else "")
    consults.complete(tx, call, transfer, legs, at, board=board)
    return transfer


def cancel(tx: Session, contact_id: UUID, by: UUID, *, board: Board, at: datetime) -> Transfer:
    """Call a transfer off: the target is let go, and the caller is back at once."""
    call, transfer = _mine(tx, contact_id, by)
    consults.call_off(tx, transfer, "canceled", "by_counselor", at, board=board)
    consults.take_back(tx, call, at, board=board)
    return transfer


def _mine(tx: Session, contact_id: UUID, by: UUID) -> tuple[Call, Transfer]:
    call, _ = lock_own_talk(tx, contact_id, by)
    transfer = party_queries.lock_live_transfer(tx, call.sid)
    if transfer is None:
        raise Conflict("No transfer of this call is under way. 진행 중인 연결이 없습니다.")
    return call, transfer


def require_none(tx: Session, call: Call, *, private: bool = False) -> None:
    """Raise Conflict while a transfer is under way; with `private`, only while the caller must not hear."""
    transfer = party_queries.lock_live_transfer(tx, call.sid)
    if transfer is not None and (not private or transfer.state in PRIVATE):
        raise Conflict(
            "A transfer is under way: finish or cancel it first. 연결을 넘기는 중입니다. 먼저 마치거나 취소해 주세요.",
            state=transfer.state,
        )


def last(tx: Session, contact_id: UUID, actor: Actor) -> Transfer:
    """Give the newest transfer of a contact within reach; raises NotFound."""
    require_reader(tx, contact(tx, contact_id), actor, "call.control")
    found = party_queries.last_transfer(tx, contact_id)
    if found is None:
        raise NotFound("This call was not handed on. 넘긴 적이 없는 통화입니다.")
    return found
