"""Voicemails: what callers said when no counselor could be found, by reference; the sound stays with the provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Voicemail(Base):
    """One recording; without a duty it was too short, and the caller is followed up like one who hung up."""

    __tablename__ = "casework_voicemail"
    __table_args__ = (Index("ix_casework_voicemail_recorded", "recorded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("casework_contact.id"), index=True)
    recording: Mapped[str] = mapped_column(String(64), unique=True)
    """The provider's id of it: nothing can be heard with it but through our own door."""
    seconds: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_duty.id"))
    heard_at: Mapped[datetime | None] = mapped_column(Moment)
    heard_by: Mapped[UUID | None]
    transcript_cipher: Mapped[str | None] = mapped_column(Words)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the provider was asked to destroy the sound."""
    transcribed_at: Mapped[datetime | None] = mapped_column(Moment)
