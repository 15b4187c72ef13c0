"""A conversation that goes on with somebody else: as a contact of its own, linked to the one before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.policy.states import CONTACT, move
from casework.queries import contacts as queries
from casework.tables import Contact
from core.errors import Conflict

CALM_REFUSED = frozenset({"emergency", "urgent"})
_COPIED = (
    "channel", "provider_ref", "caller_cipher", "caller_fingerprint", "line", "about", "danger_at", "case_id",
    "subject_person_id", "reporter_person_id",
)  # fmt: skip
_FORM = (
    "form_cipher", "outcome_class", "outcome", "relation", "topic", "triage_level", "screened_level", "consent",
    "consent_basis",
)  # fmt: skip


def continue_as(tx: Session, contact_id: UUID, next_id: UUID, at: datetime) -> Contact:
    """Open the contact in which a conversation goes on, with the form as far as it is written; twice is no harm."""
    before = queries.lock_contact(tx, contact_id)
    known = tx.get(Contact, next_id)
    if known is not None:
        return known
    copied = {name: getattr(before, name) for name in (*_COPIED, *_FORM)}
    after = Contact(id=next_id, continues_id=contact_id, opened_at=at, queued_at=at, state="open", **copied)
    tx.add(after)
    tx.flush()
    return after


def carry_over(tx: Session, contact_id: UUID, next_id: UUID) -> None:
    """Give what was written since to the contact that goes on, unless somebody has begun to write there."""
    before, after = queries.lock_contact(tx, contact_id), queries.lock_contact(tx, next_id)
    if after.version == 1 and after.state == "open":
        for name in _FORM:
            setattr(after, name, getattr(before, name))
    tx.flush()


def discontinue(tx: Session, next_id: UUID) -> None:
    """Void a contact in which nothing went on after all."""
    after = queries.lock_contact(tx, next_id)
    if after.state == "open":
        after.state, after.outcome_class = move(CONTACT, after.state, "voided"), "non_data"
    tx.flush()


def require_calm(tx: Session, contact_id: UUID) -> None:
    """Raise Conflict where a caller must not be sent on without a word from counselor to counselor."""
    contact = queries.contact(tx, contact_id)
    if contact.danger_at is not None:
        raise Conflict(_TOO_DANGEROUS.format("the caller is in danger", "위험에 처한 분"))
    if contact.triage_level in CALM_REFUSED:
        raise Conflict(_TOO_DANGEROUS.format(f"the triage level is {contact.triage_level}", "긴급·응급으로 분류된 분"))


_TOO_DANGEROUS = (
    "Not without an introduction: {}. Use a warm transfer. {}은 소개 없이 넘길 수 없습니다. 함께 통화하며 넘겨 주세요."
)
