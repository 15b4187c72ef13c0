"""People as far as they are known, and the sealed identifiers by which they are found again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Person(Base):
    """Somebody known, half known or anonymous."""

    __tablename__ = "casework_person"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    name_cipher: Mapped[str | None] = mapped_column(Words)
    name_fingerprint: Mapped[str | None] = mapped_column(String(32), index=True)
    birth_year: Mapped[int | None]
    district: Mapped[str | None] = mapped_column(ForeignKey("casework_district.code"))
    address_cipher: Mapped[str | None] = mapped_column(Words)


class Identifier(Base):
    """A telephone number of a person; two people may share one."""

    __tablename__ = "casework_identifier"
    __table_args__ = (
        Index("uq_casework_identifier_person_value", "person_id", "kind", "fingerprint", unique=True),
        Index("ix_casework_identifier_fingerprint", "fingerprint"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"))
    kind: Mapped[str] = mapped_column(String(12))
    value_cipher: Mapped[str] = mapped_column(Words)
    fingerprint: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Moment)
