"""What we ask of the provider, as deliveries: committed first, asked with no transaction open, then recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

import routing.service as queue
from core import outbox
from core.delivery import Outward
from core.ids import named_id
from ivr import consults, party_queries, queries
from ivr.consults import Ring
from ivr.messages import (
    CallChanged,
    CallCheckDue,
    CallerClosed,
    CallerMoved,
    ConnectDue,
    HangUpAsked,
    HoldAsked,
    KeysAsked,
)
from ivr.notices import FINAL
from ivr.record import CALL_CHECK
from ivr.service import FIRST_PATIENCE, LAST_PATIENCE
from ivr.spot import Spot
from ivr.tables import Call
from ivr.telephony import Change, Gone, Party, Telephone
from ivr.twiml import Wording
from routing.board import Board
from routing.messages import OfferAccepted

Address = Callable[[str], str]
"""Where a counselor's softphone is rung, by login: `client:hana`, or a SIP address."""


def ring(telephone: Telephone, address: Address, board: Board) -> Outward:
    """Ring the counselor who accepted, into the caller's room; while another is in it, the caller is held before."""

    def prepare(tx: Session, message: OfferAccepted, at: datetime) -> Ring | None:
        offer = queue.current_offer(tx, message.contact_id)
        if offer is None or offer.id != message.offer_id or offer.state != "accepted":
            return None
        where, name = address(message.counselor_login), f"counselor-{message.offer_id}"
        transfer = party_queries.transfer_to(tx, message.contact_id)
        if transfer is not None and not transfer.blind:
            return consults.ringing(tx, transfer, Party(name, where, ends=False), at, board=board)
        for last, patience in ((False, FIRST_PATIENCE), (True, LAST_PATIENCE)):
            key = named_id("connect due", str(offer.id), int(last))
            outbox.post(tx, ConnectDue(message.contact_id, offer.id, last), at=at, due=at + patience, id=key)
        return Ring(message.provider_ref, Party(name, where))

    def record(tx: Session, message: OfferAccepted, leg: str, at: datetime) -> None:
        if not leg:
            return
        call = Call(sid=leg, contact_id=message.contact_id, role="counselor", state="received", number="")
        call.offer_id, call.started_at = message.offer_id, at
        queries.keep_leg(tx, call)
        transfer = party_queries.transfer_to(tx, message.contact_id)
        if transfer is not None and not transfer.blind:
            consults.rung(tx, transfer, leg, at)

    return Outward(prepare, partial(ring_in, telephone), record)


def ring_in(telephone: Telephone, ring: Ring) -> str:
    """Ring somebody into a room, and give their leg; empty where the room is over before.

    Whoever talks there must be able to leave without ending it, and the caller must not hear what is not for them:
    both come first.
    """
    try:
        if ring.first:
            telephone.change(ring.room, ring.first, Change(ends=False))
            telephone.hold(ring.room, ring.caller, on=True)
        return telephone.ring(ring.call, ring.party)
    except Gone:
        return ""


def move(telephone: Telephone, wording: Wording) -> Outward:
    """Move a caller to the counselor, or back to the queue."""

    def prepare(tx: Session, message: CallerMoved, _: datetime) -> tuple[str, str] | None:
        call = queries.lock_call(tx, message.call)
        spot = queries.last_spot(queries.facts_of(tx, message.call))
        if call is None or call.ended_at is not None or spot is None:
            return None
        offer = queue.current_offer(tx, call.contact_id)
        wanted = offer is not None and offer.id == message.offer_id and offer.state == "accepted"
        if message.to == "summoned" and (call.room is not None or not wanted):
            # The waiting loop was faster, or the counselor is gone: moving the caller now would only disturb them.
            return None
        leg = queries.leg_sid(tx, call.sid)
        if leg is None:
            return None
        part = max(spot.part, party_queries.part_of(tx, call))
        return leg, wording.url(f"/ivr/{message.to}?{onward(spot, part).query}&offer={message.offer_id}")

    def send(request: tuple[str, str]) -> None:
        unless_gone(lambda: telephone.move(*request))

    return Outward(prepare, send, nothing)


def put(telephone: Telephone, wording: Wording) -> Outward:
    """Take a caller out of the conversation for a question that is answered by a key, or for the last words."""

    def prepare(tx: Session, message: KeysAsked | CallerClosed, _: datetime) -> tuple[str, str] | None:
        call = queries.lock_call(tx, message.call)
        spot = queries.last_spot(queries.facts_of(tx, message.call))
        if call is None or call.ended_at is not None or call.room is None or spot is None:
            return None
        leg = queries.leg_sid(tx, call.sid)
        if leg is None:
            return None
        if isinstance(message, KeysAsked):
            return leg, wording.url(f"/ivr/asked?{onward(spot, spot.part).query}&question={message.question}")
        return leg, wording.url(f"/ivr/closing?{onward(spot, spot.part).query}&reason={message.reason}")

    def send(request: tuple[str, str]) -> None:
        unless_gone(lambda: telephone.move(*request))

    return Outward(prepare, send, nothing)


def onward(spot: Spot, part: int) -> Spot:
    """Give a spot past every one the waiting loop can be at: no two turns of a call share a key."""
    return replace(spot, turn=spot.turn + 2, tries=0, promised=0, staffed=0, part=part)


def hold(telephone: Telephone) -> Outward:
    """Put a caller on hold, or take them back, as the call stands when it is carried out."""

    def prepare(tx: Session, message: HoldAsked, _: datetime) -> tuple[str, str, bool] | None:
        call = queries.lock_call(tx, message.call)
        if call is None or call.room is None or call.on_hold != message.on:
            return None
        leg = queries.leg_sid(tx, call.sid)
        return (call.room, leg, message.on) if leg is not None else None

    def send(request: tuple[str, str, bool]) -> None:
        room, leg, on = request
        unless_gone(lambda: telephone.hold(room, leg, on=on))

    return Outward(prepare, send, nothing)


def hang_up(telephone: Telephone) -> Outward:
    """End a leg, or a room with everybody in it; one that is over already is as good."""

    def prepare(tx: Session, message: HangUpAsked, _: datetime) -> HangUpAsked:
        return replace(message, leg=queries.leg_sid(tx, message.leg) or message.leg)

    def send(message: HangUpAsked) -> None:
        if message.room is not None:
            room = message.room
            unless_gone(lambda: telephone.end_room(room))
        else:
            unless_gone(lambda: telephone.end_call(message.leg))

    return Outward(prepare, send, nothing)


def check(telephone: Telephone) -> Outward:
    """Ask the provider about a call whose end was never heard, and ask again for as long as it goes on."""

    def prepare(tx: Session, message: CallCheckDue, _: datetime) -> str | None:
        call = queries.lock_call(tx, message.call)
        return queries.leg_sid(tx, message.call) if call is not None and call.ended_at is None else None

    def send(call: str) -> str:
        try:
            return telephone.status(call)
        except Gone:
            return "completed"

    def record(tx: Session, message: CallCheckDue, status: str, at: datetime) -> None:
        if status in FINAL:
            heard = {"CallSid": message.call, "CallStatus": status, "asked": True}
            queries.keep_fact(tx, message.call, f"status:{message.call}:{status}:asked", heard, at=at)
            outbox.post(tx, CallChanged(message.call), at=at)
        else:
            outbox.post(tx, CallCheckDue(message.call), at=at, due=at + CALL_CHECK)

    return Outward(prepare, send, record)


def unless_gone(ask: Callable[[], None]) -> None:
    """Ask for something that may be over already, which is as good."""
    try:
        ask()
    except Gone:
        return


def nothing(tx: Session, message: object, reply: object, at: datetime) -> None:
    """Leave the recording to the callbacks: what was asked for is heard of when it has happened."""
