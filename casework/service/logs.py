"""Deleting what was heard, delivered and written down, once it is past its time."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CursorResult, Delete, delete, select, tuple_
from sqlalchemy.orm import Session

from casework.policy.retention import Kind
from casework.service.erasing import destroyed
from casework.tables import RevealReview
from core import expiry
from core.access_log import AccessEntry
from core.audit import AuditEntry
from core.journal import JournalFact
from core.outbox import OutboxMessage

BATCH = 5_000
Before = Mapping[Kind, datetime]
"""Of each kind: what is older is past its time."""


def delete_old(tx: Session, before: Before, at: datetime) -> int:
    """Delete what was heard of calls, messages that were delivered, looks, and acts; give the largest number.

    Of looks and acts the oldest go, so that what is left of their chains is still proven whole.
    """
    return max(
        _facts(tx, before["logs"], at),
        _messages(tx, before["logs"], at),
        _looks(tx, before["access"], at),
        _acts(tx, before["audit"], at),
    )


def _facts(tx: Session, before: datetime, at: datetime) -> int:
    old = select(JournalFact.source, JournalFact.key).where(JournalFact.at < before).limit(BATCH)
    return _gone(tx, "journal", delete(JournalFact).where(tuple_(JournalFact.source, JournalFact.key).in_(old)), at)


def _messages(tx: Session, before: datetime, at: datetime) -> int:
    over = OutboxMessage.state.in_(("done", "closed", "retried"))
    old = select(OutboxMessage.id).where(over, OutboxMessage.done_at < before).limit(BATCH)
    return _gone(tx, "outbox", delete(OutboxMessage).where(OutboxMessage.id.in_(old)), at)


def _gone(tx: Session, kind: str, going: Delete, at: datetime) -> int:
    result = tx.execute(going, execution_options={"synchronize_session": False})
    number = result.rowcount if isinstance(result, CursorResult) else 0
    return _noted(tx, (kind, at.date().isoformat()), number, at)


def _noted(tx: Session, what: tuple[str, object], number: int, at: datetime) -> int:
    if number:
        destroyed(tx, what, number, "retention", by=None, at=at)
    return number


def _looks(tx: Session, before: datetime, at: datetime) -> int:
    end = expiry.past(tx, AccessEntry, before, most=BATCH)
    if not end:
        return 0
    old = select(AccessEntry.id).where(AccessEntry.n <= end)
    tx.execute(delete(RevealReview).where(RevealReview.entry_id.in_(old)))
    return _noted(tx, ("access", end), expiry.destroy(tx, AccessEntry, end, at=at), at)


def _acts(tx: Session, before: datetime, at: datetime) -> int:
    end = expiry.past(tx, AuditEntry, before, most=BATCH)
    return _noted(tx, ("audit", end), expiry.destroy(tx, AuditEntry, end, at=at), at) if end else 0
