"""What must reach the supervisor: raised once, told again rung by rung until somebody has it."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from casework.config import Config
from casework.messages import EscalationAcknowledged, EscalationDue, EscalationRaised
from casework.policy.states import ESCALATION, move
from casework.queries import contacts as contact_queries
from casework.queries import duties as queries
from casework.service.owing import Owed, end, owe
from casework.tables import Escalation
from core import audit, live, outbox
from core.ids import named_id, new_id

About = tuple[Literal["contact", "duty", "visit", "dispatch", "case", "queue"], UUID]
Reason = Literal[
    "danger", "danger_lost", "danger_lowered", "no_owner", "overdue", "exhausted", "no_endpoint", "not_acknowledged",
    "no_arrival", "no_contact", "failed", "visit_late", "no_answer_twice", "team_silent", "lower_triage",
    "nobody_on_shift", "not_responding", "no_outcome", "seat_lost", "abuse", "summon", "closing", "self_harm",
]  # fmt: skip
TOPIC = "supervisor"
ON_THE_LINE: frozenset[Reason] = frozenset({"danger"})
"""Told, but no duty of its own: the caller is still waiting in the queue."""


def escalate(
    tx: Session, about: About, reason: Reason, *, config: Config, at: datetime, case_id: UUID | None = None
) -> Escalation:
    """Raise something to the supervisor, as news and as a duty; raised already and unresolved, it stays one."""
    for known in queries.lock_escalations_about(tx, *about):
        if known.reason == reason:
            return known
    kind, key = about
    made = Escalation(id=new_id(at), about_kind=kind, about_id=key, reason=reason, case_id=case_id, raised_at=at)
    made.state, made.rung, made.acknowledge_by = ESCALATION.start, 1, at + _within(reason, config)
    tx.add(made)
    tx.flush()
    if reason not in ON_THE_LINE:
        owed = Owed(
            id=named_id("duty", "review", str(made.id)), kind="review", priority="high", due_at=made.acknowledge_by,
            escalation_id=made.id, case_id=case_id, contact_id=key if kind == "contact" else None,
        )  # fmt: skip
        owe(tx, owed, at=at)
    _tell(tx, made, at)
    return made


def _within(reason: str, config: Config) -> timedelta:
    return config.summon_within if reason == "summon" else config.rung_within


def _tell(tx: Session, escalation: Escalation, at: datetime) -> None:
    outbox.post(tx, EscalationRaised(escalation.id, escalation.rung), at=at)
    outbox.post(tx, EscalationDue(escalation.id, escalation.rung), at=at, due=escalation.acknowledge_by)


def acknowledge(tx: Session, escalation_id: UUID, actor_id: UUID, *, at: datetime) -> Escalation:
    """Take an escalation up; one that somebody has already is given as it is."""
    escalation = queries.lock_escalation(tx, escalation_id)
    if escalation.acknowledged_at is not None or escalation.state == "resolved":
        return escalation
    escalation.state = move(ESCALATION, escalation.state, "acknowledged")
    escalation.acknowledged_at, escalation.acknowledged_by = at, actor_id
    for duty in queries.lock_duties_of_escalation(tx, escalation.id):
        duty.owner_id, duty.taken_at = actor_id, at
    audit.record(tx, actor_id, "escalation.acknowledge", ("escalation", escalation.id), at=at)
    if escalation.reason == "summon":
        outbox.post(tx, EscalationAcknowledged(escalation.id), at=at)
    tx.flush()
    return escalation


def settle(tx: Session, escalation_id: UUID, actor_id: UUID, *, at: datetime) -> Escalation:
    """Resolve an escalation by hand; whoever settles it has taken it up too."""
    escalation = acknowledge(tx, escalation_id, actor_id, at=at)
    if escalation.state != "resolved":
        resolve(tx, escalation, by=actor_id, at=at)
        audit.record(tx, actor_id, "escalation.resolve", ("escalation", escalation.id), at=at)
    return escalation


def resolve(tx: Session, escalation: Escalation, *, by: UUID | None, at: datetime) -> None:
    """End a locked escalation and the duty it made; one that is resolved stays so."""
    if escalation.state == "resolved":
        return
    escalation.state = move(ESCALATION, escalation.state, "resolved")
    escalation.resolved_at = at
    for duty in queries.lock_duties_of_escalation(tx, escalation.id):
        end(tx, duty, "done", by=by, at=at)
    tx.flush()


def resolve_about(
    tx: Session, about: About, *, by: UUID | None, at: datetime, reasons: frozenset[str] | None = None
) -> None:
    """Resolve what was escalated about something, for these reasons or for any."""
    for escalation in queries.lock_escalations_about(tx, *about):
        if reasons is None or escalation.reason in reasons:
            resolve(tx, escalation, by=by, at=at)


def on_raised(tx: Session, message: EscalationRaised, at: datetime, *, redis: Redis) -> None:
    """Tell the supervisors' screens."""
    escalation = queries.lock_escalation(tx, message.escalation_id)
    if escalation.state not in {"raised", "notified"}:
        return
    escalation.state, escalation.notified_at = move(ESCALATION, escalation.state, "notified"), at
    body = {"about": escalation.about_kind, "about_id": str(escalation.about_id), "reason": escalation.reason}
    live.tell(tx, redis, TOPIC, "escalation", id=str(escalation.id), rung=escalation.rung, **body)


def on_acknowledged(tx: Session, message: EscalationAcknowledged, at: datetime, *, redis: Redis) -> None:  # noqa: ARG001
    """Tell the counselor who called for help that somebody comes."""
    escalation = queries.lock_escalation(tx, message.escalation_id)
    contact = contact_queries.contact(tx, escalation.about_id)
    if contact.owner_id is not None:
        body = {"contact_id": contact.id, "acknowledged_at": escalation.acknowledged_at}
        live.tell(tx, redis, f"seat:{contact.owner_id}", "summon_acknowledged", id=str(escalation.id), **body)


def on_due(tx: Session, message: EscalationDue, at: datetime, *, config: Config) -> None:
    """Tell them again when nobody has taken it up; after the last rung it stays on the list and the review overdue."""
    escalation = queries.lock_escalation(tx, message.escalation_id)
    waiting = escalation.state in {"raised", "notified"} and escalation.rung == message.rung
    if not waiting or escalation.rung >= config.rungs:
        return
    escalation.rung += 1
    escalation.acknowledge_by = at + _within(escalation.reason, config)
    _tell(tx, escalation, at)
