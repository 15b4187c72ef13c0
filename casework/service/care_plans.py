"""Care plans: written, agreed to by a second person where they limit anything, looked at again, and ended."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from casework.care_messages import CarePlanExpired, CarePlanReviewDue
from casework.config import Care, Config, Means
from casework.plans import CareWords
from casework.policy.rhythm import moment
from casework.policy.states import CARE_PLAN, move
from casework.queries import care as queries
from casework.queries import duties
from casework.queries.people import lock_person
from casework.service.owing import Owed, end, owe
from casework.service.versions import Edit, add_version, require_current
from casework.tables import CarePlan
from core import audit, outbox
from core.errors import Conflict, Forbidden, Invalid
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import ROLES, Actor

_EDITABLE = frozenset({"draft", "under_review"})
_ANSWER = tuple(role for role, held in ROLES.items() if "seat.use" in held)


def write(tx: Session, person_id: UUID, words: CareWords, actor: Actor, *, means: Means, at: datetime) -> CarePlan:
    """Begin a person's care plan as a draft; raises Conflict where there is one, Invalid for what does not fit."""
    lock_person(tx, person_id)
    known = queries.live_care_plan(tx, person_id)
    if known is not None:
        raise Conflict(
            "이미 돌봄 계획이 있습니다. There is a care plan already: change that one.", plan_id=str(known.id)
        )
    _check(tx, words, means.config.care, at)
    plan = CarePlan(id=new_id(at), person_id=person_id, state=CARE_PLAN.start, version=1, created_at=at)
    tx.add(plan)
    tx.flush()
    add_version(tx, plan, words, actor.id, vault=means.vault, at=at)
    audit.record(tx, actor.id, "care_plan.write", ("care_plan", plan.id), at=at, version=1)
    return plan


def edit(tx: Session, plan_id: UUID, new: Edit[CareWords], actor: Actor, *, means: Means, at: datetime) -> CarePlan:
    """Write a new version of a draft or a plan under review; raises Stale with both where it was changed meanwhile."""
    plan = queries.lock_care_plan(tx, plan_id)
    require_current(tx, plan, new, means.vault)
    if plan.state not in _EDITABLE:
        raise Conflict(
            "다시 보기로 돌린 다음 고쳐 주세요. Put an active plan under review before you change it.", state=plan.state
        )
    _check(tx, new.words, means.config.care, at)
    plan.version += 1
    add_version(tx, plan, new.words, actor.id, vault=means.vault, at=at)
    audit.record(tx, actor.id, "care_plan.write", ("care_plan", plan.id), at=at, version=plan.version)
    return plan


def _check(tx: Session, words: CareWords, care: Care, at: datetime) -> None:
    today = at.astimezone(care.zone).date()
    words.check(today, today + care.plan_longest)
    if queries.answering(tx, words.preferred, _ANSWER) != set(words.preferred):
        raise Invalid("상담석에서 전화를 받는 직원만 적을 수 있습니다. Name people who answer calls.", at="preferred")


@dataclass(frozen=True, slots=True)
class Move:
    """Another state for a plan that was read at `version`, and why it ends."""

    state: str
    version: int
    reason: str | None = None


def change_state(tx: Session, plan_id: UUID, to: Move, actor: Actor, *, means: Means, at: datetime) -> CarePlan:
    """Agree to a plan, look at it again, or end it with a reason; one with limits is agreed to by a second person."""
    plan = queries.lock_care_plan(tx, plan_id)
    if plan.state == to.state and plan.version == to.version:
        return plan
    require_current(tx, plan, Edit(to.version, None), means.vault)
    before, state = plan.state, move(CARE_PLAN, plan.state, to.state)
    if state == "active":
        _agree(tx, plan, actor, means, at)
    elif state == "ended":
        if not to.reason:
            raise Invalid("계획을 마치는 까닭을 적어 주세요. Say why the plan ends.", at="reason")
        _close(tx, plan, actor.id, at)
        plan.ended_why_cipher = means.vault.seal(to.reason)
    plan.state = state
    audit.record(tx, actor.id, "care_plan.move", ("care_plan", plan.id), at=at, before=before, after=state)
    tx.flush()
    return plan


def _agree(tx: Session, plan: CarePlan, actor: Actor, means: Means, at: datetime) -> None:
    words = words_of(tx, plan, plan.version, means.vault)
    _check(tx, words, means.config.care, at)
    if words.limits:
        _require_second(tx, plan, actor)
    _end_review(tx, plan, "done", actor.id, at)
    plan.holds, plan.preferred, plan.approved_at, plan.approved_by = plan.version, words.preferred, at, actor.id
    plan.review_at = _midnight(words.review_on, means.config.care)
    plan.expires_at = _midnight(words.expires_on, means.config.care)
    outbox.post(tx, CarePlanReviewDue(plan.id, plan.version), at=at, due=plan.review_at)
    outbox.post(tx, CarePlanExpired(plan.id, plan.version), at=at, due=plan.expires_at)


def _require_second(tx: Session, plan: CarePlan, actor: Actor) -> None:
    if not actor.may("plan.approve"):
        raise Forbidden(
            "제한이 있는 계획은 책임상담사가 승인합니다. A supervisor approves a plan that limits anything."
        )
    writers = {version.written_by for version in queries.plan_versions(tx, plan.id, after=plan.holds or 0)}
    if actor.id in writers:
        raise Forbidden("직접 쓴 제한은 다른 사람이 승인합니다. Somebody else approves limits that you have written.")


def _midnight(day: date, care: Care) -> datetime:
    return moment(day, time(0), care.zone)


def _close(tx: Session, plan: CarePlan, by: UUID | None, at: datetime) -> None:
    _end_review(tx, plan, "cancelled", by, at)
    plan.ended_at, plan.ended_by = at, by


def _review_of(plan: CarePlan) -> UUID:
    return named_id("duty", "plan_review", str(plan.id), plan.holds or 0)


def _end_review(tx: Session, plan: CarePlan, state: str, by: UUID | None, at: datetime) -> None:
    if duties.duty(tx, _review_of(plan)) is not None:
        duty = duties.lock_duty(tx, _review_of(plan))
        if duty.ended_at is None:
            end(tx, duty, state, by=by, at=at)


def words_of(tx: Session, plan: CarePlan, version: int, vault: Vault) -> CareWords:
    """Open one version of a plan."""
    return CareWords.model_validate_json(vault.open(queries.plan_version(tx, plan.id, version).words_cipher))


def on_review_due(tx: Session, message: CarePlanReviewDue, at: datetime, *, config: Config) -> None:
    """Put a plan under review, as a duty of whoever wrote it; it holds meanwhile."""
    plan = queries.lock_care_plan(tx, message.plan_id)
    if plan.holds != message.version or plan.state not in queries.HOLDING:
        return
    if plan.state == "active":
        plan.state = move(CARE_PLAN, plan.state, "under_review")
        audit.record(tx, None, "care_plan.move", ("care_plan", plan.id), at=at, before="active", after=plan.state)
    owner = queries.plan_version(tx, plan.id, message.version).written_by
    due = at + config.care.plan_review_within
    owe(tx, Owed(id=_review_of(plan), kind="plan_review", due_at=due, owner_id=owner), at=at)


def on_expired(tx: Session, message: CarePlanExpired, at: datetime) -> None:
    """End a plan whose time is over."""
    plan = queries.lock_care_plan(tx, message.plan_id)
    if plan.holds == message.version and plan.state in queries.HOLDING:
        before, plan.state = plan.state, move(CARE_PLAN, plan.state, "ended")
        _close(tx, plan, None, at)
        audit.record(tx, None, "care_plan.move", ("care_plan", plan.id), at=at, before=before, after="ended")
        tx.flush()
