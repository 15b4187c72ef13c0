"""Photographs of a visit, sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment


class VisitPhoto(Base):
    """One picture that a team took; the same picture sent twice is one row."""

    __tablename__ = "casework_visit_photo"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("casework_visit.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(16))
    """Its media type: `image/jpeg`, `image/png` or `image/webp`."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
