"""What somebody owes by a deadline, every attempt at it, and who was told when it was late."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words

_OPEN = text("ended_at is null")

BOARD = ("(overdue_at is null)", "(priority::text <> 'danger'::text)", "(priority::text <> 'high'::text)")
"""The order of the board, before the deadline: the overdue first, then danger, then high; as PostgreSQL writes it."""


class Duty(Base):
    """One thing owed: `planned -> due -> overdue -> attempted -> done | missed | cancelled`."""

    __tablename__ = "casework_duty"
    __table_args__ = (
        Index(
            "ix_casework_duty_board",
            "team",
            *(text(part) for part in BOARD),
            "due_at",
            "id",
            postgresql_where=_OPEN,
        ),
        Index("ix_casework_duty_case", "case_id", "created_at", "id"),
        Index("ix_casework_duty_owner", "owner_id", "due_at", postgresql_where=_OPEN),
        Index("ix_casework_duty_caller", "caller_fingerprint", postgresql_where=_OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="planned")
    priority: Mapped[str] = mapped_column(String(8), default="normal", server_default="normal")
    team: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_contact.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_case.id"))
    escalation_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_escalation.id"), index=True)
    caller_fingerprint: Mapped[str | None] = mapped_column(String(32))
    calls: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many times this caller gave up before it was done."""
    place_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the caller's waiting began: a call-back keeps the place."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    opens_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    watch_at: Mapped[datetime] = mapped_column(Moment)
    """When it is next looked at: the deadline, or the next try after it."""
    overdue_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[UUID | None]
    ended_why_cipher: Mapped[str | None] = mapped_column(Words)


class DutyAttempt(Base):
    """One try to do what is owed."""

    __tablename__ = "casework_duty_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("casework_duty.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID]
    result: Mapped[str] = mapped_column(String(16))


class Escalation(Base):
    """Something that reached the supervisor: `raised -> notified -> acknowledged -> resolved`."""

    __tablename__ = "casework_escalation"
    __table_args__ = (
        Index("ix_casework_escalation_about", "about_kind", "about_id"),
        Index("ix_casework_escalation_case", "case_id", "raised_at", "id"),
        Index("ix_casework_escalation_open", "raised_at", postgresql_where=text("state <> 'resolved'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    about_kind: Mapped[str] = mapped_column(String(12))
    about_id: Mapped[UUID]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_case.id"))
    reason: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(12), default="raised")
    rung: Mapped[int] = mapped_column(default=1, server_default="1")
    raised_at: Mapped[datetime] = mapped_column(Moment)
    notified_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledge_by: Mapped[datetime] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
