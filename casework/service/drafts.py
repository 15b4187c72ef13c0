"""The contact's form while it is being written, and looking behind the masks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.form import Form, Values
from casework.policy.instruments import most_urgent
from casework.queries import contacts as queries
from casework.service import keys
from casework.service.access import require_reader, require_writer
from casework.service.reading import contact_seen
from casework.service.reveals import revealed
from casework.service.sources import shielded, shown
from casework.tables import Contact
from core.errors import Conflict, Stale
from core.security import Vault
from core.staff import Actor

EDITABLE = frozenset({"in_progress", "draft", "reopened"})


def stale(contact: Contact, vault: Vault) -> Stale:
    """Make the refusal that carries what is there now, masked."""
    current = shown(contact, vault)
    words = "Somebody changed this form since you read it. Look at `current` and send your change with its version."
    return Stale(words, version=contact.version, current=current)


def save(tx: Session, contact_id: UUID, actor: Actor, form: Form, *, version: int, vault: Vault) -> Contact:
    """Lay an edit over the draft.

    Raises Forbidden for somebody else's contact, Stale where `version` is not the current one, and Conflict where
    the contact is not being written.
    """
    contact = queries.lock_contact(tx, contact_id)
    require_writer(tx, contact, actor)
    if contact.state not in EDITABLE:
        raise Conflict(f"This contact is {contact.state}: its form cannot be edited.", state=contact.state)
    if contact.version != version:
        raise stale(contact, vault)
    old = draft.unseal(contact.form_cipher, vault)
    new = draft.edit(old, form)
    if new != old:
        sealing = keys.of_person(tx, contact.subject_person_id, vault) if contact.subject_person_id else vault
        contact.form_cipher, contact.version = draft.seal(new, sealing), contact.version + 1
        mirror(contact, draft.read(new))
        tx.flush()
    return contact


def mirror(contact: Contact, form: Form) -> None:
    """Copy what may stand in the clear into the contact's columns, for lists and statistics."""
    contact.outcome_class, contact.outcome, contact.relation = form.outcome_class, form.outcome, form.relation
    contact.topic = form.topic
    contact.triage_level = most_urgent(form.triage_level, contact.screened_level)
    contact.consent = form.consent.answer if form.consent else None
    contact.consent_basis = form.consent.legal_basis if form.consent else None


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal data in clear, for whoever gave a reason."""

    caller: str | None
    form: Values
    shielded: bool
    """Somebody else reported: who they are is not among it."""


def reveal(tx: Session, contact_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> Revealed:
    """Give a contact's names, telephones and addresses in clear, and write down who looked and why.

    Who reported somebody else is told by a decision only (`sources.decide`).
    """
    contact = queries.contact(tx, contact_id)
    require_reader(tx, contact, actor, "person.reveal")
    revealed(tx, actor, contact_seen(contact), reason, at=at)
    values, hidden = draft.unseal(contact.form_cipher, vault), shielded(contact)
    caller = vault.open(contact.caller_cipher) if contact.caller_cipher and not hidden else None
    clear = draft.unreported(values) if hidden else values
    parts = ("reporter", "subject", "next_step")
    return Revealed(caller, {key: clear[key] for key in parts if key in clear}, hidden)
