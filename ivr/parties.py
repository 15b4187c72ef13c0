"""What we ask of the provider for whoever else comes into a call, as deliveries: desks, transfers, supervisors."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

import routing.service as queue
from core.delivery import Outward
from ivr import consults, party_queries, queries, supervision
from ivr.consults import Ring
from ivr.own import view_of
from ivr.party_messages import (
    CallerHanded,
    DeskAsked,
    LineHanded,
    TransferDue,
    WatchAsked,
    WatchChanged,
    WatchJoined,
)
from ivr.party_tables import Transfer
from ivr.spot import Spot
from ivr.steering import Address, nothing, onward, ring_in, unless_gone
from ivr.telephony import Change, Gone, Party, Telephone
from ivr.twiml import Wording
from routing.board import Board


def ring_desk(telephone: Telephone, desks: Mapping[str, str], board: Board) -> Outward:
    """Ring an outside desk into a call whose caller is held meanwhile."""

    def prepare(tx: Session, message: DeskAsked, at: datetime) -> Ring | None:
        transfer = party_queries.transfer(tx, message.transfer_id)
        if transfer is None or transfer.target not in desks:
            return None
        party = Party(f"transfer-{transfer.id}", desks[transfer.target], ends=False)
        return consults.ringing(tx, transfer, party, at, board=board)

    def record(tx: Session, message: DeskAsked, leg: str, at: datetime) -> None:
        transfer = party_queries.transfer(tx, message.transfer_id)
        if transfer is not None:
            consults.rung(tx, transfer, leg, at)

    return Outward(prepare, partial(ring_in, telephone), record)


def look_after(telephone: Telephone, board: Board) -> Outward:
    """See to a transfer that should have come further: bring the caller back, or ask how the target's leg is doing."""

    def prepare(tx: Session, message: TransferDue, at: datetime) -> str | None:
        return consults.overdue(tx, message, at, board=board)

    def send(leg: str) -> str:
        try:
            return telephone.status(leg)
        except Gone:
            return "completed"

    return Outward(prepare, send, consults.asked_after)


def hand_line(telephone: Telephone) -> Outward:
    """Let a conversation belong to another leg of its room; where that has left just now, the room ends with a goodbye.

    The leg that leaves must not end the room any more: that comes first.
    """

    def prepare(_: Session, message: LineHanded, __: datetime) -> LineHanded:
        return message

    def send(message: LineHanded) -> None:
        room, leaving = message.room, message.leaving
        unless_gone(lambda: telephone.change(room, leaving, Change(ends=False)))
        try:
            telephone.change(room, message.staying, Change(ends=True, muted=False))
        except Gone:
            unless_gone(lambda: telephone.end_room(room))
        unless_gone(lambda: telephone.end_call(leaving))

    return Outward(prepare, send, nothing)


def hand_caller(telephone: Telephone, wording: Wording) -> Outward:
    """Send a caller on to a desk or a queue, and let their counselor go: in this order, or the room would end."""

    def prepare(tx: Session, message: CallerHanded, _: datetime) -> tuple[str, str, str, str | None] | None:
        transfer = party_queries.transfer(tx, message.transfer_id)
        call = queries.lock_call(tx, transfer.call) if transfer else None
        first = view_of(tx, call).leg_for(transfer.offer_id) if call and transfer else None
        caller = queries.leg_sid(tx, call.sid) if call else None
        if transfer is None or call is None or call.ended_at is not None or first is None or caller is None:
            return None
        spot, offer = queries.last_spot(queries.facts_of(tx, call.sid)), queue.current_offer(tx, call.contact_id)
        if spot is None or (offer is not None and offer.state != "pending"):
            # The next counselor was faster than this message: they meet in the room where the caller is.
            return call.room or "", first.sid, caller, None
        return call.room or "", first.sid, caller, _handed(wording, onward(spot, transfer.part), transfer)

    def send(request: tuple[str, str, str, str | None]) -> None:
        room, first, caller, url = request
        unless_gone(lambda: telephone.change(room, first, Change(ends=False)))
        if url is not None:
            unless_gone(lambda: telephone.move(caller, url))
        unless_gone(lambda: telephone.end_call(first))

    return Outward(prepare, send, nothing)


def _handed(wording: Wording, spot: Spot, transfer: Transfer) -> str:
    desk = f"&desk={transfer.target}" if transfer.kind == "desk" else ""
    return wording.url(f"/ivr/handed?{spot.query}&offer={transfer.id}{desk}")


def join(telephone: Telephone, address: Address) -> Outward:
    """Ring a supervisor into a call, in the mode they asked for."""

    def prepare(tx: Session, message: WatchAsked, _: datetime) -> Ring | None:
        watch = party_queries.watch(tx, message.watch_id)
        standing = supervision.standing(tx, watch) if watch else None
        if watch is None or watch.state != "asked" or standing is None:
            return None
        name, where = f"supervisor-{watch.id}", address(watch.login)
        party = Party(name, where, ends=False, muted=bool(standing.muted), coaches=standing.coaches)
        return Ring(watch.call, party)

    def record(tx: Session, message: WatchAsked, leg: str, at: datetime) -> None:
        supervision.rung(tx, message.watch_id, leg, at)

    return Outward(prepare, partial(ring_in, telephone), record)


def change(telephone: Telephone) -> Outward:
    """Let a supervisor in a call listen, whisper or speak, as they stand when it is carried out."""

    def prepare(tx: Session, message: WatchChanged, _: datetime) -> tuple[str, str, Change] | None:
        watch = party_queries.watch(tx, message.watch_id)
        standing = supervision.standing(tx, watch) if watch else None
        call = queries.lock_call(tx, watch.call) if watch else None
        if watch is None or watch.leg is None or standing is None or call is None or call.room is None:
            return None
        return call.room, watch.leg, standing

    def send(request: tuple[str, str, Change]) -> None:
        unless_gone(lambda: telephone.change(*request))

    return Outward(prepare, send, nothing)


def announce(telephone: Telephone, wording: Wording, *, wanted: bool) -> Outward:
    """Tell caller and counselor that a supervisor is in their call, where that is `wanted`."""

    def prepare(tx: Session, message: WatchJoined, _: datetime) -> tuple[str, str] | None:
        watch = party_queries.watch(tx, message.watch_id)
        call = queries.lock_call(tx, watch.call) if watch and wanted else None
        if watch is None or watch.state != "joined" or call is None or call.room is None:
            return None
        spot = queries.last_spot(queries.facts_of(tx, call.sid))
        return call.room, wording.url(f"/ivr/watched?language={spot.language if spot else 'ko'}")

    def send(request: tuple[str, str]) -> None:
        unless_gone(lambda: telephone.announce(*request))

    return Outward(prepare, send, nothing)
