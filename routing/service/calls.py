"""What the telephone tells of an accepted offer: connected, failed, held, over; so it is, whatever the index says."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board, Fence
from routing.policy import seat_after_failure
from routing.records import SeatNow
from routing.service.ledger import fence, follow, note, place_of, seat_of, withdraw
from routing.service.matching import match_after
from routing.service.offers import back_to_place
from routing.tables import Offer, QueueEntry, Seat

Held = tuple[QueueEntry, Offer, Seat | None]
Ask = Callable[[Fence], SeatNow | None]


def connected(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """Caller and counselor hear each other; False where that is known, or nothing was accepted."""
    held = _held(tx, contact_id, "accepted")
    if held is None:
        return False
    entry, offer, seat = held
    agreed = _follow(tx, board, held, board.connected, "on_contact", at)
    entry.state, entry.connected_at, entry.version = "connected", at, entry.version + 1
    offer.state, offer.connected_at = "connected", at
    note(tx, "connected", entry, at, offer, waited_s=max(0.0, (at - entry.entered_at).total_seconds()))
    if not agreed:
        _reindex(board, entry, offer, seat)
    return True


def connect_failed(tx: Session, contact_id: UUID, why: str, *, board: Board, at: datetime) -> bool:
    """The two did not come together: the caller is back at their place; False where nothing was accepted.

    `why` is the telephone's word for it; a counselor who did not answer has to come back by hand.
    """
    held = _held(tx, contact_id, "accepted")
    if held is None:
        return False
    entry, offer, seat = held
    state = seat_after_failure(why)
    agreed = _follow(tx, board, held, lambda asked: board.connect_failed(asked, at, state), state, at)
    back_to_place(tx, entry, offer, board, at)
    withdraw(tx, board, offer, "failed", at, why)
    note(tx, "connect_failed", entry, at, offer, why=why)
    if not agreed:
        _reindex(board, entry, None, seat)
    match_after(tx, board=board, at=at)
    return True


def hold(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """The caller is on hold; False where nobody talks."""
    return _hold(tx, contact_id, on=True, board=board, at=at)


def resume(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """The caller is not on hold any more; False where nobody talks."""
    return _hold(tx, contact_id, on=False, board=board, at=at)


def _hold(tx: Session, contact_id: UUID, *, on: bool, board: Board, at: datetime) -> bool:
    held = _held(tx, contact_id, "connected")
    if held is None:
        return False
    entry, offer, seat = held
    state = "on_hold" if on else "on_contact"
    agreed = _follow(tx, board, held, lambda asked: board.hold(asked, on=on), state, at)
    entry.version += 1
    note(tx, "held" if on else "resumed", entry, at, offer)
    if not agreed:
        _reindex(board, entry, offer, seat)
    return True


def finish(tx: Session, contact_id: UUID, ended_by: str, *, board: Board, at: datetime) -> bool:
    """The conversation is over, and the counselor has time to write; False where nobody talks."""
    held = _held(tx, contact_id, "connected")
    if held is None:
        return False
    entry, offer, seat = held
    state = "wrapping" if board.config.wrap_up_seconds > 0 else "idle"
    agreed = _follow(tx, board, held, lambda asked: board.finish(asked, at), state, at)
    entry.state, entry.left_at = "transferred" if ended_by == "transfer" else "completed", at
    entry.version += 1
    withdraw(tx, board, offer, "completed", at, ended_by)
    talked = (at - entry.connected_at).total_seconds() if entry.connected_at else 0
    note(tx, "finished", entry, at, offer, ended_by=ended_by, talk_s=max(0, talked))
    if not agreed:
        _reindex(board, entry, None, seat)
    match_after(tx, board=board, at=at)
    return True


def _held(tx: Session, contact_id: UUID, state: str) -> Held | None:
    entry = queries.lock_entry(tx, contact_id)
    offer = queries.current_offer(tx, contact_id) if entry is not None else None
    if entry is None or offer is None or offer.state != state:
        return None
    return entry, offer, queries.lock_seat(tx, offer.counselor_id)


def _follow(tx: Session, board: Board, held: Held, ask: Ask, otherwise: str, at: datetime) -> bool:
    entry, offer, seat = held
    asked = fence(entry, offer)
    return follow(tx, board, seat, lambda: ask(asked), otherwise, at)


def _reindex(board: Board, entry: QueueEntry, offer: Offer | None, seat: Seat | None) -> None:
    seats = {seat.counselor_id: seat_of(seat, offer, board.config)} if seat else {}
    board.place({entry.contact_id: place_of(entry, offer, board.config)}, seats)
