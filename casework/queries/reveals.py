"""Finding looks behind the mask, and whether somebody reviewed them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from casework.tables import Duty, RevealReview
from core.access_log import AccessEntry
from core.errors import NotFound

REVIEW: Final = "access_review"
"""The kind of the duty to review a month's reveals."""


def _reveals() -> Select[AccessEntry, RevealReview | None]:
    joined = select(AccessEntry, RevealReview).outerjoin(RevealReview, RevealReview.entry_id == AccessEntry.id)
    return joined.where(AccessEntry.action == "reveal")


def reveals(
    tx: Session, begin: datetime, end: datetime, *, open_only: bool, limit: int
) -> Sequence[tuple[AccessEntry, RevealReview | None]]:
    """List the reveals of a span, oldest first, each with its review."""
    rules: list[ColumnElement[bool]] = [AccessEntry.at >= begin, AccessEntry.at < end]
    if open_only:
        rules.append(RevealReview.entry_id.is_(None))
    found = tx.execute(_reveals().where(*rules).order_by(AccessEntry.at, AccessEntry.id).limit(limit))
    return [(row[0], row[1]) for row in found]


def unreviewed(tx: Session, before: datetime) -> bool:
    """Tell whether a reveal from before a moment waits for its review."""
    waiting = _reveals().where(AccessEntry.at < before, RevealReview.entry_id.is_(None)).limit(1)
    return tx.execute(waiting).first() is not None


def lock_reveal(tx: Session, entry_id: UUID) -> AccessEntry:
    """Lock a reveal until this transaction ends; raises NotFound."""
    one = select(AccessEntry).where(AccessEntry.id == entry_id, AccessEntry.action == "reveal").with_for_update()
    found = tx.scalars(one).one_or_none()
    if found is None:
        raise NotFound("There is no such reveal.")
    return found


def review_of(tx: Session, entry_id: UUID) -> RevealReview | None:
    """Give the review of a reveal, or None."""
    return tx.get(RevealReview, entry_id, populate_existing=True)


def lock_open_reviews(tx: Session) -> Sequence[Duty]:
    """Lock the duties to review a month's reveals that are not over."""
    own = select(Duty).where(Duty.kind == REVIEW, Duty.ended_at.is_(None)).order_by(Duty.id).with_for_update()
    return tx.scalars(own).all()
