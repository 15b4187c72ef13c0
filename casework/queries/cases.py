"""Finding cases, what hangs on them, and what is still open there."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.policy.states import COMPANION_RHYTHM, DISPATCH, DUTY, VISIT
from casework.tables import Case, CaseNote, CompanionRhythm, Contact, Dispatch, Duty, Escalation, Visit
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list, among those `within` reach; None does not ask."""

    within: ColumnElement[bool]
    owner_id: UUID | None = None
    state: str | None = None
    open_only: bool = False
    district: str | None = None
    triage_level: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that hangs on a case."""

    notes: Sequence[CaseNote]
    contacts: Sequence[Contact]
    duties: Sequence[Duty]
    visits: Sequence[Visit]
    dispatches: Sequence[Dispatch]
    escalations: Sequence[Escalation]


def case(tx: Session, case_id: UUID) -> Case:
    """Give a case; raises NotFound."""
    found = tx.get(Case, case_id)
    if found is None:
        raise NotFound("There is no such case.")
    return found


def lock_case(tx: Session, case_id: UUID) -> Case:
    """Lock a case until this transaction ends; raises NotFound."""
    found = tx.get(Case, case_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such case.")
    return found


def lock_open_case_of(tx: Session, records: set[UUID]) -> Case | None:
    """Lock the newest case of a person, by all their records, that is not closed, or give None."""
    open_one = select(Case).where(Case.subject_person_id.in_(records), Case.state != "closed")
    newest = open_one.order_by(Case.opened_at.desc(), Case.id).limit(1)
    return tx.scalars(newest.with_for_update().execution_options(populate_existing=True)).one_or_none()


def cases_of(tx: Session, records: set[UUID], *within: ColumnElement[bool]) -> Sequence[Case]:
    """List a person's cases by all their records, newest first; those `within` reach where that is said."""
    own = select(Case).where(Case.subject_person_id.in_(records), *within).order_by(Case.opened_at.desc(), Case.id)
    return tx.scalars(own).all()


def subjects(tx: Session, case_ids: set[UUID]) -> Sequence[UUID]:
    """List whom these cases are about."""
    return tx.scalars(select(Case.subject_person_id).where(Case.id.in_(case_ids))).all() if case_ids else []


def cases(tx: Session, wanted: CaseFilter) -> Sequence[Case]:
    """List cases, the one to respond to soonest first."""
    rules: list[ColumnElement[bool]] = [wanted.within]
    if wanted.owner_id is not None:
        rules.append(Case.owner_id == wanted.owner_id)
    if wanted.state is not None:
        rules.append(Case.state == wanted.state)
    if wanted.open_only:
        rules.append(Case.state != "closed")
    if wanted.district is not None:
        rules.append(Case.district == wanted.district)
    if wanted.triage_level is not None:
        rules.append(Case.triage_level == wanted.triage_level)
    order = (Case.responded_at.is_not(None), Case.respond_by.nulls_last(), Case.opened_at.desc())
    return tx.scalars(select(Case).where(*rules).order_by(*order).limit(wanted.limit)).all()


def timeline(tx: Session, case_id: UUID) -> Timeline:
    """Collect everything that hangs on a case, each kind oldest first."""
    return Timeline(
        tx.scalars(select(CaseNote).where(CaseNote.case_id == case_id).order_by(CaseNote.at)).all(),
        tx.scalars(select(Contact).where(Contact.case_id == case_id).order_by(Contact.opened_at)).all(),
        tx.scalars(select(Duty).where(Duty.case_id == case_id).order_by(Duty.created_at)).all(),
        tx.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.requested_at)).all(),
        tx.scalars(select(Dispatch).where(Dispatch.case_id == case_id).order_by(Dispatch.requested_at)).all(),
        tx.scalars(select(Escalation).where(Escalation.case_id == case_id).order_by(Escalation.raised_at)).all(),
    )


def still_open(tx: Session, case_id: UUID) -> list[str]:
    """Name what is not done on a case: its open duties, visits, dispatches and rhythms of companion calls."""
    found = []
    rhythm = (CompanionRhythm, COMPANION_RHYTHM.closed)
    for table, closed in ((Duty, DUTY.closed), (Visit, VISIT.closed), (Dispatch, DISPATCH.closed), rhythm):
        rows = tx.scalars(select(table.id).where(table.case_id == case_id, table.state.not_in(closed)))
        found += [f"{table.__name__.lower()} {row}" for row in rows]
    return found
