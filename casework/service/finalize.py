"""Finalizing a contact: the contact, its case and everything it starts, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.config import Config, Means
from casework.form import Form, Values
from casework.messages import ContactPlaced
from casework.policy.finalizing import problems
from casework.policy.instruments import most_urgent
from casework.policy.states import CONTACT, move
from casework.policy.triage import GUARDED
from casework.queries import contacts as queries
from casework.queries.duties import lock_open_callback
from casework.queries.screenings import attach
from casework.service import keys, parties, screenings, starting
from casework.service.access import require_writer
from casework.service.calls import callback_over
from casework.service.cases import Came, open_or_join
from casework.service.drafts import mirror, stale
from casework.service.escalations import escalate, resolve_about
from casework.service.later import finished
from casework.service.places import require_districts, require_dong
from casework.tables import Case, CaseNote, Contact
from core import audit, outbox
from core.errors import Conflict, Invalid
from core.ids import new_id
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
    if contact.state == "finalized":
        if values == old:
            return contact
        if not _may_amend(contact, actor, final, means.config, at):
            raise Conflict(_FINALIZED, state=contact.state, version=contact.version)
    else:
        move(CONTACT, contact.state, "finalized")
    if final.version not in {None, contact.version}:
        raise stale(contact, means.vault)
    parties.lock(tx, contact, draft.read(values), means.vault)
    standing = queries.standing(tx, contact)
    if not standing.may_be_known:
        values = draft.anonymous(values)
    whole = draft.read(values)
    screened = most_urgent(contact.screened_level, screenings.carried_level(whole, means.config.instruments))
    _check(tx, whole, screened, means.config, at, again=contact.finalized_at is not None)
    with outbox.together(tx):
        _write(tx, contact, _Writing(whole, values, actor.id, screened, standing), means, at)
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


def _check(tx: Session, form: Form, screened: str | None, config: Config, at: datetime, *, again: bool) -> None:
    filled = form.filled()
    if filled.triage_level is not None:
        # Whatever is to be said of an emergency is to be said of one that a screening found, too.
        filled = replace(filled, triage_level=most_urgent(filled.triage_level, screened))
    # What was promised when it was finalized first may be over by now, and is no reason to refuse a mended form.
    untimely = [] if again else starting.untimely(form, at)
    found = [*problems(filled), *parties.number_problems(form), *untimely]
    found += screenings.problems(form, config.instruments)
    if found:
        errors = [{"at": field, "problem": words} for field, words in found]
        raise Invalid("The form cannot be finalized yet: mend the fields named in `errors`.", errors=errors)
    if form.subject and form.subject.dong:
        require_dong(tx, form.subject.dong, form.subject.district, at="subject.dong", on=at.date())
    visit = form.next_step.visit if form.next_step else None
    places = {
        "subject.district": form.subject.district if form.subject else None,
        "next_step.visit.district": visit.district if visit else None,
    }
    require_districts(tx, places, on=at.date())


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is to be written of a contact: the form and its values, by whom, and what was known before."""

    form: Form
    values: Values
    by: UUID
    screened: str | None
    standing: queries.Standing


def _write(tx: Session, contact: Contact, writing: _Writing, means: Means, at: datetime) -> None:
    """Change a contact once its case is there, so that it is written once, and start what follows."""
    form, amended, again = writing.form, contact.state == "finalized", contact.finalized_at is not None
    case, noted = None, contact.notes_cipher and means.vault.open(contact.notes_cipher)
    if form.outcome_class == "data":
        case, means = _case(tx, contact, writing, means, at)
        contact.notes_cipher = means.vault.seal(form.notes) if form.notes else None
        if noted and noted != form.notes:
            _keep(tx, contact, means.vault.seal(noted), writing.by, at)
    contact.owner_id, contact.screened_level = contact.owner_id or writing.by, writing.screened
    if not amended:
        contact.state, contact.finalized_at, contact.finalized_by = "finalized", at, writing.by
    contact.form_cipher, contact.version = draft.seal(writing.values, means.vault), contact.version + 1
    mirror(contact, form)
    act = "contact.amend" if amended else "contact.finalize"
    audit.record(tx, writing.by, act, ("contact", contact.id), at=at, outcome_class=form.outcome_class)
    if case is not None:
        starting.start(tx, starting.Finalized(contact, case, form, again), means=means, at=at)
        if contact.screened_at is not None:
            attach(tx, contact.id, case.id)
    screenings.take_down(tx, contact, form, means=means, at=at)
    _settle(tx, contact, writing.standing, means, at)


def _case(tx: Session, contact: Contact, writing: _Writing, means: Means, at: datetime) -> tuple[Case, Means]:
    """Give the case of whom it is about, tell where they live, and seal what is written of them under their key."""
    form, again = writing.form, contact.finalized_at is not None
    who = parties.found(tx, contact, form, means.vault, known=writing.standing.may_be_known, at=at)
    subject, _ = who.subject
    level = most_urgent(form.triage_level, writing.screened) or "info"
    # Before it is finalized first, a contact has the case that its conversation was handed on with, at the most.
    before = contact.case_id if again else None
    came = Came(level, form.topic or "other", contact.owner_id or writing.by, contact.opened_at, before)
    case = open_or_join(tx, who.subject, came, config=means.config, at=at)
    contact.reporter_person_id, contact.subject_person_id = who.reporter_id, subject.id
    contact.case_id = case.id
    if subject.district:
        outbox.post(tx, ContactPlaced(contact.id, subject.district), at=at)
    return case, replace(means, vault=keys.of_person(tx, subject.id, means.vault))


def _keep(tx: Session, contact: Contact, words_cipher: str, by: UUID, at: datetime) -> None:
    """Let notes that are written anew stay in the story as they were."""
    kept = CaseNote(id=new_id(at), at=at, author_id=by, kind="contact", words_cipher=words_cipher)
    kept.case_id, kept.contact_id = contact.case_id, contact.id  # type: ignore[assignment] # It has a case by now.
    tx.add(kept)


def _settle(tx: Session, contact: Contact, standing: queries.Standing, means: Means, at: datetime) -> None:
    """End what was escalated or put off about a contact, and the call-back its conversation has made needless."""
    if standing.put_off:
        finished(tx, contact, at=at)
    if standing.escalated:
        resolve_about(tx, ("contact", contact.id), by=contact.finalized_by, at=at)
    if contact.danger_at is not None and contact.triage_level not in GUARDED:
        escalate(tx, ("contact", contact.id), "danger_lowered", config=means.config, at=at, case_id=contact.case_id)
    if standing.owed and contact.answered_at is not None and contact.caller_fingerprint is not None:
        callback = lock_open_callback(tx, contact.caller_fingerprint)
        # A caller who dropped out of this very conversation is called back, however quickly its form is written.
        if callback is not None and not queries.owed_by_call(tx, contact, callback.id):
            callback_over(tx, callback, "done", by=contact.finalized_by, at=at)
