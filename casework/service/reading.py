"""Putting together what a reader sees: masked, and in one story."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import draft, paging
from casework.paging import Place
from casework.queries import cases, contacts, field, people, stories
from casework.service.changing import plan_of
from casework.service.people import name_of
from casework.tables import Case, Contact, Dispatch, Duty, Person, Visit
from casework.views import (
    AttemptOut,
    CaseDetail,
    CaseOut,
    ContactDetail,
    ContactOut,
    DispatchDetail,
    DispatchOut,
    Entry,
    KnownPerson,
    MilestoneOut,
    Started,
    StoryOut,
    VisitDetail,
    VisitOut,
)
from core import audit
from core.phone import require_number
from core.security import Vault, mask, mask_name
from core.staff import Actor

_PAGE = 50
"""Lines of a story that come with the case itself."""


def contact_in_list(contact: Contact, vault: Vault) -> ContactOut:
    """Give a contact with its caller masked."""
    seen = ContactOut.model_validate(contact)
    seen.caller = mask(vault.open(contact.caller_cipher)) if contact.caller_cipher else None
    return seen


def contact_whole(tx: Session, contact: Contact, vault: Vault) -> ContactDetail:
    """Give a contact with its masked form, what is known of the caller, and what it started."""
    number, latest = contacts.earlier_calls(tx, contact)
    known = people.people_with(tx, contact.caller_fingerprint) if contact.caller_fingerprint else []
    visit, dispatch = field.asked_by_contact(tx, contact.id)
    duties = tx.scalars(select(Duty.id).where(Duty.contact_id == contact.id).order_by(Duty.created_at, Duty.id)).all()
    return ContactDetail(
        **contact_in_list(contact, vault).model_dump(),
        form=draft.masked(draft.unseal(contact.form_cipher, vault)),
        earlier_calls=number,
        last_call_at=latest,
        known=[person_masked(person, vault) for person in known],
        started=Started(
            duty_ids=list(duties),
            visit_id=visit.id if visit else None,
            dispatch_id=dispatch.id if dispatch else None,
        ),
    )


def person_masked(person: Person, vault: Vault) -> KnownPerson:
    """Give a person with the name masked."""
    name = name_of(person, vault)
    masked = mask_name(name) if name else None
    return KnownPerson(id=person.id, name=masked, birth_year=person.birth_year, district=person.district)


def case_in_list(case: Case, place: Place) -> CaseOut:
    """Give a case with its place in the list."""
    return CaseOut.model_validate(case).model_copy(update={"place": paging.written(place)})


def cases_of(
    tx: Session, phone: str | None, name: str | None, actor: Actor, *, vault: Vault, at: datetime
) -> Sequence[Case]:
    """Find the cases of whoever has this number or name, or both; that somebody looked is in the audit."""
    sought = {"phone": require_number(phone) if phone else None, "name": f"name\x1f{name}" if name else None}
    prints = {kind: vault.fingerprint(words) for kind, words in sought.items() if words}
    audit.record(tx, actor.id, "case.search", ("case", "-"), at=at, by=sorted(prints))
    return cases.of_people(tx, prints, limit=50)


def case_whole(tx: Session, case: Case, vault: Vault) -> CaseDetail:
    """Give a case with its plan and the end of its story."""
    subject = people.people(tx, {case.subject_person_id}).get(case.subject_person_id)
    return CaseDetail(
        **CaseOut.model_validate(case).model_dump(),
        **story(tx, case.id, before=None, limit=_PAGE, vault=vault).model_dump(),
        subject=person_masked(subject, vault) if subject else None,
        plan=plan_of(case, vault),
    )


def story(tx: Session, case_id: UUID, *, before: Place | None, limit: int, vault: Vault) -> StoryOut:
    """Give a page of a case's story, oldest first."""
    lines = list(stories.story(tx, case_id, before=before, limit=limit + 1))
    more, shown = len(lines) > limit, lines[:limit]
    return StoryOut(
        timeline=[_entry(line, vault) for line in reversed(shown)],
        earlier=paging.written((shown[-1].kind, shown[-1].at, shown[-1].id)) if more else None,
    )


def _entry(line: stories.Line, vault: Vault) -> Entry:
    words = vault.open(line.words_cipher) if line.words_cipher else None
    return Entry(at=line.at, kind=line.kind, id=line.id, state=line.state, what=line.what, words=words)


def dispatch_whole(tx: Session, dispatch: Dispatch) -> DispatchDetail:
    """Give a dispatch with every attempt and step."""
    delivery, milestones = _way(tx, ("dispatch", dispatch.id))
    whole = DispatchOut.model_validate(dispatch).model_dump()
    return DispatchDetail(**whole, delivery=delivery, milestones=milestones)


def visit_whole(tx: Session, visit: Visit) -> VisitDetail:
    """Give a visit with every attempt and step."""
    delivery, milestones = _way(tx, ("visit", visit.id))
    return VisitDetail(**VisitOut.model_validate(visit).model_dump(), delivery=delivery, milestones=milestones)


def _way(tx: Session, of: tuple[str, UUID]) -> tuple[list[AttemptOut], list[MilestoneOut]]:
    made: Sequence[object] = field.attempts(tx, of)
    steps: Sequence[object] = field.milestones(tx, of)
    return [AttemptOut.model_validate(row) for row in made], [MilestoneOut.model_validate(row) for row in steps]


def dispatch_in_clear(dispatch: Dispatch, vault: Vault) -> dict[str, str | None]:
    """Give a dispatch's sealed words."""
    sealed = {
        "place": dispatch.place_cipher,
        "people": dispatch.people_cipher,
        "danger": dispatch.danger_cipher,
        "callback_number": dispatch.callback_cipher,
        "closing_reason": dispatch.closing_reason_cipher,
    }
    return {name: vault.open(cipher) if cipher else None for name, cipher in sealed.items()}


def visit_in_clear(visit: Visit, vault: Vault) -> dict[str, str | None]:
    """Give a visit's sealed words."""
    sealed = {
        "address": visit.address_cipher,
        "reason": visit.reason_cipher,
        "safety_notes": visit.safety_cipher,
        "report": visit.report_cipher,
    }
    return {name: vault.open(cipher) if cipher else None for name, cipher in sealed.items()}
