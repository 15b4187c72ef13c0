"""Finding voicemails."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.tables import Contact, Duty, Voicemail
from core.errors import NotFound


def voicemail(tx: Session, voicemail_id: UUID) -> Voicemail:
    """Give a voicemail; raises NotFound."""
    found = tx.get(Voicemail, voicemail_id)
    if found is None:
        raise NotFound("There is no such voicemail.")
    return found


def of_recording(tx: Session, recording: str) -> Voicemail | None:
    """Give the voicemail of a recording, or None."""
    return tx.scalars(select(Voicemail).where(Voicemail.recording == recording)).one_or_none()


def of_contact(tx: Session, contact_id: UUID) -> Sequence[Voicemail]:
    """List what a contact left, oldest first."""
    left = select(Voicemail).where(Voicemail.contact_id == contact_id).order_by(Voicemail.recorded_at, Voicemail.id)
    return tx.scalars(left).all()


def voicemails(
    tx: Session, within: ColumnElement[bool], *, open_only: bool, limit: int
) -> Sequence[tuple[Voicemail, Duty]]:
    """List the voicemails of contacts `within` reach, each with the duty it is; too short ones are none.

    The oldest open one comes first.
    """
    listed = select(Voicemail, Duty).join(Duty, Duty.id == Voicemail.duty_id)
    listed = listed.where(Voicemail.contact_id.in_(select(Contact.id).where(within)))
    if open_only:
        listed = listed.where(Duty.ended_at.is_(None))
    found = tx.execute(listed.order_by(Duty.ended_at.is_not(None), Voicemail.recorded_at).limit(limit))
    return [(row[0], row[1]) for row in found]
