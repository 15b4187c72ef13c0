"""Finding rhythms of companion calls, and their calls."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.queries.reach import Rule
from casework.tables import CompanionCall, CompanionRhythm
from core.errors import NotFound


def rhythm(tx: Session, rhythm_id: UUID) -> CompanionRhythm:
    """Give a rhythm; raises NotFound."""
    found = tx.get(CompanionRhythm, rhythm_id)
    if found is None:
        raise NotFound("There is no such rhythm of companion calls.")
    return found


def lock_rhythm(tx: Session, rhythm_id: UUID) -> CompanionRhythm:
    """Lock a rhythm until this transaction ends; raises NotFound."""
    found = tx.get(CompanionRhythm, rhythm_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such rhythm of companion calls.")
    return found


def rhythms(
    tx: Session, reached: Rule, *, case_id: UUID | None, companion_id: UUID | None, limit: int
) -> Sequence[CompanionRhythm]:
    """List the rhythms within reach that have not ended, of a case or a companion or all, the oldest first."""
    rules = [CompanionRhythm.state != "ended", reached]
    if case_id is not None:
        rules.append(CompanionRhythm.case_id == case_id)
    if companion_id is not None:
        rules.append(CompanionRhythm.companion_id == companion_id)
    oldest = select(CompanionRhythm).where(*rules).order_by(CompanionRhythm.created_at, CompanionRhythm.id)
    return tx.scalars(oldest.limit(limit)).all()


def calls(tx: Session, rhythm_id: UUID, limit: int = 200) -> Sequence[CompanionCall]:
    """List the calls of a rhythm, the newest day first; what was cancelled is left away."""
    own = (CompanionCall.rhythm_id == rhythm_id, CompanionCall.state != "cancelled")
    newest = select(CompanionCall).where(*own).order_by(CompanionCall.day.desc()).limit(limit)
    return tx.scalars(newest).all()


def calls_after(tx: Session, rhythm_id: UUID, after: datetime, *, today: date) -> Sequence[CompanionCall]:
    """List what is planned or skipped after a moment."""
    planned = (CompanionCall.state == "planned") & (CompanionCall.call_at > after)
    skipped = (CompanionCall.state == "skipped") & (CompanionCall.day > today)
    own = select(CompanionCall).where(CompanionCall.rhythm_id == rhythm_id, planned | skipped)
    return tx.scalars(own.order_by(CompanionCall.day)).all()


def open_calls(tx: Session, rhythm_id: UUID) -> Sequence[CompanionCall]:
    """List the calls that are still to be made."""
    own = select(CompanionCall).where(CompanionCall.rhythm_id == rhythm_id, CompanionCall.state == "planned")
    return tx.scalars(own.order_by(CompanionCall.day)).all()


def last_day(tx: Session, rhythm_id: UUID) -> date | None:
    """Give the last day of a rhythm that has a call or a skipped one."""
    own = (CompanionCall.rhythm_id == rhythm_id, CompanionCall.state != "cancelled")
    return tx.scalar(select(func.max(CompanionCall.day)).where(*own))


def call(tx: Session, call_id: UUID) -> CompanionCall:
    """Give a companion call; raises NotFound."""
    found = tx.get(CompanionCall, call_id)
    if found is None:
        raise NotFound("There is no such companion call.")
    return found


def calls_of(tx: Session, reached: Rule, companion_id: UUID | None, limit: int) -> Sequence[CompanionCall]:
    """List the calls to be made of rhythms within reach, by one companion or by all, the next first."""
    planned = select(CompanionCall).join(CompanionRhythm).where(CompanionCall.state == "planned", reached)
    if companion_id is not None:
        planned = planned.where(CompanionRhythm.companion_id == companion_id)
    return tx.scalars(planned.order_by(CompanionCall.call_at, CompanionCall.id).limit(limit)).all()
