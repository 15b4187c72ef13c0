"""Coming into the queue, being in danger, and leaving."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from routing import queries
from routing.board import Board
from routing.policy import EXITS, left_as
from routing.service.ledger import follow, note, place_of, seat_of, withdraw
from routing.service.matching import match_after
from routing.service.mending import admit, ready
from routing.tables import LIVE, QueueEntry, Seat


def enter(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> QueueEntry:
    """Let a contact whose entry is written into the line; twice is no harm. Raises NotFound without an entry."""
    ready(tx, board, at)
    entry = queries.lock_entry(tx, contact_id)
    if entry is None:
        raise NotFound("This contact has no entry in the queue.")
    if entry.state == "waiting":
        admit(tx, entry, board, at)
        match_after(tx, board=board, at=at)
    return entry


def hint(tx: Session, contact_id: UUID, words: str) -> None:
    """Tell whoever is offered this caller something, once; a contact that is in no queue is left alone."""
    entry = queries.lock_entry(tx, contact_id)
    if entry is not None and words not in entry.hints:
        entry.hints = [*entry.hints, words]
        tx.flush()


def raise_to_danger(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """Bring a caller among those in danger, there by the time they came; True if that changed anything."""
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state not in LIVE or entry.priority == "danger":
        return False
    if entry.state == "waiting":
        admit(tx, entry, board, at)
    entry.priority = "danger"
    agreed = follow(tx, board, None, lambda: board.raise_to(contact_id, "danger", entry.version + 1), "", at)
    entry.version += 1
    if not agreed:
        board.place({contact_id: place_of(entry, queries.current_offer(tx, contact_id), board.config)}, {})
    note(tx, "raised", entry, at, priority="danger")
    match_after(tx, board=board, at=at)
    return True


def leave(tx: Session, contact_id: UUID, reason: str, *, board: Board, at: datetime) -> bool:
    """Take a contact that talked to nobody out of the queue, with what was offered; False where it is out or talks.

    `reason` is one of policy.EXITS, else Invalid. Who was about to talk to them has been free as long as before.
    """
    if reason not in EXITS:
        raise Invalid(f"{reason!r} is no way to leave a queue; choose one of {', '.join(sorted(EXITS))}.")
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state not in LIVE or entry.state == "connected":
        return False
    waited = max(0.0, (at - entry.entered_at).total_seconds())
    offer = queries.current_offer(tx, contact_id)
    seat = queries.lock_seat(tx, offer.counselor_id) if offer else None
    agreed = follow(tx, board, seat, lambda: board.abandon(contact_id, entry.version + 1, at), "idle", at)
    if entry.admitted_at is None:
        note(tx, "entered", entry, entry.entered_at, priority=entry.priority, language=entry.language)
        entry.admitted_at = at
    entry.state, entry.left_at, entry.version = left_as(reason, waited, board.config), at, entry.version + 1
    if offer is not None:
        withdraw(tx, board, offer, "canceled", at, entry.state)
    note(tx, "left", entry, at, offer, state=entry.state)
    _settle(board, entry, seat, agreed=agreed)
    match_after(tx, board=board, at=at)
    return True


def _settle(board: Board, entry: QueueEntry, seat: Seat | None, *, agreed: bool) -> None:
    if not agreed:
        seats = {seat.counselor_id: seat_of(seat, None, board.config)} if seat else {}
        board.place({entry.contact_id: None}, seats)
