"""Screenings: which instrument was asked, what was answered, and the level it asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Screening(Base):
    """One instrument asked of one person, in a contact or on a case: `started -> finished`."""

    __tablename__ = "casework_screening"
    __table_args__ = tuple(
        Index(
            f"ix_casework_screening_{of}", f"{of}_id", "started_at", "id", postgresql_where=text(f"{of}_id is not null")
        )
        for of in ("contact", "case")
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(String(20))
    instrument_version: Mapped[int]
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_contact.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_case.id"))
    state: Mapped[str] = mapped_column(String(12), default="started")
    asked_by: Mapped[UUID]
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    answers_cipher: Mapped[str] = mapped_column(Words)
    """The answers by item as sealed JSON: health data, and so is every score made of them."""
    level: Mapped[str | None] = mapped_column(String(12))
    """The triage level that the answers ask for at least."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
