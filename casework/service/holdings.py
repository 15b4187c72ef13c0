"""Everything sealed that we hold of a person, listed once: to seal it under their key, to show it, to destroy it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from casework.service import keys
from casework.tables import (
    CarePlan,
    Case,
    CaseNote,
    CompanionRhythm,
    Contact,
    Dispatch,
    Duty,
    Identifier,
    Milestone,
    Person,
    PlanVersion,
    Referral,
    SafetyPlan,
    Screening,
    Visit,
    Voicemail,
    WelfareCheck,
)
from core.db import Base
from core.security import Vault


@dataclass(frozen=True, slots=True)
class Held:
    """Sealed columns of a table, and which of its rows are a person's."""

    table: type[Base]
    columns: tuple[str, ...]
    theirs: ColumnElement[bool]


def held(records: set[UUID]) -> tuple[Held, ...]:
    """List what is held of a person by their records; of whom they reported, only their own number."""
    cases = select(Case.id).where(Case.subject_person_id.in_(records))
    contacts = select(Contact.id).where(Contact.subject_person_id.in_(records))
    asked = [select(table.id).where(table.person_id.in_(records)) for table in (Visit, Dispatch)]
    plans = [select(table.id).where(table.person_id.in_(records)) for table in (CarePlan, SafetyPlan)]
    visit = ("address_cipher", "detail_cipher", "reason_cipher", "safety_cipher", "report_cipher")
    dispatch = (
        "place_cipher",
        "detail_cipher",
        "people_cipher",
        "danger_cipher",
        "callback_cipher",
        "closing_reason_cipher",
    )
    return (
        Held(Person, ("name_cipher", "address_cipher", "detail_cipher"), Person.id.in_(records)),
        Held(Identifier, ("value_cipher",), Identifier.person_id.in_(records)),
        Held(Contact, ("caller_cipher",), Contact.reporter_person_id.in_(records)),
        Held(Contact, ("form_cipher", "notes_cipher"), Contact.subject_person_id.in_(records)),
        Held(
            Case, ("closing_reason_cipher", "lower_reason_cipher", "plan_cipher"), Case.subject_person_id.in_(records)
        ),
        Held(CaseNote, ("words_cipher",), CaseNote.case_id.in_(cases)),
        Held(Visit, visit, Visit.person_id.in_(records)),
        Held(Dispatch, dispatch, Dispatch.person_id.in_(records)),
        Held(Milestone, ("words_cipher",), or_(*(Milestone.of_id.in_(each) for each in asked))),
        Held(Duty, ("ended_why_cipher",), or_(Duty.case_id.in_(cases), Duty.contact_id.in_(contacts))),
        Held(Voicemail, ("transcript_cipher",), Voicemail.contact_id.in_(contacts)),
        Held(Screening, ("answers_cipher",), or_(Screening.case_id.in_(cases), Screening.contact_id.in_(contacts))),
        Held(Referral, ("purpose_cipher", "consent_reason_cipher", "reason_cipher"), Referral.case_id.in_(cases)),
        Held(CarePlan, ("ended_why_cipher",), CarePlan.person_id.in_(records)),
        Held(PlanVersion, ("words_cipher",), or_(*(PlanVersion.plan_id.in_(each) for each in plans))),
        Held(CompanionRhythm, ("words_cipher",), CompanionRhythm.case_id.in_(cases)),
        Held(WelfareCheck, ("reason_cipher", "ended_why_cipher"), WelfareCheck.case_id.in_(cases)),
    )


def sealed(tx: Session, records: set[UUID]) -> Iterator[tuple[Any, str, str]]:
    """Give each row, column and sealed value that is a person's."""
    for one in held(records):
        for row in tx.scalars(select(one.table).where(one.theirs)).all():
            for column in one.columns:
                cipher = getattr(row, column)
                if cipher is not None:
                    yield row, column, cipher


def reseal(tx: Session, person_id: UUID, vault: Vault) -> int:
    """Seal what is held by one record under its person's key, and give how many values were not yet."""
    theirs, name = keys.of_person(tx, person_id, vault), keys.key_name(person_id)
    moved = 0
    for row, column, cipher in sealed(tx, {person_id}):
        if not cipher.startswith(f"{name}:"):
            setattr(row, column, theirs.seal(theirs.open(cipher)))
            moved += 1
    tx.flush()
    return moved
