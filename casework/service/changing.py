"""Changing a case: its owner and plan, its state, its level; what weighs is asked for by one and decided by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from casework.config import Config, Means
from casework.policy import triage
from casework.policy.duties import PRIORITY_OF
from casework.policy.states import CASE, move
from casework.queries import cases as queries
from casework.queries import duties as duty_queries
from casework.service import holdings, keys
from casework.service.cases import note
from casework.service.escalations import Reason, escalate, resolve_about
from casework.service.owing import Owed, bring_forward, owe
from casework.tables import Case
from core import audit
from core.errors import Conflict, Forbidden, Invalid, Stale
from core.ids import named_id
from core.security import Vault
from core.staff import ROLES, Actor, Staff

WAITING: frozenset[str] = frozenset({"lower_triage", "closing"})
"""Reasons of the escalations by which a second person hears that something waits for them."""


@dataclass(frozen=True, slots=True)
class Change:
    """What shall become of a case that was read at `version`: a state or a level, and why."""

    to: str
    version: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Values for a case that was read at `version`; None leaves what there is."""

    version: int
    owner_id: UUID | None = None
    topic: str | None = None
    plan: Mapping[str, Any] | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """List what is to be changed, ready for an answer."""
        owner = str(self.owner_id) if self.owner_id else None
        values = {"owner_id": owner, "topic": self.topic, "plan": self.plan}
        return {name: value for name, value in values.items() if value is not None}


def plan_of(case: Case, vault: Vault) -> dict[str, Any] | None:
    """Give a case's plan with its goals, None before there is one."""
    plan: dict[str, Any] | None = orjson.loads(vault.open(case.plan_cipher)) if case.plan_cipher else None
    return plan


def _locked(tx: Session, case_id: UUID, version: int, sent: Mapping[str, Any], vault: Vault) -> Case:
    case = queries.lock_case(tx, case_id)
    if case.version != version:
        current = {name: getattr(case, name) for name in ("state", "triage_level", "topic")}
        current["owner_id"] = str(case.owner_id) if case.owner_id else None
        words = "Somebody changed this case since you read it. Compare `sent` with `current`, and send it anew."
        raise Stale(words, version=case.version, sent=sent, current=current | {"plan": plan_of(case, vault)})
    return case


def edit(tx: Session, case_id: UUID, change: Edit, actor: Actor, *, vault: Vault, at: datetime) -> Case:
    """Write a case's owner, topic or plan; each plan stays in the story. An owner must be able to work on cases."""
    sent = change.sent
    case = _locked(tx, case_id, change.version, sent, vault)
    _require_open(case)
    if change.owner_id is not None:
        case.owner_id = _worker(tx, change.owner_id)
    case.topic = change.topic or case.topic
    if change.plan is not None:
        case.plan_cipher = _sealed(tx, case, orjson.dumps(change.plan).decode(), vault)
        note(tx, case.id, ("plan", _told(change.plan)), by=actor.id, vault=vault, at=at)
    case.version += 1
    audit.record(
        tx, actor.id, "case.edit", ("case", case.id), at=at, fields=sorted(sent), owner_id=sent.get("owner_id")
    )
    tx.flush()
    return case


def _require_open(case: Case) -> None:
    if case.state in CASE.closed:
        raise Conflict("This case is closed: reopen it first.", state=case.state)


def _worker(tx: Session, staff_id: UUID) -> UUID:
    staff = tx.get(Staff, staff_id)
    if staff is None or not staff.active or "case.write" not in ROLES.get(staff.role, frozenset()):
        raise Invalid(
            "담당자는 사례를 맡을 수 있는 직원이어야 합니다. Name somebody who works on cases.", at="owner_id"
        )
    return staff.id


def _told(plan: Mapping[str, Any]) -> str:
    goals = (f"- [{goal['state']}] {goal['words']} {goal.get('by') or ''}".rstrip() for goal in plan["goals"])
    return "\n".join([plan["words"], *goals])


def change_state(tx: Session, case_id: UUID, change: Change, actor: Actor, *, means: Means, at: datetime) -> Case:
    """Move a case.

    Closing needs a reason and nothing open on it, and at emergency and urgent a second person: until then it waits.
    """
    to = change.to
    case = _locked(tx, case_id, change.version, {"state": to, "reason": change.reason}, means.vault)
    before, after = case.state, move(CASE, case.state, to)
    if to == "closed":
        if not change.reason:
            raise Invalid("Say why the case is closed.", at="reason")
        _require_nothing_open(tx, case)
        if case.triage_level in triage.GUARDED:
            _ask(tx, case, change, actor, means=means, at=at)
        else:
            _close(tx, case, _sealed(tx, case, change.reason, means.vault), means.vault, at)
    else:
        case.state = after
        case.closed_at = case.closing_reason_cipher = None
    case.version += 1
    audit.record(tx, actor.id, "case.move", ("case", case.id), at=at, before=before, asked=to, after=case.state)
    tx.flush()
    return case


def _require_nothing_open(tx: Session, case: Case) -> None:
    waiting = queries.still_open(tx, case.id)
    if waiting:
        raise Conflict(f"This case cannot close: still open are {', '.join(waiting)}.", open=waiting)


def _sealed(tx: Session, case: Case, words: str, vault: Vault) -> str:
    return keys.of_person(tx, case.subject_person_id, vault).seal(words)


def _close(tx: Session, case: Case, reason_cipher: str | None, vault: Vault, at: datetime) -> None:
    _settle(tx, case, None, at)
    tx.flush()
    _require_nothing_open(tx, case)
    case.state = move(CASE, case.state, "closed")
    case.closed_at, case.closing_reason_cipher = at, reason_cipher
    # From here on nothing of theirs opens without their own key.
    holdings.reseal(tx, case.subject_person_id, vault)


def set_level(tx: Session, case_id: UUID, change: Change, actor: Actor, *, means: Means, at: datetime) -> Case:
    """Raise a level at once; a lowering from emergency or urgent waits for a second person, who is told."""
    level = change.to
    case = _locked(tx, case_id, change.version, {"level": level, "reason": change.reason}, means.vault)
    _require_open(case)
    if level == case.triage_level:
        return case
    if triage.lowers(level, case.triage_level):
        raise_level(tx, case, level, config=means.config, at=at)
    elif triage.needs_second_person(case.triage_level, level):
        if not change.reason:
            raise Invalid("Say why the level may be lowered.", at="reason")
        _ask(tx, case, change, actor, means=means, at=at)
    else:
        _lower(tx, case, level, means.config)
    case.version += 1
    audit.record(tx, actor.id, "case.triage", ("case", case.id), at=at, asked=level, now=case.triage_level)
    tx.flush()
    return case


def raise_level(tx: Session, case: Case, level: str, *, config: Config, at: datetime) -> None:
    """Set a more urgent level on a locked case: a response is owed anew, by the shorter target, from the first contact.

    What waited for a second person is off: it was asked about a case that was less urgent.
    """
    _require_open(case)
    case.triage_level, case.responded_at = level, None
    by = case.respond_by = triage.respond_by(level, case.clock_from, config.targets)
    _settle(tx, case, None, at)
    if by is None or not triage.first_response_owed(by, queries.promised(tx, case.id)):
        return
    owed = duty_queries.lock_first_response(tx, case.id)
    priority = PRIORITY_OF.get(level, "normal")
    if owed is not None:
        owed.priority = priority
        bring_forward(tx, owed, by, at=at)
    else:
        key = named_id("duty", "first_response", str(case.id), case.version)
        owe(tx, Owed(id=key, kind="first_response", due_at=by, case_id=case.id, priority=priority), at=at)


def _lower(tx: Session, case: Case, level: str, config: Config) -> None:
    case.triage_level = level
    case.respond_by = triage.respond_by(level, case.clock_from, config.targets)
    tx.flush()


def _ask(tx: Session, case: Case, change: Change, actor: Actor, *, means: Means, at: datetime) -> None:
    """Let a change wait for a second person; the level, its clock and the state stand until then."""
    case.lower_to, case.lower_by = change.to, actor.id
    case.lower_reason_cipher = _sealed(tx, case, change.reason or "", means.vault)
    note(tx, case.id, ("asked", f"{change.to}: {change.reason}"), by=actor.id, vault=means.vault, at=at)
    reason: Reason = "closing" if change.to == "closed" else "lower_triage"
    escalate(tx, ("case", case.id), reason, config=means.config, at=at, case_id=case.id)


def _settle(tx: Session, case: Case, by: UUID | None, at: datetime) -> None:
    if case.lower_to is not None:
        case.lower_to = case.lower_by = case.lower_reason_cipher = None
        resolve_about(tx, ("case", case.id), by=by, at=at, reasons=WAITING)


def decide(tx: Session, case_id: UUID, actor: Actor, *, approve: bool, means: Means, at: datetime) -> Case:
    """Approve or refuse the lowering or closing that waits; refused, everything stays as it is.

    Raises Forbidden for whoever asked for it, Conflict where nothing waits, or something new keeps the case open.
    """
    case = queries.lock_case(tx, case_id)
    if case.lower_to is None:
        raise Conflict("Nothing waits on this case for a second person.", triage_level=case.triage_level)
    if case.lower_by == actor.id:
        raise Forbidden("You asked for this yourself: somebody else must decide.")
    asked, reason_cipher = case.lower_to, case.lower_reason_cipher
    _settle(tx, case, actor.id, at)
    if approve and asked == "closed":
        _close(tx, case, reason_cipher, means.vault, at)
    elif approve:
        _lower(tx, case, asked, means.config)
    case.version += 1
    told = f"{asked}: {'approved' if approve else 'refused'}"
    note(tx, case.id, ("decided", told), by=actor.id, vault=means.vault, at=at)
    audit.record(tx, actor.id, "case.decide", ("case", case.id), at=at, asked=asked, approved=approve)
    tx.flush()
    return case
