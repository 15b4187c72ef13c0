"""Call-backs as rows: what was promised to whom, and every call that was made for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment


class Callback(Base):
    """One call-back: `requested -> scheduled -> queued -> dialing -> reached -> completed`, or how it ended otherwise.

    Each time it stands in the queue it has a contact of its own (`stay_id`), which only ever knows one call.
    """

    __tablename__ = "ivr_callback"
    __table_args__ = (
        Index("uq_ivr_callback_open", "duty_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_ivr_callback_stay", "stay_id", postgresql_where=text("stay_id is not null")),
        Index("ix_ivr_callback_requested", "requested_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID]
    """The contact that it is owed for."""
    duty_id: Mapped[UUID]
    why: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    priority: Mapped[str] = mapped_column(String(16))
    queue: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    about: Mapped[str] = mapped_column(String(8))
    place_at: Mapped[datetime] = mapped_column(Moment)
    """When the person first began to wait: their place in the queue."""
    first_to: Mapped[UUID | None]
    """The counselor they were cut off from, who is asked first."""
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    """When it stands in the queue next."""
    stays: Mapped[int] = mapped_column(default=0)
    stay_id: Mapped[UUID | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_try_at: Mapped[datetime | None] = mapped_column(Moment)
    requested_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_why: Mapped[str | None] = mapped_column(String(16))


class CallbackAttempt(Base):
    """One call to somebody, written down before it is asked for; `result` is None while nobody knows."""

    __tablename__ = "ivr_callback_attempt"

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    callback_id: Mapped[UUID] = mapped_column(ForeignKey("ivr_callback.id"), index=True)
    n: Mapped[int]
    offer_id: Mapped[UUID]
    counselor_id: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str | None] = mapped_column(String(12))
