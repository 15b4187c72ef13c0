"""What people said about their data, what they ask of us, what is held, what was destroyed, and the keys to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Consent(Base):
    """One answer to one prepared question: for what purpose, by which words, and where it is heard in the recording."""

    __tablename__ = "casework_consent"
    __table_args__ = (Index("ix_casework_consent_contact", "contact_id", "purpose", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("casework_contact.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    script: Mapped[int]
    """The version of the words that were read out."""
    answer: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(Moment)
    recorded_by: Mapped[UUID]
    recording: Mapped[str | None] = mapped_column(String(64))
    offset_s: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[UUID | None]


class PersonKey(Base):
    """The key under which a person's data are sealed, itself sealed by the vault; without it nobody reads them."""

    __tablename__ = "casework_person_key"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"), primary_key=True)
    key_cipher: Mapped[str] = mapped_column(Words)


class LegalHold(Base):
    """A reason to keep a person's data past their time, until it is lifted or over."""

    __tablename__ = "casework_legal_hold"
    __table_args__ = (
        Index("ix_casework_legal_hold_standing", "person_id", postgresql_where=text("lifted_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"))
    reason_cipher: Mapped[str] = mapped_column(Words)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by: Mapped[UUID]
    until: Mapped[datetime | None] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[UUID | None]


class Destruction(Base):
    """One thing that was destroyed: what, why, and by whom (None: its time was over)."""

    __tablename__ = "casework_destruction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    kind: Mapped[str] = mapped_column(String(12))
    object_id: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(12))
    by: Mapped[UUID | None]
    number: Mapped[int]
    """How many values or rows."""


class PrivacyRequest(Base):
    """What somebody may demand of us about their data, and our answer: `received -> granted | refused`."""

    __tablename__ = "casework_privacy_request"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="received")
    received_at: Mapped[datetime] = mapped_column(Moment)
    received_by: Mapped[UUID | None]
    due_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[UUID | None]
    answer_cipher: Mapped[str | None] = mapped_column(Words)


class Breach(Base):
    """Data that others may have seen, or that are lost: who must be told within 72 hours, and when they were."""

    __tablename__ = "casework_breach"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    found_at: Mapped[datetime] = mapped_column(Moment)
    found_by: Mapped[UUID]
    words_cipher: Mapped[str] = mapped_column(Words)
    people: Mapped[int]
    sensitive: Mapped[bool]
    outside: Mapped[bool]
    """Somebody broke in."""
    due_at: Mapped[datetime] = mapped_column(Moment)
    people_told_at: Mapped[datetime | None] = mapped_column(Moment)
    authority_told_at: Mapped[datetime | None] = mapped_column(Moment)
