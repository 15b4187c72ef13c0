"""What became of looks behind the mask when somebody else reviewed them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class RevealReview(Base):
    """One reveal, reviewed by somebody else: `justified` or `questioned`."""

    __tablename__ = "casework_reveal_review"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("access_entry.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID]
    verdict: Mapped[str] = mapped_column(String(12))
    words_cipher: Mapped[str | None] = mapped_column(Words)
