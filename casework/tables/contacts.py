"""Contacts: one conversation each, from its first sign of life."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words


class Contact(Base):
    """One conversation: `open -> in_progress -> draft -> finalized (-> reopened -> finalized) | voided`.

    The journal inserts the first seven columns while the telephone rings; all others wait for somebody to fill them.
    """

    __tablename__ = "casework_contact"
    __table_args__ = (
        # A new contact has none of these yet: partial indexes cost the webhook that writes it nothing.
        Index("ix_casework_contact_owner", "owner_id", "opened_at", postgresql_where=text("owner_id is not null")),
        *(
            Index(f"ix_casework_contact_{name}", name, postgresql_where=text(f"{name} is not null"))
            for name in ("callback_duty_id", "subject_person_id")
        ),
        Index("ix_casework_contact_case", "case_id", "opened_at", "id", postgresql_where=text("case_id is not null")),
        Index("ix_casework_contact_caller", "caller_fingerprint", "opened_at"),
        Index(
            "ix_casework_contact_unfinished",
            "opened_at",
            postgresql_where=text("state in ('open', 'in_progress', 'draft', 'reopened')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))
    provider_ref: Mapped[str | None] = mapped_column(String(64))
    caller_cipher: Mapped[str | None] = mapped_column(Words)
    caller_fingerprint: Mapped[str | None] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    state: Mapped[str] = mapped_column(String(12), default="open", server_default="open")

    line: Mapped[str | None] = mapped_column(String(24))
    about: Mapped[str | None] = mapped_column(String(8))
    """`self`, or `other` where the caller worries about somebody."""
    queued_at: Mapped[datetime | None] = mapped_column(Moment)
    owner_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(12))
    continues_id: Mapped[UUID | None]
    """The contact whose conversation goes on in this one, with another counselor."""
    danger_at: Mapped[datetime | None] = mapped_column(Moment)
    cannot_speak_at: Mapped[datetime | None] = mapped_column(Moment)
    callback_requested_at: Mapped[datetime | None] = mapped_column(Moment)
    unanswered: Mapped[str | None] = mapped_column(String(16))
    """`callback`: a duty is owed; `number_withheld`: nobody can call back."""
    callback_duty_id: Mapped[UUID | None]

    outcome_class: Mapped[str | None] = mapped_column(String(8))
    outcome: Mapped[str | None] = mapped_column(String(16))
    relation: Mapped[str | None] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(String(24))
    triage_level: Mapped[str | None] = mapped_column(String(12))
    screened_level: Mapped[str | None] = mapped_column(String(12))
    """The level that screenings ask for: the contact's own is never less urgent."""
    screened_at: Mapped[datetime | None] = mapped_column(Moment)
    """When an instrument was first asked in it."""
    consent: Mapped[str | None] = mapped_column(String(16))
    consent_basis: Mapped[str | None] = mapped_column(String(200))
    reporter_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_person.id"))
    subject_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_person.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("casework_case.id"))
    form_cipher: Mapped[str | None] = mapped_column(Words)
    """The whole form as sealed JSON: the draft, and after finalizing what was finalized."""
    notes_cipher: Mapped[str | None] = mapped_column(Words)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    finalized_at: Mapped[datetime | None] = mapped_column(Moment)
    finalized_by: Mapped[UUID | None]
