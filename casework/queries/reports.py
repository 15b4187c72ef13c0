"""Counting for reports: groups and spans of time, summed up by the database; nobody is read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from casework.policy.reporting import Group, Lasted
from casework.tables import Case, Contact, Dispatch, District, Milestone, Person, Visit

Span = tuple[datetime, datetime]
Field = type[Visit] | type[Dispatch]
_ARRIVED, _MET = ("on_site", "on_scene", "contact_made"), ("contact_made",)
_Kept = aliased(Person)
# Two records that are taken for one person are described by the one that stands for both.
_BIRTH_YEAR = func.coalesce(_Kept.birth_year, Person.birth_year)
_SEX = func.coalesce(_Kept.sex, Person.sex)


def districts(tx: Session, span: Span) -> dict[str, District]:
    """Give the districts there were on some day of a span, by code."""
    begin, end = (moment.date() for moment in span)
    there = (District.valid_from < end, or_(District.valid_to.is_(None), District.valid_to > begin))
    return {one.code: one for one in tx.scalars(select(District).where(*there).order_by(District.code))}


def begun(tx: Session, span: Span) -> list[Group]:
    """Count the contacts that began, by what became of them."""
    finalized = Contact.state == "finalized"
    counseled = and_(finalized, Contact.outcome_class == "data")
    became = case((counseled, "counseled"), (finalized, "not_counseled"), else_="unfinished").label("became")
    rules = (_in(Contact.opened_at, span), Contact.state != "voided")
    found = select(became).where(*rules).subquery()
    return [
        Group(measure, count) for measure, count in tx.execute(select(found.c.became, func.count()).group_by("became"))
    ]


def contacts(tx: Session, span: Span) -> list[Group]:
    """Count the conversations that were counseling, by level and by whom they were about."""
    district = func.coalesce(_Kept.district, Person.district)
    rows = _rows(Contact.triage_level, Contact.triage_level, district, Contact.relation).select_from(Contact)
    rules = (_in(Contact.opened_at, span), Contact.state == "finalized", Contact.outcome_class == "data")
    return _groups(tx, _of(rows, Contact.subject_person_id).where(*rules))


def responses(tx: Session, span: Span) -> list[Group]:
    """Count the first responses that are owed on cases whose clock began, by whether they came in time."""
    unanswered, in_time = Case.responded_at.is_(None), Case.responded_at <= Case.respond_by
    measure = case((unanswered, "open"), (in_time, "in_time"), else_="late")
    first = select(Contact.relation).where(Contact.case_id == Case.id).order_by(Contact.opened_at).limit(1)
    rows = _rows(measure, Case.triage_level, Case.district, first.scalar_subquery()).select_from(Case)
    rules = (_in(Case.clock_from, span), Case.respond_by.is_not(None))
    return _groups(tx, _of(rows, Case.subject_person_id).where(*rules))


def visits(tx: Session, span: Span) -> list[Group]:
    """Count the visits that were asked for, by whether somebody was met."""
    return _field(tx, Visit, Visit.district, span)


def dispatches(tx: Session, span: Span) -> list[Group]:
    """Count the dispatches that were asked for, by whether somebody was met."""
    return _field(tx, Dispatch, Case.district, span)


def _field(tx: Session, table: Field, district: Any, span: Span) -> list[Group]:
    met, over = _first(table, _MET).is_not(None), table.closed_at.is_not(None)
    measure = case((met, "contact"), (over, "without_contact"), else_="open")
    rows = _rows(measure, table.triage_level, district, Contact.relation).select_from(table)
    rows = rows.join(Case, Case.id == table.case_id).join(Contact, Contact.id == table.contact_id)
    return _groups(tx, _of(rows, table.person_id).where(_in(table.requested_at, span)))


def _rows(measure: Any, level: Any, district: Any, relation: Any) -> Select[Any]:
    """Select what one counted row is grouped by, in the order of `Group`."""
    own = {"level": level, "birth_year": _BIRTH_YEAR, "sex": _SEX, "district": district, "relation": relation}
    return select(measure.label("measure"), *(column.label(name) for name, column in own.items()))


def _of(rows: Select[Any], person: Any) -> Select[Any]:
    return rows.outerjoin(Person, Person.id == person).outerjoin(_Kept, _Kept.id == Person.merged_into_id)


def _groups(tx: Session, rows: Select[Any]) -> list[Group]:
    found = rows.subquery()
    summed = select(found.c.measure, func.count(), *list(found.c)[1:]).group_by(*found.c)
    return [Group(*row) for row in tx.execute(summed)]


def lasted(tx: Session, span: Span) -> list[Lasted]:
    """Measure how long first responses took by level, and the steps of visits and dispatches by their kind."""
    waits = _response_waits(span)
    found = [Lasted("responses", level, "first_response", *figures) for level, *figures in tx.execute(waits)]
    for table in (Visit, Dispatch):
        found += _field_waits(tx, table, span)
    return found


def _response_waits(span: Span) -> Select[Any]:
    took = Case.responded_at - Case.clock_from
    rules = (_in(Case.clock_from, span), Case.respond_by.is_not(None))
    return select(Case.triage_level, *_figures(took)).where(*rules).group_by(Case.triage_level)


def _field_waits(tx: Session, table: Field, span: Span) -> Iterator[Lasted]:
    kind: Any = Dispatch.kind if table is Dispatch else literal("visit")
    subject = "dispatches" if table is Dispatch else "visits"
    ends = {"acknowledged": table.acknowledged_at, "arrived": _first(table, _ARRIVED), "contact": _first(table, _MET)}
    for step, end in ends.items():
        took = select(kind.label("kind"), (end - table.requested_at).label("took")).where(_in(table.requested_at, span))
        each = took.subquery()
        for of, *figures in tx.execute(select(each.c.kind, *_figures(each.c.took)).group_by(each.c.kind)):
            yield Lasted(subject, of, step, *figures)


def _figures(took: Any) -> tuple[Any, ...]:
    """Select how many spans there are, their median, and what nine in ten stayed under."""
    return (func.count(took), *(func.percentile_cont(share).within_group(took) for share in (0.5, 0.9)))


def _first(table: Field, states: tuple[str, ...]) -> Any:
    """Find when a visit or a dispatch first came to one of these states; asked by its row, which an index answers."""
    kind = "dispatch" if table is Dispatch else "visit"
    own = (Milestone.of_kind == kind, Milestone.of_id == table.id, Milestone.state.in_(states))
    return select(func.min(Milestone.at)).where(*own).correlate(table).scalar_subquery()


def _in(column: Any, span: Span) -> ColumnElement[bool]:
    return and_(column >= span[0], column < span[1])
