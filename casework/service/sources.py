"""Who reported somebody: shielded, and told only by a decision that is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.form import Values
from casework.policy.people import reporter_shielded
from casework.queries import contacts
from casework.queries.people import source_decisions
from casework.service.access import require_reader
from casework.service.reveals import revealed
from casework.tables import Contact, SourceDecision
from core import audit
from core.access_log import Seen, looked
from core.errors import Conflict
from core.ids import new_id
from core.security import Vault
from core.staff import Actor

Asker = Literal["subject", "authority", "staff"]
Decision = Literal["reveal", "withhold"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to know the source, what is decided, and why."""

    asked_by: Asker
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Who reported, in clear; nothing where that is withheld."""

    decision: SourceDecision
    caller: str | None = None
    reporter: Values | None = None


def shielded(contact: Contact) -> bool:
    """Tell whether who reported is hidden on this contact."""
    # By whom it was found to be about, not by what the form says now: that may be being rewritten.
    finalized = contact.finalized_at is not None
    return reporter_shielded(contact.reporter_person_id, contact.subject_person_id, finalized=finalized)


def shown(contact: Contact, vault: Vault) -> Values:
    """Give a contact's form as its readers see it: masked, and the reporter hidden where they are shielded."""
    values = draft.masked(draft.unseal(contact.form_cipher, vault))
    return draft.shielded(values) if shielded(contact) else values


def decide(tx: Session, contact_id: UUID, actor: Actor, wish: Wish, *, vault: Vault, at: datetime) -> Source:
    """Decide whether somebody learns who reported (PIPA 20: to be told on demand, unless it endangers another).

    Raises Conflict where nobody is shielded, NotFound for whoever does not reach the contact.
    """
    contact = contacts.contact(tx, contact_id)
    require_reader(tx, contact, actor, "reporter.reveal")
    if not shielded(contact):
        raise Conflict(
            "다른 사람이 알린 상담이 아닙니다. Nobody else reported this contact: there is nothing to decide."
        )
    made = SourceDecision(id=new_id(at), contact_id=contact.id, at=at, by=actor.id, asked_by=wish.asked_by)
    made.decision, made.reason_cipher = wish.decision, vault.seal(wish.reason)
    tx.add(made)
    audit.record(tx, actor.id, f"reporter.{wish.decision}", ("contact", contact.id), at=at, asked_by=wish.asked_by)
    tx.flush()
    if wish.decision == "withhold":
        return Source(made)
    revealed(tx, actor, Seen("contact", [contact.id], [contact.reporter_person_id]), wish.reason, at=at)
    caller = vault.open(contact.caller_cipher) if contact.caller_cipher else None
    return Source(made, caller, draft.unseal(contact.form_cipher, vault).get("reporter"))


def decisions(tx: Session, contact_id: UUID, actor: Actor, *, at: datetime) -> Sequence[SourceDecision]:
    """List who was told who reported, or not, newest first; the look is logged. Raises NotFound out of reach."""
    require_reader(tx, contacts.contact(tx, contact_id), actor, "reporter.reveal")
    looked(tx, actor, Seen("contact", [contact_id]), at=at)
    return source_decisions(tx, contact_id)
