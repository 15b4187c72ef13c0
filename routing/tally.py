"""Finished counting, kept: what became of the contacts that entered a queue in one quarter of an hour."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Json, Moment


class Tally(Base):
    """Sums and counts of one queue, counselor or district; always what its tallied events fold to."""

    __tablename__ = "routing_tally"

    queue: Mapped[str] = mapped_column(String(40), primary_key=True)
    start: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    part: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The counselor's id or the district's code; empty for the queue itself and for no district."""
    within_ms: Mapped[int] = mapped_column(BigInteger)
    """The T that it was counted with."""
    counts: Mapped[dict[str, int]] = mapped_column(Json)
