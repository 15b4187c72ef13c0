"""Finalizing a contact: the contact, its case and everything it starts, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.config import Config, Means
from casework.form import Form, Subject
from casework.messages import ContactPlaced
from casework.policy.finalizing import Problem, problems
from casework.policy.states import CONTACT, move
from casework.policy.triage import GUARDED
from casework.queries import contacts as queries
from casework.queries.duties import lock_open_callback
from casework.queries.people import lock_caller
from casework.service import keys, starting
from casework.service.access import require_writer
from casework.service.calls import callback_over
from casework.service.cases import open_or_join
from casework.service.consents import may_be_known
from casework.service.drafts import mirror, stale
from casework.service.escalations import escalate, resolve_about
from casework.service.later import finished
from casework.service.people import Described, known_as
from casework.service.places import require_district, require_dong
from casework.tables import CaseNote, Contact, Person
from core import audit, outbox
from core.errors import Conflict, Invalid
from core.ids import new_id
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

    The same form again gives the same answer and has no second effect; another form then is a Conflict, unless its
    owner amends it in time, naming the version. What was started already stays; what is newly asked for starts. Raises
    Invalid listing every field that is missing or wrong, Stale for an old version, Forbidden for somebody else's.
    """
    contact = queries.lock_contact(tx, contact_id)
    require_writer(tx, contact, actor)
    old = draft.unseal(contact.form_cipher, means.vault)
    values = draft.edit(old, final.form) if final.form else old
    if contact.state == "finalized" and values == old:
        return contact
    amended, again = contact.state == "finalized", contact.finalized_at is not None
    if amended and not _may_amend(contact, actor, final, means.config, at):
        raise Conflict(_FINALIZED, state=contact.state, version=contact.version)
    contact.state = "finalized" if amended else move(CONTACT, contact.state, "finalized")
    if final.version not in {None, contact.version}:
        raise stale(contact, means.vault)
    if not may_be_known(tx, contact):
        values = draft.anonymous(values)
    whole = _checked(tx, draft.read(values), at, again=again)
    if not again and whole.outcome_class == "data":
        # What a conversation was handed on with; whose case this contact belongs to is found now.
        contact.case_id = None
    if not amended:
        contact.finalized_at, contact.finalized_by = at, actor.id
    contact.owner_id, contact.version = contact.owner_id or actor.id, contact.version + 1
    mirror(contact, whole)
    means = _apply(tx, contact, whole, means, at)
    contact.form_cipher = draft.seal(values, means.vault)
    act = "contact.amend" if amended else "contact.finalize"
    audit.record(tx, actor.id, act, ("contact", contact.id), at=at, outcome_class=whole.outcome_class)
    tx.flush()
    return contact


_FINALIZED = (
    "확정된 상담입니다. 고치려면 까닭을 적고 다시 여세요. This contact was finalized with another form: reopen it "
    "with a reason. (Its owner may send a changed form with its `version` for a day.)"
)


def _may_amend(contact: Contact, actor: Actor, final: Final, config: Config, at: datetime) -> bool:
    """Tell whether this is one's own, finalized a short while ago, and read before it was changed."""
    own, since = contact.owner_id == actor.id, contact.finalized_at or at
    return own and at < since + config.edit_own_within and final.version is not None


def _checked(tx: Session, form: Form, at: datetime, *, again: bool) -> Form:
    # What was promised when it was finalized first may be over by now, and is no reason to refuse a mended form.
    untimely = [] if again else starting.untimely(form, at)
    found = [*problems(form.filled()), *_numbers(form), *untimely]
    if found:
        errors = [{"at": field, "problem": words} for field, words in found]
        raise Invalid("The form cannot be finalized yet: mend the fields named in `errors`.", errors=errors)
    if form.subject and form.subject.dong:
        require_dong(tx, form.subject.dong, form.subject.district, at="subject.dong", on=at.date())
    places = {
        "subject.district": form.subject.district if form.subject else None,
        "next_step.visit.district": form.next_step.visit.district if form.next_step and form.next_step.visit else None,
    }
    for field, code in places.items():
        if code:
            require_district(tx, code, at=field, on=at.date())
    return form


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


def _apply(tx: Session, contact: Contact, form: Form, means: Means, at: datetime) -> Means:
    """Start what follows, and give the means with which what is written of the subject is sealed."""
    if form.outcome_class == "data":
        notes = form.notes if form.notes != _noted(contact, means.vault) else None
        subject = _people(tx, contact, form, means.vault, at)
        means = replace(means, vault=keys.of_person(tx, subject.id, means.vault))
        if subject.district:
            outbox.post(tx, ContactPlaced(contact.id, subject.district), at=at)
        case = open_or_join(tx, subject, contact, config=means.config, at=at)
        contact.case_id = case.id
        tx.flush()
        contact.notes_cipher = means.vault.seal(form.notes) if form.notes else None
        if notes:
            tx.add(
                CaseNote(
                    id=new_id(at), case_id=case.id, contact_id=contact.id, author_id=contact.finalized_by, at=at,
                    kind="contact", words_cipher=means.vault.seal(notes),
                )
            )  # fmt: skip
        starting.start(tx, contact, case, form, means=means, at=at)
    finished(tx, contact, at=at)
    resolve_about(tx, ("contact", contact.id), by=contact.finalized_by, at=at)
    if contact.danger_at is not None and form.triage_level not in GUARDED:
        escalate(tx, ("contact", contact.id), "danger_lowered", config=means.config, at=at, case_id=contact.case_id)
    _callback_is_done(tx, contact, at)
    return means


def _noted(contact: Contact, vault: Vault) -> str | None:
    """Give the notes that stand in the case's story already."""
    return vault.open(contact.notes_cipher) if contact.notes_cipher else None


def _people(tx: Session, contact: Contact, form: Form, vault: Vault, at: datetime) -> Person:
    reporter, subject = form.reporter, form.subject
    if not may_be_known(tx, contact):
        return _unknown(tx, contact, form, vault, at)
    own_number = vault.open(contact.caller_cipher) if contact.caller_cipher and contact.caller_fingerprint else None
    called = Described(
        name=reporter.name if reporter else None, phone=_number(reporter.phone if reporter else None) or own_number
    )
    spoken_of = _described(subject)
    numbers = (called.phone, spoken_of.phone, own_number)
    for number in sorted({vault.fingerprint(number) for number in numbers if number}):
        # Two who speak of each other, finalized at once, must not hold each other's numbers.
        lock_caller(tx, number)
    if form.relation == "self":
        spoken_of = replace(spoken_of, name=spoken_of.name or called.name, phone=spoken_of.phone or called.phone)
        person = known_as(tx, spoken_of, vault=vault, at=at, before=contact.subject_person_id)
        contact.reporter_person_id = contact.subject_person_id = person.id
        return person
    reporter_before = contact.reporter_person_id
    if reporter_before == contact.subject_person_id:
        reporter_before = None
    if called.name or called.phone:
        contact.reporter_person_id = known_as(tx, called, vault=vault, at=at, before=reporter_before).id
    person = known_as(tx, spoken_of, vault=vault, at=at, before=contact.subject_person_id)
    contact.subject_person_id = person.id
    return person


def _unknown(tx: Session, contact: Contact, form: Form, vault: Vault, at: datetime) -> Person:
    """Write down whoever did not want to be known: as nobody; of somebody else they speak of, what they said."""
    spoken_of = _described(form.subject)
    if form.relation == "self":
        spoken_of = replace(spoken_of, name=None, phone=None, address=None, detail=None)
    contact.reporter_person_id = None
    person = known_as(tx, spoken_of, vault=vault, at=at, before=contact.subject_person_id)
    contact.subject_person_id = person.id
    return person


def _described(subject: Subject | None) -> Described:
    if subject is None:
        return Described()
    return Described(
        name=subject.name, phone=_number(subject.phone), birth_year=subject.birth_year, sex=subject.sex,
        district=subject.district or (subject.dong and subject.dong[:5]), dong=subject.dong, address=subject.address,
        detail=subject.detail,
    )  # fmt: skip


def _callback_is_done(tx: Session, contact: Contact, at: datetime) -> None:
    if contact.answered_at is None or contact.caller_fingerprint is None:
        return
    lock_caller(tx, contact.caller_fingerprint)
    owed = lock_open_callback(tx, contact.caller_fingerprint)
    # A caller who dropped out of this very conversation is called back, however quickly its form is written.
    if owed is not None and not queries.owed_by_call(tx, contact, owed.id):
        callback_over(tx, owed, "done", by=contact.finalized_by, at=at)
