"""A caller who has a counselor of their own: kept for that one for a while, at the place they have anyway."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board
from routing.service.standing import others_apart

PREFERRED = timedelta(seconds=20)


def prefer(tx: Session, contact_id: UUID, counselor_id: UUID, *, board: Board, at: datetime) -> bool:  # noqa: ARG001
    """Keep a caller who is not let in yet for one counselor; False where that one is not free, or it was done.

    Nobody in danger is kept for anybody.
    """
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.admitted_at is not None or entry.apart or entry.priority == "danger":
        return False
    entry.apart = others_apart(tx, counselor_id, at + PREFERRED)
    tx.flush()
    return bool(entry.apart)
