"""What is agreed with a person beyond one contact: care plan, safety plan, companion calls, welfare checks."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from casework.policy.rhythm import OnHoliday
from core.db import Base, Moment, Words


class CarePlan(Base):
    """What helps a person who calls often: `draft -> active <-> under_review -> ended`; never a reason to refuse."""

    __tablename__ = "casework_care_plan"
    __table_args__ = (
        Index("uq_casework_care_plan_live", "person_id", unique=True, postgresql_where=text("state <> 'ended'")),
        Index("ix_casework_care_plan_person", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """The newest that was written."""
    holds: Mapped[int | None]
    """The version that was last agreed to: what counselors are shown, also while a newer one is written."""
    preferred: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list, server_default="{}")
    """The counselors whom the version that holds names."""
    review_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[UUID | None]
    ended_why_cipher: Mapped[str | None] = mapped_column(Words)


class SafetyPlan(Base):
    """What a person does, and whom they turn to, when it gets dark: one for each person, in versions."""

    __tablename__ = "casework_safety_plan"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class PlanVersion(Base):
    """The sealed words of one version of a care plan or a safety plan; rows are only ever added."""

    __tablename__ = "casework_plan_version"

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    written_at: Mapped[datetime] = mapped_column(Moment)
    written_by: Mapped[UUID]
    words_cipher: Mapped[str] = mapped_column(Words)


class CompanionRhythm(Base):
    """A friendly call that was agreed for each week or every few: `active <-> paused -> ended`."""

    __tablename__ = "casework_companion_rhythm"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("casework_case.id"), index=True)
    companion_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(8), default="active")
    weekday: Mapped[int] = mapped_column(SmallInteger)
    call_time: Mapped[time]
    every_weeks: Mapped[int] = mapped_column(SmallInteger)
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    on_holiday: Mapped[OnHoliday] = mapped_column(String(8))
    words_cipher: Mapped[str | None] = mapped_column(Words)
    """What the two like to talk about."""
    planned_through: Mapped[date]
    """Calls are written down up to and with this day."""
    misses: Mapped[int] = mapped_column(default=0, server_default="0")
    """Calls in a row in which the person was not reached."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[UUID]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class CompanionCall(Base):
    """One call of a rhythm: `planned -> reached | missed | skipped | cancelled`, with a duty unless it is skipped."""

    __tablename__ = "casework_companion_call"
    __table_args__ = (
        # The database itself keeps a day from being planned twice.
        Index(
            "uq_casework_companion_call_day", "rhythm_id", "day", unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_casework_companion_call_open", "call_at", postgresql_where=text("state = 'planned'")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rhythm_id: Mapped[UUID] = mapped_column(ForeignKey("casework_companion_rhythm.id"))
    day: Mapped[date]
    """The day that the rhythm names; a call moved past a holiday keeps it."""
    call_at: Mapped[datetime | None] = mapped_column(Moment)
    """None for one that is skipped."""
    state: Mapped[str] = mapped_column(String(12), default="planned")
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_duty.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class WelfareCheck(Base):
    """Somebody must be heard of: `requested -> trying -> visiting -> dispatched`, over with contact or a close."""

    __tablename__ = "casework_welfare_check"
    __table_args__ = (
        Index(
            "uq_casework_welfare_check_open", "case_id", unique=True,
            postgresql_where=text("state not in ('contact_made', 'closed')"),
        ),
        Index("ix_casework_welfare_check_case", "case_id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("casework_case.id"))
    state: Mapped[str] = mapped_column(String(12), default="requested")
    triage_level: Mapped[str] = mapped_column(String(12))
    reason_cipher: Mapped[str] = mapped_column(Words)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("casework_duty.id"))
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_visit.id"), unique=True)
    dispatch_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_dispatch.id"), unique=True)
    requested_at: Mapped[datetime] = mapped_column(Moment)
    requested_by: Mapped[UUID | None]
    """None: it followed from calls that reached nobody."""
    how: Mapped[str | None] = mapped_column(String(12))
    """By what the contact was made."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[UUID | None]
    ended_why_cipher: Mapped[str | None] = mapped_column(Words)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
