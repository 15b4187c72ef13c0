"""Standing in the queue at a place from before: whoever is to be called back, and whoever calls again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board
from routing.needs import ANY
from routing.service.ledger import note, place_of
from routing.service.preferring import keep_for
from routing.service.waiting import enter
from routing.tables import QueueEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who is to stand in the queue, and since when; `first_to` is asked alone until `others_from`."""

    contact_id: UUID
    queue: str
    priority: str
    language: str
    provider_ref: str
    since: datetime
    first_to: UUID | None = None
    others_from: datetime | None = None
    need: str = ANY


def stand(tx: Session, who: Standing, *, board: Board, at: datetime) -> QueueEntry:
    """Let a contact into the line at the place of `since`; twice is no harm.

    It is no second caller: nothing of it counts in the queue's figures, so it has been let in before it enters.
    """
    known = queries.lock_entry(tx, who.contact_id)
    if known is not None:
        return known
    entry = QueueEntry(contact_id=who.contact_id, queue=who.queue, priority=who.priority, language=who.language)
    entry.provider_ref, entry.entered_at, entry.state = who.provider_ref, who.since, "waiting"
    entry.admitted_at, entry.need = at, who.need
    if who.first_to is not None and who.others_from is not None:
        keep_for(tx, entry, who.first_to, max(at, who.others_from))
    tx.add(entry)
    tx.flush()
    note(tx, "stood", entry, at, priority=entry.priority, language=entry.language)
    return enter(tx, who.contact_id, board=board, at=at)


def take_up(tx: Session, contact_id: UUID, since: datetime, *, board: Board, at: datetime) -> bool:
    """Give a waiting contact the place of somebody who waited since then; False where that is no better place."""
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state != "waiting" or since >= entry.entered_at:
        return False
    note(tx, "resumed", entry, at, entered_at=entry.entered_at.isoformat(), since=since.isoformat())
    entry.entered_at, entry.version = since, entry.version + 1
    tx.flush()
    board.place({contact_id: place_of(entry, None, board.config)}, {})
    return True
