"""Flags on a caller: a hint to whoever is offered the call, for a time, never a block."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class CallerFlag(Base):
    """One flag on a number: `frequent`, `abusive` or `prank`, until it expires or somebody lifts it."""

    __tablename__ = "casework_caller_flag"
    __table_args__ = (Index("ix_casework_caller_flag_caller", "caller_fingerprint", "until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    caller_fingerprint: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(12))
    reason_cipher: Mapped[str] = mapped_column(Words)
    set_at: Mapped[datetime] = mapped_column(Moment)
    set_by: Mapped[UUID]
    until: Mapped[datetime] = mapped_column(Moment)
    lifted_at: Mapped[datetime | None] = mapped_column(Moment)
    lifted_by: Mapped[UUID | None]
