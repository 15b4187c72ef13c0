"""What a counselor does with an offer: accept it, pass it on, or let it run out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import outbox
from core.errors import NotFound, Stale
from core.ids import named_id
from routing import queries
from routing.board import Board
from routing.messages import LastSeatSilent, NotTaken, OfferAccepted
from routing.policy import stale_because
from routing.service.ledger import fence, follow, mirror, note, on_shift, place_of, seat_of, withdraw
from routing.service.matching import match_after
from routing.tables import Offer, QueueEntry, Seat


def accept(tx: Session, offer_id: UUID, counselor_id: UUID, *, board: Board, at: datetime) -> Offer:
    """Take the caller; doing it twice answers the same. Raises NotFound, or Stale with why the offer is over."""
    entry, offer = _own_offer(tx, offer_id, counselor_id)
    if offer.state in {"accepted", "connected"}:
        return offer
    seat = _open_seat(tx, offer)
    now = board.accept(fence(entry, offer), at)
    if now is not None:
        mirror(tx, board, seat, now, at)
    entry.state, entry.version = "connecting", entry.version + 1
    offer.state, offer.settled_at = "accepted", at
    note(tx, "accepted", entry, at, offer)
    told = OfferAccepted(entry.contact_id, offer.id, counselor_id, offer.counselor_login, entry.provider_ref)
    outbox.post(tx, told, at=at)
    return offer


def reject(tx: Session, offer_id: UUID, counselor_id: UUID, reason: str, *, board: Board, at: datetime) -> Offer:
    """Pass the caller on, who keeps their place; twice answers the same. Raises as `accept`."""
    entry, offer = _own_offer(tx, offer_id, counselor_id)
    if offer.state == "rejected":
        return offer
    seat = _open_seat(tx, offer)
    now = board.reject(fence(entry, offer), at)
    if now is not None:
        mirror(tx, board, seat, now, at)
    back_to_place(tx, entry, offer, board, at)
    withdraw(tx, board, offer, "rejected", at, reason)
    note(tx, "rejected", entry, at, offer, reason=reason)
    match_after(tx, board=board, at=at)
    return offer


def _own_offer(tx: Session, offer_id: UUID, counselor_id: UUID) -> tuple[QueueEntry, Offer]:
    seen = queries.offer(tx, offer_id)
    if seen is None or seen.counselor_id != counselor_id:
        raise NotFound("There is no such offer to you. 이 제안을 찾을 수 없습니다.")
    entry = queries.lock_entry(tx, seen.contact_id)
    offer = queries.offer(tx, offer_id)
    if entry is None or offer is None:
        raise NotFound("There is no such offer to you. 이 제안을 찾을 수 없습니다.")
    return entry, offer


def _open_seat(tx: Session, offer: Offer) -> Seat:
    seat = queries.lock_seat(tx, offer.counselor_id)
    if seat is None or offer.state != "pending":
        raise Stale(stale_because(offer.state), reason=offer.state)
    return seat


def time_out(tx: Session, contact_id: UUID, *, board: Board, at: datetime, lost: bool = False) -> bool:
    """End an offer nobody reacted to in time, or whose seat is lost; False where there is none or it is busy."""
    entry = queries.lock_free_entry(tx, contact_id)
    offer = queries.current_offer(tx, contact_id) if entry is not None else None
    if entry is None or offer is None or offer.state != "pending" or (offer.deadline > at and not lost):
        return False
    seat = queries.lock_free_seat(tx, offer.counselor_id)
    if seat is None:
        return False
    asked = fence(entry, offer)
    unanswered = seat.unanswered if lost else seat.unanswered + 1
    otherwise = "not_responding" if lost or unanswered >= board.config.unanswered_limit else "idle"
    agreed = follow(tx, board, seat, lambda: board.time_out(asked, at, lost=lost), otherwise, at)
    seat.unanswered = unanswered
    back_to_place(tx, entry, offer, board, at)
    withdraw(tx, board, offer, "timed_out", at, "seat lost" if lost else None)
    note(tx, "timed_out", entry, at, offer, lost=lost, stays=seat.state == "idle")
    if seat.state == "not_responding":
        _tell_if_last(tx, offer, at)
    if not agreed:
        board.place(
            {contact_id: place_of(entry, None, board.config)}, {seat.counselor_id: seat_of(seat, None, board.config)}
        )
    match_after(tx, board=board, at=at)
    return True


def _tell_if_last(tx: Session, offer: Offer, at: datetime) -> None:
    tx.flush()
    if not any(on_shift(seat) for seat in queries.seats(tx)):
        told = LastSeatSilent(offer.counselor_id, offer.counselor_login, offer.contact_id)
        outbox.post(tx, told, at=at, id=named_id("last seat", str(offer.id)))


def back_to_place(tx: Session, entry: QueueEntry, offer: Offer, board: Board, at: datetime) -> None:
    """Put an entry back to waiting, at the place it has always had, for anybody; this counselor is asked again last.

    One that was held out to them only leaves the queue instead.
    """
    if entry.only_id is not None:
        leave_untaken(tx, entry, offer, board, at)
        return
    entry.state, entry.version = "waiting", entry.version + 1
    entry.preferred_id = entry.preferred_until = None
    # A new dictionary, for changes inside one are not seen by the database's mapper.
    entry.apart = {**entry.apart, str(offer.counselor_id): list(board.apart(at))}


def leave_untaken(tx: Session, entry: QueueEntry, offer: Offer, board: Board, at: datetime) -> None:
    """Take out of the queue a caller whom the one counselor they were held out to did not take."""
    entry.state, entry.left_at, entry.version = "withdrawn", at, entry.version + 1
    board.place({entry.contact_id: None}, {})
    note(tx, "left", entry, at, offer, state=entry.state)
    outbox.post(tx, NotTaken(entry.contact_id, offer.id), at=at, id=named_id("not taken", str(offer.id)))
