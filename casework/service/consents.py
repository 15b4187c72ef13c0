"""Consent for each purpose: written down as it was said, taken back at any time, and what follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.messages import ConsentWithdrawn
from casework.policy.privacy import WITHDRAWN, ConsentSaid, Purpose
from casework.policy.states import VISIT, move
from casework.queries import contacts
from casework.queries import privacy as queries
from casework.queries.people import person, records_of, root_of
from casework.queries.person_reach import reaches_person
from casework.scripts import require_script
from casework.service.access import require_person, require_reader, require_writer
from casework.service.erasing import ask_to_erase
from casework.service.escalations import resolve_about
from casework.service.owing import end
from casework.service.reading import contact_seen
from casework.service.requests import carry_out, receive
from casework.service.steps import step
from casework.tables import Consent, Contact
from core import audit, outbox
from core.access_log import Seen, looked
from core.errors import Conflict
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody answered to which words, and where it is heard."""

    purpose: Purpose
    script: int
    answer: ConsentSaid
    recording: str | None = None
    offset_s: int | None = None


def note(tx: Session, contact_id: UUID, actor: Actor, said: Said, *, at: datetime) -> Consent:
    """Write an answer down; the same again is the same answer. It decides nothing about being helped.

    Raises NotFound or Forbidden for somebody else's contact, Invalid for words that there are not.
    """
    contact = contacts.lock_contact(tx, contact_id)
    require_writer(tx, contact, actor)
    require_script(said.purpose, said.script)
    values = {name: getattr(said, name) for name in Said.__slots__}
    newest = queries.newest_consents(tx, contact).get(said.purpose)
    if newest and newest.withdrawn_at is None and all(getattr(newest, name) == values[name] for name in values):
        return newest
    made = Consent(id=new_id(at), contact_id=contact.id, at=at, recorded_by=actor.id, **values)
    tx.add(made)
    tx.flush()
    return made


def listed(tx: Session, contact_id: UUID, actor: Actor, *, at: datetime) -> list[Consent]:
    """List a contact's answers, newest first; the look is logged. Raises NotFound for whoever may not read it."""
    contact = contacts.contact(tx, contact_id)
    require_reader(tx, contact, actor)
    looked(tx, actor, contact_seen(contact), at=at)
    return list(queries.consents(tx, contact_id))


def of_person(tx: Session, person_id: UUID, actor: Actor, *, at: datetime) -> Sequence[Consent]:
    """List what a person answered on every contact about them, newest first; the look is logged.

    Raises NotFound for whoever does not reach them.
    """
    require_person(tx, person_id, actor, "contact.read")
    root = root_of(tx, person(tx, person_id))
    records = records_of(tx, root.id)
    looked(tx, actor, Seen("person", [root.id], sorted(records)), at=at)
    return queries.consents_of(tx, records)


def withdraw(tx: Session, consent_id: UUID, actor: Actor, reason: str, *, at: datetime) -> Consent:
    """Take a consent back, for whoever has it said; what follows is carried out at once. Twice is no harm.

    Raises NotFound for whoever reaches neither its contact nor the person, Conflict where nothing was given.
    """
    consent = queries.lock(tx, Consent, consent_id)
    _require_reach(tx, contacts.contact(tx, consent.contact_id), actor)
    if consent.answer != "given":
        raise Conflict("동의하지 않은 항목입니다. Nothing was given.", answer=consent.answer)
    if consent.withdrawn_at is None:
        consent.withdrawn_at, consent.withdrawn_by = at, actor.id
        outbox.post(tx, ConsentWithdrawn(consent.id), at=at, id=named_id("withdrawn", str(consent.id)))
        audit.record(tx, actor.id, "consent.withdraw", ("consent", consent.id), at=at, reason=reason)
        tx.flush()
    return consent


def _require_reach(tx: Session, contact: Contact, actor: Actor) -> None:
    # It must be as easy as giving it: whoever answers the person's next call may do it for them.
    if contact.subject_person_id is not None:
        records = records_of(tx, root_of(tx, person(tx, contact.subject_person_id)).id)
        if reaches_person(tx, records, actor, "contact.write"):
            return
    require_reader(tx, contact, actor, "contact.write")


def on_withdrawn(tx: Session, message: ConsentWithdrawn, at: datetime, *, vault: Vault) -> None:
    """Carry out what a withdrawn consent asks for: stop calls, visits, erase recordings, or everything."""
    consent = queries.lock(tx, Consent, message.consent_id)
    contact = contacts.contact(tx, consent.contact_id)
    subject = contact.subject_person_id
    root = root_of(tx, person(tx, subject)) if subject is not None else None
    records = records_of(tx, root.id) if root else set()
    match WITHDRAWN[consent.purpose]:  # type: ignore[index] # Written by us only.
        case "stop_in_depth":
            _call_off(tx, contact, records, "in_depth_callback", at)
        case "stop_follow_up":
            _call_off(tx, contact, records, "follow_up", at)
        case "stop_visits":
            _stop_visits(tx, records, at)
        case "erase_recordings":
            for voicemail in queries.voicemails_of(tx, contact.id):
                ask_to_erase(tx, voicemail.id, "withdrawn", at=at)
        case "erase" if root is not None and root.anonymized_at is None:
            carry_out(tx, receive(tx, root.id, "erase", by=None, at=at), vault=vault, at=at)


def _call_off(tx: Session, contact: Contact, records: set[UUID], kind: str, at: datetime) -> None:
    for duty in queries.lock_duties_of(tx, contact, records, kind):
        end(tx, duty, "cancelled", by=None, at=at)
        resolve_about(tx, ("duty", duty.id), by=None, at=at)


def _stop_visits(tx: Session, records: set[UUID], at: datetime) -> None:
    for visit in queries.lock_visits_by_consent(tx, records):
        visit.state, visit.closed_at, visit.version = move(VISIT, visit.state, "canceled"), at, visit.version + 1
        step(tx, ("visit", visit.id), visit.state, by="consent withdrawn", at=at)
        resolve_about(tx, ("visit", visit.id), by=None, at=at)
    tx.flush()
