"""Finding flags on callers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.tables import CallerFlag
from core.errors import NotFound


def flags_on(tx: Session, fingerprint: str, at: datetime) -> Sequence[CallerFlag]:
    """List the flags that hold for a caller now."""
    holds = (CallerFlag.until > at, CallerFlag.lifted_at.is_(None))
    found = select(CallerFlag).where(CallerFlag.caller_fingerprint == fingerprint, *holds).order_by(CallerFlag.set_at)
    return tx.scalars(found).all()


def lock_flag(tx: Session, flag_id: UUID) -> CallerFlag:
    """Lock a flag until this transaction ends; raises NotFound."""
    found = tx.get(CallerFlag, flag_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such flag.")
    return found
