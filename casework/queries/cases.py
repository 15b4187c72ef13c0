"""Finding cases, what hangs on them, and what is still open there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text, tuple_, union_all
from sqlalchemy.orm import Session

from casework.paging import Place
from casework.policy.duties import RESPONSES
from casework.policy.states import COMPANION_RHYTHM, DISPATCH, DUTY, REFERRAL, VISIT
from casework.tables import Case, CompanionRhythm, Dispatch, Duty, Identifier, Person, Referral, Visit
from casework.tables.cases import CALM, OWED
from core.errors import Invalid, NotFound


class _Board(NamedTuple):
    """A list of cases in the order of an index of its own."""

    name: str
    at: Any
    only: str = ""
    newest: bool = False


_OPEN = (_Board("owed", Case.respond_by, OWED), _Board("calm", Case.opened_at, CALM))
_ALL = (_Board("opened", Case.opened_at, newest=True),)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list, among those `within` reach; None does not ask."""

    within: ColumnElement[bool]
    owner_id: UUID | None = None
    state: str | None = None
    open_only: bool = False
    district: str | None = None
    triage_level: str | None = None
    after: Place | None = None
    limit: int = 50


def case(tx: Session, case_id: UUID) -> Case:
    """Give a case; raises NotFound."""
    found = tx.get(Case, case_id)
    if found is None:
        raise NotFound("There is no such case.")
    return found


def subjects(tx: Session, ids: set[UUID]) -> Sequence[UUID]:
    """List whose these cases are."""
    return tx.scalars(select(Case.subject_person_id).where(Case.id.in_(ids))).all() if ids else []


def lock_case(tx: Session, case_id: UUID) -> Case:
    """Lock a case until this transaction ends; raises NotFound."""
    found = tx.get(Case, case_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such case.")
    return found


def lock_open_case_of(tx: Session, records: Select[UUID]) -> Case | None:
    """Lock the newest case of a person, by all their records, that is not closed, or give None."""
    open_one = select(Case).where(Case.subject_person_id.in_(records), Case.state != "closed")
    newest = open_one.order_by(Case.opened_at.desc(), Case.id).limit(1)
    return tx.scalars(newest.with_for_update().execution_options(populate_existing=True)).one_or_none()


def cases(tx: Session, wanted: CaseFilter) -> list[tuple[Case, Place]]:
    """List cases, each with its place, from after a place on.

    Open ones: the one to respond to soonest first, then those to which no response is owed, the longest open first.
    With closed ones among them: the newest first.
    """
    found: list[tuple[Case, Place]] = []
    boards = _OPEN if wanted.open_only else _ALL
    begun = wanted.after is None
    if wanted.after is not None and wanted.after[0] not in {board.name for board in boards}:
        raise Invalid("This place is of another list: begin that one anew.", at="after")
    for board in boards:
        begun = begun or (wanted.after is not None and wanted.after[0] == board.name)
        if begun and len(found) < wanted.limit:
            found += _listed(tx, board, wanted, limit=wanted.limit - len(found))
    return found


def cases_of(tx: Session, records: set[UUID], *within: ColumnElement[bool]) -> Sequence[Case]:
    """List a person's cases by all their records, newest first; those `within` reach where that is said."""
    own = select(Case).where(Case.subject_person_id.in_(records), *within).order_by(Case.opened_at.desc(), Case.id)
    return tx.scalars(own).all()


def _listed(tx: Session, board: _Board, wanted: CaseFilter, *, limit: int) -> list[tuple[Case, Place]]:
    asked = {
        Case.owner_id: wanted.owner_id, Case.state: wanted.state, Case.district: wanted.district,
        Case.triage_level: wanted.triage_level,
    }  # fmt: skip
    chosen = select(Case).where(
        wanted.within, *(column == value for column, value in asked.items() if value is not None)
    )
    if board.only:
        chosen = chosen.where(text(board.only))
    key = tuple_(board.at, Case.id)
    if wanted.after is not None and wanted.after[0] == board.name:
        chosen = chosen.where(key < wanted.after[1:] if board.newest else key > wanted.after[1:])
    order = (board.at.desc(), Case.id.desc()) if board.newest else (board.at, Case.id)
    rows = tx.scalars(chosen.order_by(*order).limit(limit))
    return [(case, (board.name, getattr(case, board.at.key), case.id)) for case in rows]


def of_people(tx: Session, prints: Mapping[str, str], within: ColumnElement[bool], *, limit: int) -> Sequence[Case]:
    """List the cases within reach of whoever has this `name` or `phone`, given as fingerprints; the newest first."""
    chosen = select(Case).where(within)
    if "phone" in prints:
        numbered = select(Identifier.person_id).where(Identifier.fingerprint == prints["phone"])
        chosen = chosen.where(Case.subject_person_id.in_(numbered))
    if "name" in prints:
        named = select(Person.id).where(Person.name_fingerprint == prints["name"])
        chosen = chosen.where(Case.subject_person_id.in_(named))
    return tx.scalars(chosen.order_by(Case.opened_at.desc(), Case.id).limit(limit)).all()


def promised(tx: Session, case_id: UUID) -> Sequence[datetime]:
    """List the deadlines of what is under way on a case and will be a response to it."""
    duties = select(Duty.due_at).where(Duty.case_id == case_id, Duty.ended_at.is_(None), Duty.kind.in_(RESPONSES))
    visits = select(Visit.visit_by).where(Visit.case_id == case_id, Visit.state.not_in(VISIT.closed))
    sent = (Dispatch.case_id == case_id, Dispatch.state.not_in(DISPATCH.closed))
    return tx.scalars(union_all(duties, visits, select(Dispatch.requested_at).where(*sent))).all()


def still_open(tx: Session, case_id: UUID) -> list[str]:
    """Name what is not done on a case: duties, visits, dispatches, referrals and rhythms of companion calls."""
    found = []
    rhythm = (CompanionRhythm, COMPANION_RHYTHM)
    for table, machine in ((Duty, DUTY), (Visit, VISIT), (Dispatch, DISPATCH), (Referral, REFERRAL), rhythm):
        rows = tx.scalars(select(table.id).where(table.case_id == case_id, table.state.not_in(machine.closed)))
        found += [f"{table.__name__.lower()} {row}" for row in rows]
    return found
