"""What is asked of people outside: visits and dispatches, every attempt to deliver them, every step on the way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Asked:
    """What a visit and a dispatch have in common: whom it is about, and how its delivery stands."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("casework_case.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("casework_contact.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"))
    triage_level: Mapped[str] = mapped_column(String(12))
    legal_basis: Mapped[str | None] = mapped_column(String(200))
    detail_cipher: Mapped[str | None] = mapped_column(Words)
    """What they need at the door: building, floor, number."""
    requested_at: Mapped[datetime] = mapped_column(Moment)
    requested_by: Mapped[UUID]
    page: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many times it has been sent out because nobody acknowledged."""
    via: Mapped[str] = mapped_column(String(8), default="pending", server_default="pending")
    """`endpoint`, or `board` where no endpoint is configured."""
    acknowledge_by: Mapped[datetime] = mapped_column(Moment)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))
    receipt: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Visit(Asked, Base):
    """Two people go there: `requested -> scheduled -> assigned -> en_route -> on_site -> ... -> reported`."""

    __tablename__ = "casework_visit"
    __table_args__ = (
        Index("ix_casework_visit_board", "district", "state", "visit_by"),
        Index("ix_casework_visit_case", "case_id", "requested_at", "id"),
    )

    state: Mapped[str] = mapped_column(String(12), default="requested")
    district: Mapped[str] = mapped_column(ForeignKey("casework_district.code"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_team.id"))
    address_cipher: Mapped[str] = mapped_column(Words)
    reason_cipher: Mapped[str] = mapped_column(Words)
    safety_cipher: Mapped[str | None] = mapped_column(Words)
    consent: Mapped[str] = mapped_column(String(16))
    visit_by: Mapped[datetime] = mapped_column(Moment)
    scheduled_for: Mapped[datetime | None] = mapped_column(Moment)
    workers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list, server_default="{}")
    no_answers: Mapped[int] = mapped_column(default=0, server_default="0")
    check_out_by: Mapped[datetime | None] = mapped_column(Moment)
    """While the team is inside: by when it must be heard of, for its own safety."""
    report_cipher: Mapped[str | None] = mapped_column(Words)


class Dispatch(Asked, Base):
    """Emergency services are sent: `requested -> acknowledged -> en_route -> on_scene -> contact_made -> resolved`."""

    __tablename__ = "casework_dispatch"
    __table_args__ = (
        Index("ix_casework_dispatch_board", "state", "requested_at"),
        Index("ix_casework_dispatch_case", "case_id", "requested_at", "id"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="requested")
    place_cipher: Mapped[str] = mapped_column(Words)
    place_source: Mapped[str] = mapped_column(String(24))
    place_confidence: Mapped[str] = mapped_column(String(8))
    people_cipher: Mapped[str | None] = mapped_column(Words)
    danger_cipher: Mapped[str] = mapped_column(Words)
    callback_cipher: Mapped[str | None] = mapped_column(Words)
    closing_reason_cipher: Mapped[str | None] = mapped_column(Words)
    closed_by: Mapped[UUID | None]


class DispatchAttempt(Base):
    """One attempt to hand a visit or a dispatch to the outside, written before the call is made."""

    __tablename__ = "casework_dispatch_attempt"
    __table_args__ = (Index("ix_casework_dispatch_attempt_of", "of_kind", "of_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    of_kind: Mapped[str] = mapped_column(String(8))
    of_id: Mapped[UUID]
    page: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    host: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(12), default="sent")
    """`sent`: no answer was heard (yet); `delivered`, `acknowledged` or `failed`."""
    status: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(Words)


class Milestone(Base):
    """One step of a visit or a dispatch, when and by whom."""

    __tablename__ = "casework_milestone"
    __table_args__ = (Index("ix_casework_milestone_of", "of_kind", "of_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """The order of writing, for steps of one moment."""
    of_kind: Mapped[str] = mapped_column(String(8))
    of_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(80))
    words_cipher: Mapped[str | None] = mapped_column(Words)
