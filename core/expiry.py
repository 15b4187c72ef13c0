"""Destroying the oldest part of a chain on purpose, so that what is left is still proven whole.

The end of what was destroyed is an act in the audit, signed like every other: whoever removes rows without the key has
none for them, and a chain that begins after the end that is written there begins where it should.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, or_, select
from sqlalchemy.orm import Session

from core import audit, chain
from core.access_log import AccessEntry
from core.audit import AuditEntry
from core.chain import NOTHING, Chained, Head

ACTION = "log.destroy"


def beginning(tx: Session, table: type[Chained]) -> Head:
    """Give where what is left of a chain begins: the end of what was destroyed last, by an act that is truly ours."""
    act = _last(tx, table)
    return Head(int(act.object_id), act.detail["digest"]) if act is not None else NOTHING


def _last(tx: Session, table: type[Chained]) -> AuditEntry | None:
    acts = select(AuditEntry).where(AuditEntry.action == ACTION, AuditEntry.object_kind == table.__tablename__)
    ours = (act for act in tx.scalars(acts) if chain.is_ours(tx, act))
    return max(ours, key=lambda act: int(act.object_id), default=None)


def past(tx: Session, table: type[Any], before: datetime, *, most: int) -> int:
    """Give up to which number a chain is older than a moment, `most` rows at once; 0 where nothing of it is.

    Its last row stays, for the next is linked to it, and so do the newest acts that tell where a chain begins.
    """
    needed = [act.id for each in (AuditEntry, AccessEntry) if (act := _last(tx, each)) is not None]
    young = or_(table.at >= before, table.id.in_(needed))
    first, last = tx.execute(select(func.min(table.n), func.max(table.n))).one()
    if first is None:
        return 0
    stays = tx.scalar(select(func.min(table.n)).where(table.n.is_not(None), young))
    end: int = min(last if stays is None else stays, last, first + most) - 1
    return end if end >= first else 0


def destroy(tx: Session, table: type[Any], end: int, *, at: datetime) -> int:
    """Delete a chain up to a number that `past` gave, write down where it begins now, and give how many rows went."""
    digest = tx.scalar(select(table.digest).where(table.n == end))
    gone = tx.execute(delete(table).where(table.n <= end), execution_options={"synchronize_session": False})
    number = gone.rowcount if isinstance(gone, CursorResult) else 0
    audit.record(tx, None, ACTION, (table.__tablename__, end), at=at, digest=digest, rows=number)
    tx.flush()
    return number
