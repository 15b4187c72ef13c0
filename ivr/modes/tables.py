"""Every system mode that was ever chosen, by whom, and until when it was meant to last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment


class SystemMode(Base):
    """One choice; rows are only ever added, and the newest counts until its end. The audit has the reason."""

    __tablename__ = "ivr_system_mode"

    version: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    until: Mapped[datetime | None] = mapped_column(Moment)
    chosen_at: Mapped[datetime] = mapped_column(Moment)
    chosen_by: Mapped[UUID]
