"""Referrals: a person is handed to another team or a partner, and an answer comes back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Referral(Base):
    """One referral: `draft -> sent -> accepted -> done`, or `rejected`, `revoked`, `expired`."""

    __tablename__ = "casework_referral"
    __table_args__ = (
        Index("ix_casework_referral_case", "case_id", "created_at", "id"),
        Index("ix_casework_referral_from", "referred_by", "created_at"),
        Index("ix_casework_referral_waiting", "answer_by", postgresql_where=text("state = 'sent'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("casework_case.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    to_team: Mapped[str | None] = mapped_column(String(16))
    """A team of the house; None where it goes to a partner outside."""
    to_partner: Mapped[str | None] = mapped_column(String(200))
    purpose_cipher: Mapped[str] = mapped_column(Words)
    consent: Mapped[str] = mapped_column(String(16))
    consent_reason_cipher: Mapped[str | None] = mapped_column(Words)
    legal_basis: Mapped[str | None] = mapped_column(String(200))
    referred_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    answer_by: Mapped[datetime | None] = mapped_column(Moment)
    duty_id: Mapped[UUID | None]
    """What is owed until there is an answer: the team's duty, or outside the referrer's to ask after it."""
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(String(200))
    reason_cipher: Mapped[str | None] = mapped_column(Words)
    """Why it was rejected or revoked, or what came of it."""
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
