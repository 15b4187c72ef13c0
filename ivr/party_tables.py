"""Who else comes into a call, as rows: transfers with their milestones, and supervisors who watch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment

LIVE_TRANSFER = ("initiated", "target_ringing", "target_answered", "briefed", "conferenced")


class Transfer(Base):
    """One attempt to hand a conversation on; `ivr/moves.py` has its moves, each with the time it was made."""

    __tablename__ = "ivr_transfer"
    __table_args__ = (
        Index(
            "uq_ivr_transfer_live",
            "call",
            unique=True,
            postgresql_where=text(
                "state in ('initiated', 'target_ringing', 'target_answered', 'briefed', 'conferenced')"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("ivr_call.sid"), index=True)
    contact_id: Mapped[UUID] = mapped_column(index=True)
    next_id: Mapped[UUID | None] = mapped_column(unique=True)
    """The contact in which the conversation goes on; None with an outside desk."""
    part: Mapped[int]
    """Which part of the call the next contact is: the first contact is part 0."""
    kind: Mapped[str] = mapped_column(String(12))
    target: Mapped[str] = mapped_column(String(60))
    blind: Mapped[bool]
    by_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    """The offer by which the first counselor talks: their leg is found by it."""
    leg: Mapped[str | None] = mapped_column(String(64))
    """The target's leg, once it was rung."""
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(24))
    initiated_at: Mapped[datetime] = mapped_column(Moment)
    target_ringing_at: Mapped[datetime | None] = mapped_column(Moment)
    target_answered_at: Mapped[datetime | None] = mapped_column(Moment)
    briefed_at: Mapped[datetime | None] = mapped_column(Moment)
    conferenced_at: Mapped[datetime | None] = mapped_column(Moment)
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    canceled_at: Mapped[datetime | None] = mapped_column(Moment)


class Watch(Base):
    """A supervisor in a call: `asked -> joined -> ended`; one for each mode of a call, and one for each supervisor."""

    __tablename__ = "ivr_watch"
    __table_args__ = (
        Index("uq_ivr_watch_mode", "call", "mode", unique=True, postgresql_where=text("state <> 'ended'")),
        Index("uq_ivr_watch_supervisor", "supervisor_id", unique=True, postgresql_where=text("state <> 'ended'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(ForeignKey("ivr_call.sid"), index=True)
    contact_id: Mapped[UUID] = mapped_column(index=True)
    counselor_id: Mapped[UUID]
    supervisor_id: Mapped[UUID]
    login: Mapped[str] = mapped_column(String(60))
    mode: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    leg: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    joined_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
