"""People as far as they are known, and the sealed identifiers by which they are found again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
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
    sex: Mapped[str | None] = mapped_column(String(8))
    district: Mapped[str | None] = mapped_column(ForeignKey("casework_district.code"))
    dong: Mapped[str | None] = mapped_column(ForeignKey("casework_dong.code"))
    address_cipher: Mapped[str | None] = mapped_column(Words)
    detail_cipher: Mapped[str | None] = mapped_column(Words)
    """What responders need at the door: building, floor, number."""
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_person.id"), index=True)
    """The record that stands for this one too, while the two are taken for one person."""
    anonymized_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


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


class PersonMerge(Base):
    """One time two records were taken for one person; until it is undone, the kept one stands for both."""

    __tablename__ = "casework_person_merge"
    __table_args__ = (
        Index(
            "uq_casework_person_merge_standing", "merged_id", unique=True, postgresql_where=text("undone_at is null")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"), index=True)
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("casework_person.id"))
    merged_at: Mapped[datetime] = mapped_column(Moment)
    merged_by: Mapped[UUID]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[UUID | None]


class SourceDecision(Base):
    """One decision whether somebody learns who reported; made by a supervisor, with the reason."""

    __tablename__ = "casework_source_decision"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("casework_contact.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[UUID]
    asked_by: Mapped[str] = mapped_column(String(12))
    decision: Mapped[str] = mapped_column(String(8))
    reason_cipher: Mapped[str] = mapped_column(Words)
