"""Cases: what is done for one person over time, and the notes on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words

OWED = "state <> 'closed' and responded_at is null and respond_by is not null"
"""Somebody must respond to the case by its deadline."""
CALM = "state <> 'closed' and (responded_at is not null or respond_by is null)"
"""The case is open, and no response is owed now."""
ASKED = ("district", "owner_id", "triage_level")
"""What the board is asked for."""


class Case(Base):
    """One person's case: `open -> assessment -> plan -> in_service -> monitoring -> closed (-> reopened)`."""

    __tablename__ = "casework_case"
    __table_args__ = (
        # The board: cases that wait for a response, then the other open ones; and every case, the newest first.
        Index("ix_casework_case_owed", "respond_by", "id", postgresql_where=text(OWED)),
        Index("ix_casework_case_calm", "opened_at", "id", postgresql_where=text(CALM)),
        Index("ix_casework_case_opened", "opened_at", "id"),
        # The same for what the board is asked for: few cases are open, and those of one district fewer still.
        *(Index(f"ix_casework_case_owed_{of}", of, "respond_by", "id", postgresql_where=text(OWED)) for of in ASKED),
        *(Index(f"ix_casework_case_calm_{of}", of, "opened_at", "id", postgresql_where=text(CALM)) for of in ASKED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"), index=True)
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    district: Mapped[str | None] = mapped_column(ForeignKey("casework_district.code"))
    state: Mapped[str] = mapped_column(String(12), default="open")
    topic: Mapped[str] = mapped_column(String(24))
    triage_level: Mapped[str] = mapped_column(String(12))
    first_contact_at: Mapped[datetime] = mapped_column(Moment)
    clock_from: Mapped[datetime] = mapped_column(Moment)
    """First sign of what is of concern now: the response targets count from here."""
    respond_by: Mapped[datetime | None] = mapped_column(Moment)
    responded_at: Mapped[datetime | None] = mapped_column(Moment)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_reason_cipher: Mapped[str | None] = mapped_column(Words)
    lower_to: Mapped[str | None] = mapped_column(String(12))
    """What waits for a second person, a lower level or `closed`; who asked for it and why."""
    lower_by: Mapped[UUID | None]
    lower_reason_cipher: Mapped[str | None] = mapped_column(Words)
    plan_cipher: Mapped[str | None] = mapped_column(Words)
    """The plan and its goals as sealed JSON."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class CaseNote(Base):
    """Words in a case's timeline."""

    __tablename__ = "casework_case_note"
    __table_args__ = (Index("ix_casework_case_note_case", "case_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("casework_case.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_contact.id"))
    author_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(12))
    words_cipher: Mapped[str] = mapped_column(Words)
