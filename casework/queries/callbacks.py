"""Finding who is owed a call-back, and whether they are on the line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.tables import Contact, Duty


def open_duty(tx: Session, duty_id: UUID | None) -> Duty | None:
    """Give a duty that is not over, without a lock."""
    duty = tx.get(Duty, duty_id, populate_existing=True) if duty_id is not None else None
    return duty if duty is not None and duty.ended_at is None else None


def callback_of_caller(tx: Session, contact_id: UUID) -> UUID | None:
    """Find the call-back that this contact's caller is owed, without a lock; a withheld number is owed none."""
    mine = select(Contact.caller_fingerprint).where(Contact.id == contact_id).scalar_subquery()
    owed = select(Duty.id).where(Duty.kind == "callback", Duty.caller_fingerprint == mine, Duty.ended_at.is_(None))
    return tx.scalars(owed.order_by(Duty.created_at).limit(1)).one_or_none()


def calls_of_caller(tx: Session, contact_id: UUID, since: datetime) -> Sequence[UUID]:
    """List the other calls of this contact's caller that have not ended, the latest first."""
    mine = select(Contact.caller_fingerprint).where(Contact.id == contact_id).scalar_subquery()
    same = (Contact.caller_fingerprint == mine, Contact.id != contact_id, Contact.channel == "phone")
    going = select(Contact.id).where(*same, Contact.ended_at.is_(None), Contact.opened_at >= since)
    return tx.scalars(going.order_by(Contact.opened_at.desc())).all()
