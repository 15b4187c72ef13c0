"""Welfare checks: somebody must be heard of by a deadline; over with confirmed contact or a supervisor's close only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.care_messages import PersonSeen
from casework.config import Means
from casework.policy.duties import PRIORITY_OF, SPOKEN, Result
from casework.policy.states import CASE, WELFARE_CHECK, move
from casework.policy.triage import Level, lowers, respond_by
from casework.queries import welfare as queries
from casework.queries.cases import lock_case
from casework.queries.duties import lock_duty
from casework.service.cases import responded
from casework.service.duties import require_own
from casework.service.escalations import escalate, resolve_about
from casework.service.owing import Owed, bring_forward, end, owe, tried
from casework.tables import WelfareCheck
from core import audit
from core.errors import Conflict
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor

How = Literal["phone", "call", "visit", "dispatch", "in_person"]
"""By what somebody was heard of: we called, they called, they were visited, helped, or met."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How urgent it is to hear of somebody, and why."""

    level: Level
    reason: str


def request(tx: Session, case_id: UUID, asked: Asked, by: UUID | None, *, means: Means, at: datetime) -> WelfareCheck:
    """Ask for a case's subject to be heard of; asked already, it stays one check, at the more urgent level."""
    due = respond_by(asked.level, at, means.config.targets) or at + means.config.visit_within
    known = queries.lock_open_check(tx, case_id)
    if known is not None:
        if lowers(asked.level, known.triage_level):
            _raise(tx, known, asked.level, due, by, at)
        return known
    if lock_case(tx, case_id).state in CASE.closed:
        raise Conflict("종결된 사례입니다. 먼저 다시 여세요. This case is closed: reopen it first.", state="closed")
    if queries.has_open_check(tx, case_id):
        raise Conflict("방금 다른 사람이 요청했습니다. Somebody has asked for one this moment: look at it.")
    check = WelfareCheck(id=new_id(at), case_id=case_id, state=WELFARE_CHECK.start, triage_level=asked.level, version=1)
    check.reason_cipher, check.requested_at, check.requested_by = means.vault.seal(asked.reason), at, by
    owed = Owed(
        id=named_id("duty", "welfare_check", str(check.id)), kind="welfare_check", due_at=due, case_id=case_id,
        priority=PRIORITY_OF.get(asked.level, "normal"),
    )  # fmt: skip
    check.duty_id = owe(tx, owed, at=at).id
    tx.add(check)
    audit.record(tx, by, "welfare_check.request", ("welfare_check", check.id), at=at, level=asked.level)
    tx.flush()
    return check


def _raise(tx: Session, check: WelfareCheck, level: Level, due: datetime, by: UUID | None, at: datetime) -> None:
    check.triage_level, check.version = level, check.version + 1
    duty = lock_duty(tx, check.duty_id)
    duty.priority = PRIORITY_OF.get(level, "normal")
    bring_forward(tx, duty, due, at=at)
    audit.record(tx, by, "welfare_check.raise", ("welfare_check", check.id), at=at, level=level)
    tx.flush()


def attempt(tx: Session, check_id: UUID, result: Result, actor: Actor, *, means: Means, at: datetime) -> WelfareCheck:
    """Write down a try by telephone; reached, the check is over; after enough that were not, the supervisor hears."""
    check = _lock_open(tx, check_id)
    duty = lock_duty(tx, check.duty_id)
    require_own(duty, actor)
    tried(tx, duty, actor.id, result, config=means.config, at=at)
    if result in SPOKEN:
        return _contact(tx, check, "phone", actor.id, at)
    if check.state == "requested":
        check.state = move(WELFARE_CHECK, check.state, "trying")
    check.version += 1
    if duty.attempts >= means.config.attempt_limit:
        escalate(tx, ("duty", duty.id), "exhausted", config=means.config, at=at, case_id=check.case_id)
    audit.record(tx, actor.id, "welfare_check.attempt", ("welfare_check", check.id), at=at, result=result)
    tx.flush()
    return check


def _lock_open(tx: Session, check_id: UUID) -> WelfareCheck:
    check = queries.lock_check(tx, check_id)
    if check.state in WELFARE_CHECK.closed:
        raise Conflict("이미 끝난 안부 확인입니다. This welfare check is over.", state=check.state, allowed=[])
    return check


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How contact was made, in the words of whoever confirms it."""

    how: How
    words: str


def confirm(
    tx: Session, check_id: UUID, contact: Confirmed, actor: Actor, *, vault: Vault, at: datetime
) -> WelfareCheck:
    """End a check by contact that somebody confirms; over already, it is a Conflict."""
    check = _lock_open(tx, check_id)
    check.ended_why_cipher = vault.seal(contact.words)
    return _contact(tx, check, contact.how, actor.id, at)


def heard_of(tx: Session, case_id: UUID, how: How, by: UUID | None, *, at: datetime) -> None:
    """End the check of a case whose subject has been spoken to or seen; without one nothing happens."""
    check = queries.lock_open_check(tx, case_id)
    if check is not None:
        _contact(tx, check, how, by, at)


def on_seen(tx: Session, message: PersonSeen, at: datetime) -> None:
    """End the check for which a visit or a dispatch was asked that has made contact."""
    check = queries.lock_check_by(tx, message.of_kind, message.of_id)
    if check is not None and check.state not in WELFARE_CHECK.closed:
        _contact(tx, check, message.of_kind, None, at)


def _contact(tx: Session, check: WelfareCheck, how: How, by: UUID | None, at: datetime) -> WelfareCheck:
    check.how = how
    _end(tx, check, ("contact_made", "done"), by, at)
    # A case is locked last here as everywhere: after the check and its duty.
    responded(tx, check.case_id, at=at)
    tx.flush()
    return check


def close(tx: Session, check_id: UUID, reason: str, actor: Actor, *, vault: Vault, at: datetime) -> WelfareCheck:
    """End a check without contact, by a supervisor's reasoned decision; closed already, it stays so."""
    check = queries.lock_check(tx, check_id)
    if check.state == "closed":
        return check
    move(WELFARE_CHECK, check.state, "closed")
    check.ended_why_cipher = vault.seal(reason)
    return _end(tx, check, ("closed", "cancelled"), actor.id, at)


def _end(tx: Session, check: WelfareCheck, states: tuple[str, str], by: UUID | None, at: datetime) -> WelfareCheck:
    check.state, check.version = move(WELFARE_CHECK, check.state, states[0]), check.version + 1
    check.ended_at, check.ended_by = at, by
    duty = lock_duty(tx, check.duty_id)
    if duty.ended_at is None:
        end(tx, duty, states[1], by=by, at=at)
    resolve_about(tx, ("duty", duty.id), by=by, at=at)
    audit.record(tx, by, f"welfare_check.{check.state}", ("welfare_check", check.id), at=at, how=check.how)
    tx.flush()
    return check
