"""A caller who has a counselor of their own: kept for that one for a while, at the place they have anyway."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board
from routing.service.ledger import note, on_shift, place_of
from routing.service.matching import match_after
from routing.service.mending import mend_contact
from routing.tables import QueueEntry, Seat


def prefer(tx: Session, contact_id: UUID, counselor_id: UUID, *, board: Board, at: datetime) -> bool:
    """Keep a caller who is not let in yet for one counselor; False where that one is not there, or it was done.

    Who is in danger waits for nobody: the index keeps them for no one.
    """
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.admitted_at is not None or entry.preferred_id is not None:
        return False
    keep_for(tx, entry, counselor_id, at + timedelta(seconds=board.config.preferred_seconds))
    tx.flush()
    return entry.preferred_id is not None


def keep_for(tx: Session, entry: QueueEntry, counselor_id: UUID, until: datetime) -> None:
    """Keep an entry that is in no line yet for a counselor who takes callers now; for anybody else it is not kept."""
    seat = queries.seat(tx, counselor_id)
    if seat is not None and on_shift(seat):
        entry.preferred_id, entry.preferred_until = counselor_id, until


def end_hold(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """Let everybody have a caller who was kept for one counselor long enough; False where there is nothing to end."""
    entry = queries.lock_free_entry(tx, contact_id)
    if entry is None:
        return False
    if entry.preferred_until is None or entry.preferred_until > at or entry.state != "waiting":
        return mend_contact(tx, contact_id, board, at)
    _open_to_all(tx, entry, board, at)
    return True


def end_holds_for(tx: Session, seat: Seat, *, board: Board, at: datetime) -> None:
    """Let everybody have the callers who are kept for a counselor who takes nobody any more."""
    if on_shift(seat):
        return
    for contact_id in queries.kept_for(tx, seat.counselor_id):
        entry = queries.lock_free_entry(tx, contact_id)
        # One that somebody is at, or that is offered, is opened to everybody when its time is over.
        if entry is not None and entry.state == "waiting" and entry.preferred_id == seat.counselor_id:
            _open_to_all(tx, entry, board, at)


def _open_to_all(tx: Session, entry: QueueEntry, board: Board, at: datetime) -> None:
    note(tx, "opened_to_all", entry, at, preferred=str(entry.preferred_id))
    entry.preferred_id, entry.preferred_until, entry.version = None, None, entry.version + 1
    tx.flush()
    board.place({entry.contact_id: place_of(entry, None, board.config)}, {})
    match_after(tx, board=board, at=at)
