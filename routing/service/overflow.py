"""Going another way than through the queue while still on the line, and coming back to the same place."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board
from routing.policy import OVERFLOWED
from routing.service.ledger import note
from routing.service.matching import match_after
from routing.service.mending import admit, ready
from routing.service.waiting import leave


def overflow(tx: Session, contact_id: UUID, way: str, *, board: Board, at: datetime) -> bool:
    """Let a caller leave the queue for another way; False where a counselor has taken them meanwhile, or they are out.

    A counselor who has accepted wins: the caller is brought to them from wherever they were led.
    """
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state == "connecting":
        return False
    return leave(tx, contact_id, way, board=board, at=at)


def change_queue(tx: Session, contact_id: UUID, to: str, *, at: datetime) -> bool:
    """Let a waiting caller go on in another queue at the same place; False where they are in it or wait no more.

    The first queue's figures count them as overflowed.
    """
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state not in {"waiting", "offered"} or to in {"", entry.queue}:
        return False
    note(tx, "left", entry, at, state="overflowed")
    entry.queue = to
    note(tx, "entered", entry, entry.entered_at, priority=entry.priority, language=entry.language)
    tx.flush()
    return True


def come_back(tx: Session, contact_id: UUID, *, board: Board, at: datetime) -> bool:
    """Let a caller who was led another way wait again, at the place they had; False where they never left so."""
    ready(tx, board, at)
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state not in OVERFLOWED:
        return False
    note(tx, "came_back", entry, at, state=entry.state)
    entry.state, entry.left_at, entry.version = "waiting", None, entry.version + 1
    entry.preferred_id = entry.preferred_until = None
    admit(tx, entry, board, at)
    match_after(tx, board=board, at=at)
    return True
