"""Finalizing a contact: the contact, its case and everything it starts, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.config import Config, Means
from casework.form import Form
from casework.messages import ContactPlaced
from casework.policy.finalizing import Problem, problems
from casework.policy.instruments import most_urgent
from casework.policy.states import CONTACT, move
from casework.policy.triage import GUARDED
from casework.queries import contacts as queries
from casework.queries.duties import lock_open_callback
from casework.queries.people import lock_caller
from casework.queries.screenings import attach
from casework.service import screenings, starting
from casework.service.access import require_writer
from casework.service.calls import callback_over
from casework.service.cases import Came, open_or_join
from casework.service.drafts import mirror, stale
from casework.service.escalations import escalate, resolve_about
from casework.service.people import Described, known_as
from casework.service.places import require_districts
from casework.tables import Case, Contact, Person
from core import audit, outbox
from core.errors import Conflict, Invalid
from core.phone import require_number
from core.security import Vault
from core.staff import Actor


@dataclass(frozen=True, slots=True)
class Final:
    """What is laid over the draft to be finalized, and the version it was written against; None asks nothing."""

    form: Form | None = None
    version: int | None = None


def finalize(tx: Session, contact_id: UUID, actor: Actor, final: Final, *, means: Means, at: datetime) -> Contact:
    """Finalize a contact with its draft, or with a form laid over it.

    The same form again gives the same answer and has no second effect; another form then is a Conflict. Raises Invalid
    listing every field that is missing or wrong, Stale for an old version, Forbidden for somebody else's contact.
    """
    contact = queries.lock_contact(tx, contact_id)
    require_writer(contact, actor)
    old = draft.unseal(contact.form_cipher, means.vault)
    values = draft.edit(old, final.form) if final.form else old
    if contact.state == "finalized" and values == old:
        return contact
    if contact.state == "finalized":
        raise Conflict("This contact was finalized with another form.", state=contact.state, version=contact.version)
    contact_state = move(CONTACT, contact.state, "finalized")
    if final.version not in {None, contact.version}:
        raise stale(contact, means.vault)
    whole = draft.read(values)
    screened = most_urgent(contact.screened_level, screenings.carried_level(whole, means.config.instruments))
    _check(tx, whole, screened, means.config, at)
    level, owner = most_urgent(whole.triage_level, screened) or "info", contact.owner_id or actor.id
    came = Came(level, whole.topic or "other", owner, contact.opened_at)
    with outbox.together(tx):
        # The contact is changed once its case is there, so that it is written once.
        case = _case(tx, contact, whole, came, means, at) if whole.outcome_class == "data" else None
        contact.owner_id, contact.screened_level = owner, screened
        contact.state, contact.finalized_at, contact.finalized_by = contact_state, at, actor.id
        contact.form_cipher, contact.version = draft.seal(values, means.vault), contact.version + 1
        contact.notes_cipher = means.vault.seal(whole.notes) if whole.notes else None
        mirror(contact, whole)
        outcome = {"outcome_class": whole.outcome_class}
        audit.record(tx, actor.id, "contact.finalize", ("contact", contact.id), at=at, **outcome)
        _start(tx, contact, case, whole, means=means, at=at)
    tx.flush()
    return contact


def _check(tx: Session, form: Form, screened: str | None, config: Config, at: datetime) -> None:
    filled = form.filled()
    if filled.triage_level is not None:
        # Whatever is to be said of an emergency is to be said of one that a screening found, too.
        filled = replace(filled, triage_level=most_urgent(filled.triage_level, screened))
    found = [*problems(filled), *_numbers(form), *starting.untimely(form, at)]
    found += screenings.problems(form, config.instruments)
    if found:
        errors = [{"at": field, "problem": words} for field, words in found]
        raise Invalid("The form cannot be finalized yet: mend the fields named in `errors`.", errors=errors)
    require_districts(
        tx,
        {
            "subject.district": form.subject.district if form.subject else None,
            "next_step.visit.district": (
                form.next_step.visit.district if form.next_step and form.next_step.visit else None
            ),
        },
        on=at.date(),
    )


def _numbers(form: Form) -> list[Problem]:
    dispatch = form.next_step.dispatch if form.next_step else None
    typed = {
        "reporter.phone": form.reporter.phone if form.reporter else None,
        "subject.phone": form.subject.phone if form.subject else None,
        "next_step.dispatch.callback_number": dispatch.callback_number if dispatch else None,
    }
    found = []
    for field, number in typed.items():
        try:
            _number(number)
        except Invalid as refusal:
            found.append((field, refusal.detail))
    return found


def _number(typed: str | None) -> str | None:
    return require_number(typed) if typed else None


def _case(tx: Session, contact: Contact, form: Form, came: Came, means: Means, at: datetime) -> Case:
    """Give the case of whom it is about, and tell where they live."""
    who = _who(tx, contact, form, means.vault, at)
    case = open_or_join(tx, (who.subject, who.new), came, config=means.config, at=at)
    contact.reporter_person_id, contact.subject_person_id = who.reporter_id, who.subject.id
    contact.case_id = case.id
    if who.subject.district:
        outbox.post(tx, ContactPlaced(contact.id, who.subject.district), at=at)
    return case


def _start(tx: Session, contact: Contact, case: Case | None, form: Form, *, means: Means, at: datetime) -> None:
    if case is not None:
        starting.start(tx, contact, case, form, means=means, at=at)
        if contact.screened_at is not None:
            attach(tx, contact.id, case.id)
    screenings.take_down(tx, contact, form, means=means, at=at)
    _settle(tx, contact, means, at)


@dataclass(frozen=True, slots=True)
class _Who:
    reporter_id: UUID | None
    subject: Person
    new: bool


def _who(tx: Session, contact: Contact, form: Form, vault: Vault, at: datetime) -> _Who:
    reporter, subject = form.reporter, form.subject
    own_number = vault.open(contact.caller_cipher) if contact.caller_cipher and contact.caller_fingerprint else None
    called = Described(
        name=reporter.name if reporter else None, phone=_number(reporter.phone if reporter else None) or own_number
    )
    spoken_of = Described(
        name=subject.name if subject else None,
        phone=_number(subject.phone if subject else None),
        birth_year=subject.birth_year if subject else None,
        district=subject.district if subject else None,
        address=subject.address if subject else None,
    )
    if form.relation == "self":
        spoken_of = Described(
            name=spoken_of.name or called.name, phone=spoken_of.phone or called.phone,
            birth_year=spoken_of.birth_year, district=spoken_of.district, address=spoken_of.address,
        )  # fmt: skip
        person, new = known_as(tx, spoken_of, vault=vault, at=at)
        return _Who(person.id, person, new)
    reporter_id = known_as(tx, called, vault=vault, at=at)[0].id if called.name or called.phone else None
    person, new = known_as(tx, spoken_of, vault=vault, at=at)
    return _Who(reporter_id, person, new)


def _settle(tx: Session, contact: Contact, means: Means, at: datetime) -> None:
    """End what was escalated about a contact, and the call-back that its conversation has made needless."""
    answered = contact.caller_fingerprint if contact.answered_at is not None else None
    if answered is not None:
        lock_caller(tx, answered)
    escalated, owed = queries.unsettled(tx, contact.id, answered)
    if escalated:
        resolve_about(tx, ("contact", contact.id), by=contact.finalized_by, at=at)
    if contact.danger_at is not None and contact.triage_level not in GUARDED:
        escalate(tx, ("contact", contact.id), "danger_lowered", config=means.config, at=at, case_id=contact.case_id)
    if owed and answered is not None:
        callback = lock_open_callback(tx, answered)
        # A caller who dropped out of this very conversation is called back, however quickly its form is written.
        if callback is not None and not queries.owed_by_call(tx, contact, callback.id):
            callback_over(tx, callback, "done", by=contact.finalized_by, at=at)
