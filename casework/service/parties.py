"""Who called and whom it is about: found by what a form says of them, or written down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.form import Form, Subject
from casework.policy.finalizing import Problem
from casework.queries.people import lock_callers
from casework.service.people import Described, known_as
from casework.tables import Contact, Person
from core.errors import Invalid
from core.phone import require_number
from core.security import Vault


@dataclass(frozen=True, slots=True)
class Parties:
    """Who reported, None where nobody knows, and whom it is about, with whether they are new."""

    reporter_id: UUID | None
    subject: tuple[Person, bool]


def number_problems(form: Form) -> list[Problem]:
    """List the numbers of a form that cannot be read."""
    return [(field, number.detail) for field, number in _numbers(form) if isinstance(number, Invalid)]


def _numbers(form: Form) -> Iterator[tuple[str, str | Invalid]]:
    dispatch = form.next_step.dispatch if form.next_step else None
    typed = {
        "reporter.phone": form.reporter.phone if form.reporter else None,
        "subject.phone": form.subject.phone if form.subject else None,
        "next_step.dispatch.callback_number": dispatch.callback_number if dispatch else None,
    }
    for field, number in typed.items():
        try:
            if number:
                yield field, require_number(number)
        except Invalid as refusal:
            yield field, refusal


def lock(tx: Session, contact: Contact, form: Form, vault: Vault) -> None:
    """Lock everybody by whose number somebody could be found here: only one at a time decides who they are."""
    numbers = {number for field, number in _numbers(form) if isinstance(number, str) and not field.startswith("next")}
    prints = {vault.fingerprint(number) for number in numbers}
    lock_callers(tx, prints | ({contact.caller_fingerprint} if contact.caller_fingerprint else set()))


def found(tx: Session, contact: Contact, form: Form, vault: Vault, *, known: bool, at: datetime) -> Parties:
    """Find or write down whom a form names; `known` says whether whoever called may be written down by name.

    Whom an earlier writing of the contact found they still are, unless another name is given now.
    """
    spoken_of, before = _described(form.subject), contact.subject_person_id
    if not known:
        if form.relation == "self":
            spoken_of = replace(spoken_of, name=None, phone=None, address=None, detail=None)
        return Parties(None, known_as(tx, spoken_of, vault=vault, at=at, before=before))
    own_number = vault.open(contact.caller_cipher) if contact.caller_cipher and contact.caller_fingerprint else None
    reporter = form.reporter
    called = Described(
        name=reporter.name if reporter else None, phone=_number(reporter.phone if reporter else None) or own_number
    )
    if form.relation == "self":
        spoken_of = replace(spoken_of, name=spoken_of.name or called.name, phone=spoken_of.phone or called.phone)
        themselves = known_as(tx, spoken_of, vault=vault, at=at, before=before)
        return Parties(themselves[0].id, themselves)
    reporter_id = contact.reporter_person_id
    if called.name or called.phone:
        other = reporter_id if reporter_id != before else None
        reporter_id = known_as(tx, called, vault=vault, at=at, before=other)[0].id
    return Parties(reporter_id, known_as(tx, spoken_of, vault=vault, at=at, before=before))


def _described(subject: Subject | None) -> Described:
    if subject is None:
        return Described()
    return Described(
        name=subject.name, phone=_number(subject.phone), birth_year=subject.birth_year, sex=subject.sex,
        district=subject.district or (subject.dong and subject.dong[:5]), dong=subject.dong, address=subject.address,
        detail=subject.detail,
    )  # fmt: skip


def _number(typed: str | None) -> str | None:
    return require_number(typed) if typed else None
