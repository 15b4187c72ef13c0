"""Finding what is owed, and what reached the supervisor."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from casework.policy.duties import PRIORITIES
from casework.policy.states import DUTY
from casework.tables import Duty, DutyAttempt, Escalation
from casework.tables.duties import BOARD
from core.errors import NotFound
from core.staff import Staff

_FIRST: tuple[ColumnElement[bool], ...] = tuple(literal_column(part) for part in BOARD)
_OPEN = Duty.state.in_(DUTY.open)


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which duties to list; None does not ask."""

    teams: Collection[str]
    owner_id: UUID | None = None
    unowned: bool = False
    kind: str | None = None
    limit: int = 100


def duty(tx: Session, duty_id: UUID) -> Duty | None:
    """Give a duty, or None."""
    return tx.get(Duty, duty_id)


def lock_duty(tx: Session, duty_id: UUID) -> Duty:
    """Lock a duty until this transaction ends; raises NotFound."""
    found = tx.get(Duty, duty_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such duty.")
    return found


def duties(tx: Session, wanted: DutyFilter) -> Sequence[Duty]:
    """List open duties: the overdue first, then by priority and deadline."""
    rules: list[ColumnElement[bool]] = [Duty.ended_at.is_(None)]
    if wanted.unowned:
        rules.append(Duty.owner_id.is_(None))
    if wanted.kind is not None:
        rules.append(Duty.kind == wanted.kind)
    chosen = select(Duty).where(*rules).order_by(*_FIRST, Duty.due_at, Duty.id).limit(wanted.limit)
    if wanted.owner_id is not None:
        whose = [Duty.owner_id == wanted.owner_id]
    else:
        whose = [Duty.team == team for team in sorted(wanted.teams)]
    # Each team's stand in the index in the order of the board: its first ones are read, not all of them sorted.
    found = [duty for one in whose for duty in tx.scalars(chosen.where(one))]
    return sorted(found, key=_place)[: wanted.limit]


def _place(duty: Duty) -> tuple[bool, int, datetime, UUID]:
    return duty.overdue_at is None, -PRIORITIES.index(duty.priority), duty.due_at, duty.id


def lock_first_response(tx: Session, case_id: UUID) -> Duty | None:
    """Lock a case's open first response; None where there is none, or somebody is at it this very moment."""
    owed = select(Duty).where(Duty.case_id == case_id, Duty.kind == "first_response", Duty.ended_at.is_(None))
    # Whoever ends a duty locks it before its case: to wait for them with the case locked would make the two deadlock.
    return tx.scalars(owed.order_by(Duty.due_at).limit(1).with_for_update(skip_locked=True)).first()


def workload(tx: Session, of: Collection[str]) -> Sequence[Any]:
    """Count what each person of some teams owes: `owner_id, name, team, open, overdue, danger, next_due_at`."""
    overdue = func.count().filter(Duty.overdue_at.is_not(None)).label("overdue")
    counted = (
        select(
            Duty.owner_id,
            Staff.name,
            Duty.team,
            func.count().label("open"),
            overdue,
            func.count().filter(Duty.priority == "danger").label("danger"),
            func.min(Duty.due_at).label("next_due_at"),
        )
        .outerjoin(Staff, Staff.id == Duty.owner_id)
        .where(Duty.ended_at.is_(None), _OPEN, Duty.team.in_(of))
        .group_by(Duty.owner_id, Staff.name, Duty.team)
    )
    return tx.execute(counted.order_by(overdue.desc(), func.count().desc(), Duty.team, Duty.owner_id)).all()


def attempts(tx: Session, duty_id: UUID) -> Sequence[DutyAttempt]:
    """List the attempts at a duty, oldest first."""
    made = select(DutyAttempt).where(DutyAttempt.duty_id == duty_id).order_by(DutyAttempt.at, DutyAttempt.id)
    return tx.scalars(made).all()


def lock_open_callback(tx: Session, fingerprint: str) -> Duty | None:
    """Lock the call-back that this caller is owed already, or give None."""
    owed = select(Duty).where(Duty.kind == "callback", Duty.caller_fingerprint == fingerprint, Duty.ended_at.is_(None))
    oldest = owed.order_by(Duty.created_at).limit(1).with_for_update()
    return tx.scalars(oldest.execution_options(populate_existing=True)).one_or_none()


def lock_escalation(tx: Session, escalation_id: UUID) -> Escalation:
    """Lock an escalation until this transaction ends; raises NotFound."""
    found = tx.get(Escalation, escalation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such escalation.")
    return found


def escalations(tx: Session, *, open_only: bool, limit: int = 100) -> Sequence[Escalation]:
    """List escalations: what nobody has acknowledged first, oldest first."""
    rules = [Escalation.state != "resolved"] if open_only else []
    order = (Escalation.acknowledged_at.is_not(None), Escalation.raised_at, Escalation.id)
    return tx.scalars(select(Escalation).where(*rules).order_by(*order).limit(limit)).all()


def lock_escalations_about(tx: Session, kind: str, about: UUID) -> Sequence[Escalation]:
    """Lock the unresolved escalations about something."""
    unresolved = (Escalation.about_kind == kind, Escalation.about_id == about, Escalation.state != "resolved")
    return tx.scalars(select(Escalation).where(*unresolved).with_for_update()).all()


def lock_duties_of_escalation(tx: Session, escalation_id: UUID) -> Sequence[Duty]:
    """Lock the supervisor's open duties that an escalation made."""
    own = select(Duty).where(Duty.escalation_id == escalation_id, Duty.ended_at.is_(None)).with_for_update()
    return tx.scalars(own).all()


def lock_duties_of_contact(tx: Session, contact_id: UUID) -> Sequence[Duty]:
    """Lock the open duties on a contact."""
    own = select(Duty).where(Duty.contact_id == contact_id, Duty.ended_at.is_(None)).with_for_update()
    return tx.scalars(own).all()
