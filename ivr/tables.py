"""Provider calls as rows: the caller's own leg and the counselors' legs that were made for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment

CALL_COLUMNS = {
    "sid": "text", "contact_id": "uuid", "role": "text", "state": "text", "number": "text", "started_at": "timestamptz",
}  # fmt: skip
"""What the journal writes of a call that arrives."""


class Call(Base):
    """One leg: `received -> in_room -> ended`, or straight to the end; its contact says what it was about."""

    __tablename__ = "ivr_call"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Which of our numbers was called."""
    offer_id: Mapped[UUID | None]
    room: Mapped[str | None] = mapped_column(String(64))
    """The provider's ConferenceSid while the leg is in one."""
    on_hold: Mapped[bool] = mapped_column(default=False, server_default="false")
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the counselor last had a question put to the caller, who leaves the room for it."""
    warned_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the counselor warned the caller that abuse ends a call."""
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(12))
