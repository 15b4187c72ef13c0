"""Finding care plans and safety plans, what they say, and who calls often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from casework.queries.reach import Rule
from casework.tables import CarePlan, Contact, Identifier, PlanVersion, SafetyPlan
from core.errors import NotFound
from core.staff import Staff

HOLDING = ("active", "under_review")


def lock_care_plan(tx: Session, plan_id: UUID) -> CarePlan:
    """Lock a care plan until this transaction ends; raises NotFound."""
    found = tx.get(CarePlan, plan_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such care plan.")
    return found


def care_plan(tx: Session, plan_id: UUID) -> CarePlan:
    """Give a care plan; raises NotFound."""
    found = tx.get(CarePlan, plan_id)
    if found is None:
        raise NotFound("There is no such care plan.")
    return found


def live_care_plan(tx: Session, person_id: UUID) -> CarePlan | None:
    """Give a person's care plan that has not ended, or None."""
    live = select(CarePlan).where(CarePlan.person_id == person_id, CarePlan.state != "ended")
    return tx.scalars(live).one_or_none()


def care_plans(tx: Session, reached: Rule, *, state: str | None, limit: int) -> Sequence[CarePlan]:
    """List the care plans within reach, the one to review soonest first."""
    rule = CarePlan.state != "ended" if state is None else CarePlan.state == state
    soonest = select(CarePlan).where(rule, reached).order_by(CarePlan.review_at.nulls_first(), CarePlan.id)
    return tx.scalars(soonest.limit(limit)).all()


def holding_care_plans(tx: Session, fingerprint: str, at: datetime) -> Sequence[CarePlan]:
    """List the care plans that hold for whoever has this number."""
    holds = (CarePlan.state.in_(HOLDING), CarePlan.expires_at > at, Identifier.fingerprint == fingerprint)
    theirs = select(CarePlan).join(Identifier, Identifier.person_id == CarePlan.person_id).where(*holds)
    return tx.scalars(theirs.order_by(CarePlan.created_at, CarePlan.id)).all()


def safety_plan(tx: Session, person_id: UUID) -> SafetyPlan | None:
    """Give a person's safety plan, or None."""
    return tx.scalars(select(SafetyPlan).where(SafetyPlan.person_id == person_id)).one_or_none()


def has_safety_plan(tx: Session, fingerprint: str) -> bool:
    """Tell whether somebody with this number has a safety plan."""
    theirs = select(SafetyPlan.id).join(Identifier, Identifier.person_id == SafetyPlan.person_id)
    return tx.scalar(theirs.where(Identifier.fingerprint == fingerprint).limit(1)) is not None


def plan_version(tx: Session, plan_id: UUID, version: int) -> PlanVersion:
    """Give one version of a plan."""
    return tx.get_one(PlanVersion, (plan_id, version))


def plan_versions(tx: Session, plan_id: UUID, *, after: int = 0) -> Sequence[PlanVersion]:
    """List a plan's versions after this one, oldest first."""
    newer = select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.version > after)
    return tx.scalars(newer.order_by(PlanVersion.version)).all()


def answering(tx: Session, ids: Sequence[UUID], roles: Sequence[str]) -> set[UUID]:
    """Give those of these people who work here in one of these roles."""
    return set(tx.scalars(select(Staff.id).where(Staff.id.in_(ids), Staff.active, Staff.role.in_(roles))))


@dataclass(frozen=True, slots=True)
class Frequent:
    """A number that called often: how often, when last, and in which contact that was."""

    fingerprint: str
    contacts: int
    last_at: datetime
    contact_id: UUID


def frequent(tx: Session, since: datetime, at_least: int, limit: int) -> list[Frequent]:
    """List the numbers with at least so many contacts since then, the most frequent first."""
    # A call of ours that nobody answered was no call of theirs, a conversation handed on is one, and whoever hung up in
    # the city's menu did not call us.
    own = and_(Contact.channel == "callback", Contact.answered_at.is_(None))
    count, last = func.count(), func.max(Contact.opened_at)
    newest = aggregate_order_by(Contact.id, Contact.opened_at.desc())
    latest = func.array_agg(newest, type_=ARRAY(Uuid()))[1]
    asked = (
        select(Contact.caller_fingerprint, count, last, latest)
        .where(Contact.opened_at >= since, Contact.caller_fingerprint.is_not(None), ~own)
        .where(Contact.continues_id.is_(None), or_(Contact.state != "voided", Contact.queued_at.is_not(None)))
        .group_by(Contact.caller_fingerprint)
        .having(count >= at_least)
        .order_by(count.desc(), last.desc(), Contact.caller_fingerprint)
        .limit(limit)
    )
    return [Frequent(row[0], row[1], row[2], row[3]) for row in tx.execute(asked)]
