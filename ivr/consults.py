"""How a transfer goes on by what the telephone tells: rung, answered, failed, or its first counselor gone.

Every function is harmless when run twice. Whoever calls one has locked the call: a transfer moves under that lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import casework.service as cases
import routing.service as queue
from casework.policy.states import move
from core import outbox
from core.ids import named_id
from ivr import party_queries, queries
from ivr.messages import CallChanged, CallerMoved, HangUpAsked, HoldAsked
from ivr.moves import TRANSFER
from ivr.notices import FINAL
from ivr.own import view_of
from ivr.party_messages import LineHanded, TransferDue, WatchChanged
from ivr.party_tables import LIVE_TRANSFER, Transfer
from ivr.tables import Call
from ivr.telephony import Party
from ivr.view import Leg, View
from routing.board import Board
from routing.messages import NotTaken

RING_PATIENCE = timedelta(seconds=25)
"""A target that was rung for this long, and of whom nothing was heard, does not come."""
QUEUE_PATIENCE = timedelta(minutes=5)
"""After this the counselor decides anew what is best for the caller."""
LOOK_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom to ring into a call; with `first`, the caller is held before and that leg may leave without ending it."""

    call: str
    party: Party
    room: str = ""
    first: str = ""
    caller: str = ""
    """The caller's leg, in the provider's words."""


def step(transfer: Transfer, to: str, at: datetime) -> None:
    """Make a move and write down when; raises Conflict where there is no such move."""
    transfer.state = move(TRANSFER, transfer.state, to)
    setattr(transfer, f"{to}_at", at)


def ringing(tx: Session, transfer: Transfer, party: Party, at: datetime, *, board: Board) -> Ring | None:
    """Put the caller on hold and say whom to ring, twice the same; None where the transfer is over."""
    call = queries.lock_call(tx, transfer.call)
    tx.refresh(transfer)
    first = view_of(tx, call).leg_for(transfer.offer_id) if call else None
    if call is None or call.room is None or first is None or transfer.state not in {"initiated", "target_ringing"}:
        return None
    if transfer.state == "initiated":
        step(transfer, "target_ringing", at)
        if not call.on_hold:
            call.on_hold = True
            queue.hold(tx, transfer.contact_id, board=board, at=at)
        _watch_over(tx, transfer, at, RING_PATIENCE)
    caller = queries.leg_sid(tx, call.sid)
    return Ring(call.sid, party, call.room, first.sid, caller) if caller is not None else None


def rung(tx: Session, transfer: Transfer, leg: str, at: datetime) -> None:
    """Write the target's leg down; one that was called off meanwhile is let go, and the caller taken back again."""
    if not leg:
        return
    call = queries.lock_call(tx, transfer.call)
    tx.refresh(transfer)
    transfer.leg = leg
    if transfer.state not in LIVE_TRANSFER:
        _put_out(tx, leg, at)
        if call is not None and not call.on_hold:
            # Our word to hold them may have come after the one to take them back.
            outbox.post(tx, HoldAsked(transfer.call, on=False), at=at)
    outbox.post(tx, CallChanged(transfer.call), at=at)


def look(tx: Session, call: Call, view: View, at: datetime, *, board: Board) -> bool:
    """Bring a transfer to where its call stands; True where nothing more is to be made of the first leg's going."""
    transfer = party_queries.lock_live_transfer(tx, call.sid)
    if transfer is None:
        return False
    if view.caller.room is None:
        call_off(tx, transfer, "canceled", "caller_left", at, board=board)
        return False
    first, target = view.leg_for(transfer.offer_id), view.others.get(transfer.leg or "")
    if first is not None and first.was_in_room and first.room is None:
        _first_gone(tx, call, transfer, (first, target), at, board=board)
        return True
    if target is not None and target.room is not None and transfer.state == "target_ringing":
        step(transfer, "target_answered", at)
        if transfer.next_id is not None:
            queue.connected(tx, transfer.next_id, board=board, at=at)
    elif target is not None and target.room is None and (target.was_in_room or target.final):
        give_back(tx, call, transfer, target.final or "left", at, board=board)
    return False


def _first_gone(
    tx: Session, call: Call, transfer: Transfer, legs: tuple[Leg, Leg | None], at: datetime, *, board: Board
) -> None:
    first, target = legs
    if transfer.state == "conferenced" and target is not None and target.room is not None:
        complete(tx, call, transfer, (first.sid, target.sid), at, board=board)
        return
    call_off(tx, transfer, "failed", "counselor_left", at, board=board)
    call.on_hold = False
    queue.bring_back(tx, call.contact_id, "counselor left", board=board, at=at)
    outbox.post(
        tx, CallerMoved(call.sid, transfer.offer_id, "returned"), at=at, id=named_id("return", str(transfer.id))
    )


def complete(tx: Session, call: Call, transfer: Transfer, legs: tuple[str, str], at: datetime, *, board: Board) -> None:
    """Hand the conversation to the target: the first counselor's seat wraps up, their leg is let go."""
    step(transfer, "released", at)
    hand_on(tx, call, transfer, at, board=board)
    leaving, staying = legs
    outbox.post(tx, LineHanded(call.room or "", leaving, staying), at=at)
    for watch in party_queries.live_watches(tx, call.sid):
        outbox.post(tx, WatchChanged(watch.id), at=at)


def hand_on(tx: Session, call: Call, transfer: Transfer, at: datetime, *, board: Board) -> None:
    """End the first contact as transferred, and let the call be about the next, where there is one."""
    queue.finish(tx, transfer.contact_id, "transfer", board=board, at=at)
    cases.ended(tx, transfer.contact_id, ended_by="transfer", reached="counselor", at=at)
    if transfer.next_id is None:
        return
    call.contact_id = transfer.next_id
    cases.carry_over(tx, transfer.contact_id, transfer.next_id)
    offer = queue.current_offer(tx, transfer.next_id)
    if offer is not None and offer.state == "connected":
        cases.assign(tx, transfer.next_id, offer.counselor_id, at=at)


def give_back(tx: Session, call: Call, transfer: Transfer, why: str, at: datetime, *, board: Board) -> None:
    """Bring the caller back to the first counselor: the target does not come, or has left."""
    call_off(tx, transfer, "failed", why, at, board=board)
    step(transfer, "returned", at)
    take_back(tx, call, at, board=board)


def take_back(tx: Session, call: Call, at: datetime, *, board: Board) -> None:
    """Take the caller off hold."""
    if call.on_hold:
        call.on_hold = False
        queue.resume(tx, call.contact_id, board=board, at=at)
        outbox.post(tx, HoldAsked(call.sid, on=False), at=at)


def call_off(tx: Session, transfer: Transfer, to: str, why: str, at: datetime, *, board: Board) -> None:
    """End a transfer as `failed` or `canceled`: the target is let go, and what was to go on is not."""
    step(transfer, to, at)
    transfer.why = why[:24]
    if transfer.leg is not None:
        _put_out(tx, transfer.leg, at)
    if transfer.next_id is None:
        return
    offer = queue.current_offer(tx, transfer.next_id)
    if offer is not None and offer.state == "connected":
        queue.finish(tx, transfer.next_id, "returned", board=board, at=at)
    elif offer is not None and offer.state == "accepted" and why in FINAL:
        queue.connect_failed(tx, transfer.next_id, why, board=board, at=at)
    queue.leave(tx, transfer.next_id, "withdrawn", board=board, at=at)
    cases.discontinue(tx, transfer.next_id)


def _put_out(tx: Session, leg: str, at: datetime) -> None:
    outbox.post(tx, HangUpAsked(leg, None), at=at, id=named_id("put out", leg))


def call_ended(tx: Session, call: Call, at: datetime, *, board: Board) -> None:
    """End what was under way with a call that is over."""
    transfer = party_queries.lock_live_transfer(tx, call.sid)
    if transfer is not None:
        call_off(tx, transfer, "canceled", "caller_left", at, board=board)


def not_taken(tx: Session, message: NotTaken, at: datetime, *, board: Board) -> None:
    """The counselor who was asked for did not take the offer: the caller stays with the first."""
    transfer = party_queries.transfer_to(tx, message.contact_id)
    if transfer is not None:
        _give_back_live(tx, transfer.call, transfer.id, ("not_taken", LIVE_TRANSFER), at, board=board)


def _give_back_live(
    tx: Session, sid: str, transfer_id: UUID, why: tuple[str, tuple[str, ...]], at: datetime, *, board: Board
) -> bool:
    call, transfer = queries.lock_call(tx, sid), party_queries.lock_live_transfer(tx, sid)
    reason, states = why
    if call is None or transfer is None or transfer.id != transfer_id or transfer.state not in states:
        return False
    give_back(tx, call, transfer, reason, at, board=board)
    return True


def overdue(tx: Session, message: TransferDue, at: datetime, *, board: Board) -> str | None:
    """Bring the caller back from a target who does not come; gives the leg to ask after where one is in the room."""
    transfer = party_queries.transfer(tx, message.transfer_id)
    if transfer is None or transfer.state not in LIVE_TRANSFER:
        return None
    late = ("nobody_came", (message.state,))
    if _give_back_live(tx, transfer.call, transfer.id, late, at, board=board) or message.state == "initiated":
        return None
    return transfer.leg


def asked_after(tx: Session, message: TransferDue, status: str, at: datetime) -> None:
    """Keep what the provider said of a target's leg, and ask again while the transfer goes on."""
    transfer = party_queries.transfer(tx, message.transfer_id)
    if transfer is None or transfer.state not in LIVE_TRANSFER or transfer.leg is None:
        return
    if status in FINAL:
        heard = {"CallSid": transfer.leg, "CallStatus": status, "asked": True}
        queries.keep_fact(tx, transfer.call, f"status:{transfer.leg}:{status}:asked", heard, at=at)
        outbox.post(tx, CallChanged(transfer.call), at=at)
    else:
        outbox.post(tx, message, at=at, due=at + LOOK_AGAIN)


def _watch_over(tx: Session, transfer: Transfer, at: datetime, patience: timedelta) -> None:
    due = TransferDue(transfer.id, transfer.state)
    outbox.post(tx, due, at=at, due=at + patience, id=named_id("transfer due", str(transfer.id), transfer.state))


def watch_over_wait(tx: Session, transfer: Transfer, at: datetime) -> None:
    """See to it that a transfer to a queue does not wait for ever."""
    _watch_over(tx, transfer, at, QUEUE_PATIENCE)
