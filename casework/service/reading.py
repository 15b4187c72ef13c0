"""Putting together what a reader sees: masked, and in one story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import draft, paging
from casework.case_views import CaseDetail, CaseOut, Entry, StoryOut
from casework.paging import Place
from casework.queries import cases, contacts, field, people, reach, stories
from casework.service.changing import plan_of
from casework.service.people import name_fingerprint, name_of
from casework.service.sources import shielded, shown
from casework.tables import Case, Contact, Dispatch, Duty, Person, Visit
from casework.views import (
    AttemptOut,
    ContactDetail,
    ContactOut,
    DispatchDetail,
    DispatchOut,
    KnownPerson,
    MilestoneOut,
    Started,
    VisitDetail,
    VisitOut,
)
from core import audit
from core.access_log import Seen, looked
from core.phone import require_number
from core.security import Vault, mask, mask_name
from core.staff import Actor


def contacts_listed(
    tx: Session, found: Sequence[Contact], actor: Actor, vault: Vault, *, at: datetime
) -> list[ContactOut]:
    """Give contacts with their callers masked; that somebody looked at them is written down."""
    people = [person for one in found for person in (one.reporter_person_id, one.subject_person_id)]
    looked(tx, actor, Seen("contact", [one.id for one in found], people), action="list", at=at)
    return [_contact(one, vault) for one in found]


def _contact(contact: Contact, vault: Vault) -> ContactOut:
    seen = ContactOut.model_validate(contact)
    if contact.caller_cipher:
        seen.caller = draft.HIDDEN if shielded(contact) else mask(vault.open(contact.caller_cipher))
    return seen


def contact_whole(tx: Session, contact: Contact, actor: Actor, vault: Vault, *, at: datetime) -> ContactDetail:
    """Give a contact with its masked form, what is known of the caller, and what it started; the look is logged."""
    number, latest = contacts.earlier_calls(tx, contact)
    hidden = shielded(contact) or not contact.caller_fingerprint
    known = [] if hidden else people.people_with(tx, contact.caller_fingerprint or "")
    roots = {root.id: root for root in (people.root_of(tx, record) for record in known)}
    looked(tx, actor, contact_seen(contact, list(roots.values())), at=at)
    visit, dispatch = field.asked_by_contact(tx, contact.id)
    duties = tx.scalars(select(Duty.id).where(Duty.contact_id == contact.id).order_by(Duty.created_at, Duty.id)).all()
    return ContactDetail(
        **_contact(contact, vault).model_dump(),
        form=shown(contact, vault),
        earlier_calls=number,
        last_call_at=latest,
        known=[person_masked(person, vault) for person in roots.values()],
        started=Started(
            duty_ids=list(duties),
            visit_id=visit.id if visit else None,
            dispatch_id=dispatch.id if dispatch else None,
        ),
    )


def contact_seen(contact: Contact, known: Sequence[Person] = ()) -> Seen:
    """Tell whose data a contact shows, and whose else who has the caller's number."""
    people = (contact.reporter_person_id, contact.subject_person_id, *(person.id for person in known))
    return Seen("contact", [contact.id], people)


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
    """Find the cases in one's reach of whoever has this number or name, or both; the search is in the audit."""
    number = require_number(phone) if phone else None
    prints = {"phone": vault.fingerprint(number)} if number else {}
    if name:
        prints["name"] = name_fingerprint(name, vault)
    audit.record(tx, actor.id, "case.search", ("case", "-"), at=at, by=sorted(prints))
    return cases.of_people(tx, prints, reach.cases(actor, "case.read"), limit=50)


def case_whole(tx: Session, case: Case, actor: Actor, vault: Vault, *, at: datetime) -> CaseDetail:
    """Give a case with its plan and the end of its story; the look is logged."""
    subject = people.root_of(tx, people.person(tx, case.subject_person_id))
    return CaseDetail(
        **CaseOut.model_validate(case).model_dump(),
        **story(tx, case, actor, Page(), vault=vault, at=at).model_dump(),
        subject=person_masked(subject, vault),
        plan=plan_of(case, vault),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a story: so many lines, the last ones `before` a place."""

    before: Place | None = None
    limit: int = 50


def story(tx: Session, case: Case, actor: Actor, page: Page, *, vault: Vault, at: datetime) -> StoryOut:
    """Give a page of a case's story, oldest first; the look is logged."""
    looked(tx, actor, Seen("case", [case.id], [case.subject_person_id]), at=at)
    limit = page.limit
    lines = list(stories.story(tx, case.id, before=page.before, limit=limit + 1))
    more, shown = len(lines) > limit, lines[:limit]
    return StoryOut(
        timeline=[_entry(line, vault) for line in reversed(shown)],
        earlier=paging.written((shown[-1].kind, shown[-1].at, shown[-1].id)) if more else None,
    )


def _entry(line: stories.Line, vault: Vault) -> Entry:
    words = vault.open(line.words_cipher) if line.words_cipher else None
    return Entry(at=line.at, kind=line.kind, id=line.id, state=line.state, what=line.what, words=words)


def asked_seen(asked: Visit | Dispatch) -> Seen:
    """Tell whose data a visit or a dispatch shows."""
    return Seen(type(asked).__name__.lower(), [asked.id], [asked.person_id])


def dispatch_whole(tx: Session, dispatch: Dispatch, actor: Actor, *, at: datetime) -> DispatchDetail:
    """Give a dispatch with every attempt and step; the look is logged."""
    looked(tx, actor, asked_seen(dispatch), at=at)
    delivery, milestones = _way(tx, ("dispatch", dispatch.id))
    whole = DispatchOut.model_validate(dispatch).model_dump()
    return DispatchDetail(**whole, delivery=delivery, milestones=milestones)


def visit_whole(tx: Session, visit: Visit, actor: Actor, *, at: datetime) -> VisitDetail:
    """Give a visit with every attempt and step; the look is logged."""
    looked(tx, actor, asked_seen(visit), at=at)
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
        "detail": dispatch.detail_cipher,
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
        "detail": visit.detail_cipher,
        "reason": visit.reason_cipher,
        "safety_notes": visit.safety_cipher,
        "report": visit.report_cipher,
    }
    return {name: vault.open(cipher) if cipher else None for name, cipher in sealed.items()}
