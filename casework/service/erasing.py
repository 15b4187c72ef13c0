"""Making a person unknown to us for good, so that what is counted of them survives."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm import Session

from casework import draft
from casework.messages import RecordingToErase
from casework.queries import cases
from casework.queries import privacy as queries
from casework.queries.people import identifiers, lock_caller, lock_root_of, people, records_of
from casework.service import holdings, keys
from casework.tables import (
    CaseNote,
    Contact,
    Destruction,
    Dispatch,
    Duty,
    Identifier,
    PlanVersion,
    Screening,
    Visit,
    VisitPhoto,
    Voicemail,
)
from core import outbox
from core.ids import named_id, new_id
from core.security import Vault

Why = Literal["retention", "request", "withdrawn"]
DECADE = 10
FROM_WHO_CALLED = {"callback_cipher", "transcript_cipher"}
"""Columns that hold the number or the words of whoever called, which may be who reported."""


def destroyed(
    tx: Session, what: tuple[str, object], number: int, why: Why, *, by: UUID | None, at: datetime
) -> Destruction:
    """Write down that something was destroyed; `what` is (kind, id)."""
    kind, key = what
    made = Destruction(id=new_id(at), at=at, kind=kind, object_id=str(key), why=why, by=by, number=number)
    tx.add(made)
    return made


def ask_to_erase(tx: Session, voicemail_id: UUID, why: Why, *, at: datetime) -> None:
    """Ask once that a recording be destroyed, where the sound is."""
    outbox.post(tx, RecordingToErase(voicemail_id, why), at=at, id=named_id("erase", str(voicemail_id)))


def stands_against(tx: Session, person_id: UUID, *, at: datetime) -> list[str]:
    """Name what keeps a person's data: a hold, a case that is not closed, what is still owed on one."""
    records = records_of(tx, person_id)
    found = [f"hold {hold.id}" for hold in queries.holds(tx, records, at=at)]
    for case in cases.cases_of(tx, records):
        found += [f"case {case.id}"] if case.state != "closed" else []
        found += cases.still_open(tx, case.id)
    return found


def anonymize(tx: Session, person_id: UUID, why: Why, *, by: UUID | None, vault: Vault, at: datetime) -> int:
    """Take away everything by which a person could be known, destroy their keys, and write it down.

    Rows stay with their times, kinds, levels and district, and the decade of birth. Gives how many values were
    destroyed; one who is anonymous already stays so.
    """
    person = lock_root_of(tx, person_id)
    if person.anonymized_at is not None:
        return 0
    records = records_of(tx, person.id)
    numbers = {each.fingerprint for each in identifiers(tx, records)}
    for number in sorted(numbers):
        lock_caller(tx, number)
    tx.execute(update(Duty).where(Duty.caller_fingerprint.in_(numbers)).values(caller_fingerprint=None))
    for contact in tx.scalars(select(Contact).where(Contact.reporter_person_id.in_(records))).all():
        _forget_reporter(tx, contact, records, keys.bound(tx, vault))
    tx.execute(delete(VisitPhoto).where(VisitPhoto.visit_id.in_(select(Visit.id).where(Visit.person_id.in_(records)))))
    emptied = _empty(tx, records, vault)
    for contact in tx.scalars(select(Contact).where(Contact.subject_person_id.in_(records))).all():
        for voicemail in queries.voicemails_of(tx, contact.id):
            ask_to_erase(tx, voicemail.id, why, at=at)
    for record in people(tx, records).values():
        record.name_fingerprint = record.dong = None
        record.birth_year = record.birth_year and record.birth_year // DECADE * DECADE
        record.anonymized_at = at
    keys.drop(tx, records)
    destroyed(tx, ("person", person.id), emptied, why, by=by, at=at)
    tx.flush()
    return emptied


def _forget_reporter(tx: Session, contact: Contact, records: set[UUID], vault: Vault) -> None:
    contact.caller_fingerprint = contact.provider_ref = None
    over = (Dispatch.contact_id == contact.id, Dispatch.closed_at.is_not(None))
    tx.execute(update(Dispatch).where(*over).values(callback_cipher=None))
    if contact.subject_person_id in records or not contact.form_cipher:
        return
    # The form is somebody else's: only who reported goes out of it. It is sealed under their key again by the next one.
    contact.form_cipher = draft.seal(draft.unreported(draft.unseal(contact.form_cipher, vault)), vault)


def _empty(tx: Session, records: set[UUID], vault: Vault) -> int:
    number = 0
    for row, column, _ in holdings.sealed(tx, records):
        number += 1
        if isinstance(row, Identifier | CaseNote | PlanVersion | Screening):
            tx.delete(row)
        else:
            needed = not row.__table__.columns[column].nullable
            setattr(row, column, vault.seal("") if needed else None)
    return number


def _reported_by_others(tx: Session, row: Dispatch | Voicemail, records: set[UUID]) -> bool:
    reporter = tx.get_one(Contact, row.contact_id).reporter_person_id
    return reporter is not None and reporter not in records


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything held of a person, in clear, by table."""

    person_id: UUID
    data: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def copy_of(tx: Session, person_id: UUID, vault: Vault) -> Copy:
    """Give what is held of a person; forms without who reported them."""
    records, opener = records_of(tx, person_id), keys.bound(tx, vault)
    made = Copy(person_id)
    for row, column, cipher in holdings.sealed(tx, records):
        if column in FROM_WHO_CALLED and _reported_by_others(tx, row, records):
            continue
        value: Any = opener.open(cipher)
        if column == "form_cipher":
            value = draft.unseal(cipher, opener)
            if row.reporter_person_id not in records:
                value = draft.unreported(value)
        name = column.removesuffix("_cipher")
        key = "/".join(map(str, inspect(row).identity))
        made.data.setdefault(row.__tablename__.removeprefix("casework_"), []).append({"id": key, name: value})
    return made
