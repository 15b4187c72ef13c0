"""Doing what is owed: taken, tried, done or called off; and what happens when it is late."""

from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from casework.config import Config
from casework.messages import CallbackSettled, DutyDue, DutyOpens, DutyOwed, DutyStillOverdue
from casework.policy.duties import ENDED_ELSEWHERE, TO_UNANSWERED, Result, teams
from casework.policy.states import CONTACT, DUTY, move
from casework.queries import contacts as contact_queries
from casework.queries import duties as queries
from casework.queries import reveals
from casework.service.calls import callback_over
from casework.service.cases import responded
from casework.service.escalations import TOPIC, escalate, resolve, resolve_about
from casework.service.owing import end, tried
from casework.tables import Contact, Duty
from core import audit, live, outbox
from core.errors import Conflict, Forbidden, Invalid
from core.security import Vault
from core.staff import Actor, Staff


def _may(duty: Duty, actor: Actor) -> None:
    if duty.team not in teams(*actor.roles) and duty.owner_id != actor.id:
        raise Forbidden(f"This duty is for the team {duty.team}.")


def require_own(duty: Duty, actor: Actor) -> None:
    """Let whose duty it is, or a supervisor; else Forbidden."""
    _may(duty, actor)
    if duty.owner_id != actor.id and not actor.may("contact.all"):
        raise Forbidden("Take this duty first: it is not yours.")


def _require_here(duty: Duty) -> None:
    if duty.kind in ENDED_ELSEWHERE:
        door = ENDED_ELSEWHERE[duty.kind]
        raise Conflict(f"이 일의 결과는 따로 적습니다. Tell what came of this at {door}.", kind=duty.kind)


def take(tx: Session, duty_id: UUID, actor: Actor, *, at: datetime) -> Duty:
    """Make a duty one's own; raises Conflict where somebody else has it. A supervisor may take it over.

    Whoever takes the call-back of a contact nobody answered owns that contact, to write down what came of it.
    """
    contact = _lock_called_back(tx, duty_id)
    duty = queries.lock_duty(tx, duty_id)
    _may(duty, actor)
    if duty.ended_at is not None:
        raise Conflict(f"This duty is {duty.state}: there is nothing to take.", state=duty.state)
    if duty.owner_id == actor.id:
        return duty
    if duty.owner_id is not None and not actor.may("contact.all"):
        raise Conflict("Somebody else has taken this duty.", owner_id=str(duty.owner_id))
    _give(tx, duty, contact, actor.id, at)
    audit.record(tx, actor.id, "duty.take", ("duty", duty.id), at=at)
    tx.flush()
    return duty


def _give(tx: Session, duty: Duty, contact: Contact | None, owner_id: UUID, at: datetime) -> None:
    duty.owner_id, duty.taken_at = owner_id, at
    if contact is not None and contact.state == "open":
        contact.owner_id, contact.state = owner_id, move(CONTACT, contact.state, "draft")
    if duty.kind == "callback":
        outbox.post(tx, CallbackSettled(duty.id), at=at)


def assign(tx: Session, duty_id: UUID, to: UUID, actor: Actor, *, redis: Redis, at: datetime) -> Duty:
    """Give a duty to somebody of its team, who is told; raises Conflict where it is over, Invalid for somebody else."""
    contact = _lock_called_back(tx, duty_id)
    duty = queries.lock_duty(tx, duty_id)
    if duty.ended_at is not None:
        raise Conflict(f"This duty is {duty.state}: there is nothing to give. 이미 끝난 일입니다.", state=duty.state)
    person = tx.get(Staff, to)
    if person is None or not person.active or duty.team not in teams(person.role):
        words = f"Name somebody who works in the team {duty.team}. 그 팀에서 일하는 분을 골라 주세요."
        raise Invalid(words, at="owner_id")
    if duty.owner_id != to:
        before = duty.owner_id
        _give(tx, duty, contact, to, at)
        audit.record(tx, actor.id, "duty.assign", ("duty", duty.id), at=at, before=str(before), after=str(to))
        tx.flush()
        _tell(tx, redis, "duty_given", duty, at)
    return duty


def _lock_called_back(tx: Session, duty_id: UUID) -> Contact | None:
    # The telephone's news lock a contact before its call-back: the other order here would make the two deadlock.
    duty = queries.duty(tx, duty_id)
    if duty is None or duty.kind not in TO_UNANSWERED or duty.contact_id is None:
        return None
    return contact_queries.lock_contact(tx, duty.contact_id)


def attempt(tx: Session, duty_id: UUID, actor: Actor, result: Result, *, config: Config, at: datetime) -> Duty:
    """Write down a try.

    The duty is looked at again in a while; after enough tries that reached nobody the supervisor decides.
    """
    duty = queries.lock_duty(tx, duty_id)
    require_own(duty, actor)
    _require_here(duty)
    tried(tx, duty, actor.id, result, config=config, at=at)
    if result == "reached":
        responded(tx, duty.case_id, at=at)
    elif duty.attempts >= config.attempt_limit:
        escalate(tx, ("duty", duty.id), "exhausted", config=config, at=at, case_id=duty.case_id)
    tx.flush()
    return duty


def _lock_to_end(tx: Session, duty_id: UUID) -> Duty:
    # Whoever acknowledges an escalation locks it before its duty: the other order here would make the two deadlock.
    duty = queries.duty(tx, duty_id)
    if duty is not None and duty.escalation_id is not None:
        queries.lock_escalation(tx, duty.escalation_id)
    return queries.lock_duty(tx, duty_id)


def done(tx: Session, duty_id: UUID, actor: Actor, *, at: datetime) -> Duty:
    """Mark a duty done; done already, it stays so. Raises Conflict for one that only its answer ends."""
    duty = _lock_to_end(tx, duty_id)
    if duty.state == "done":
        return duty
    require_own(duty, actor)
    _require_here(duty)
    _end(tx, duty, "done", actor, at)
    if duty.kind != "review":
        responded(tx, duty.case_id, at=at)
    return duty


def cancel(tx: Session, duty_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> Duty:
    """Call a duty off, with the reason kept; cancelled already, it stays so."""
    duty = _lock_to_end(tx, duty_id)
    if duty.state == "cancelled":
        return duty
    require_own(duty, actor)
    _require_here(duty)
    _end(tx, duty, "cancelled", actor, at)
    duty.ended_why_cipher = vault.seal(reason)
    tx.flush()
    return duty


def _end(tx: Session, duty: Duty, state: str, actor: Actor, at: datetime) -> None:
    if duty.kind == reveals.REVIEW and reveals.unreviewed(tx, duty.created_at):
        raise Conflict("Review the reveals first: GET /api/reveals lists them. 열람 기록을 먼저 검토해 주세요.")
    if duty.kind in TO_UNANSWERED:
        callback_over(tx, duty, state, by=actor.id, at=at)
    else:
        end(tx, duty, state, by=actor.id, at=at)
        resolve_about(tx, ("duty", duty.id), by=actor.id, at=at)
    if duty.escalation_id is not None:
        resolve(tx, queries.lock_escalation(tx, duty.escalation_id), by=actor.id, at=at)
    audit.record(tx, actor.id, f"duty.{state}", ("duty", duty.id), at=at)


def on_owed(tx: Session, message: DutyOwed, at: datetime, *, redis: Redis) -> None:
    """Tell the team's screens."""
    duty = queries.lock_duty(tx, message.duty_id)
    if duty.ended_at is None:
        _tell(tx, redis, "duty_owed", duty, at)


def on_opens(tx: Session, message: DutyOpens, at: datetime, *, redis: Redis) -> None:
    """Turn a planned duty into one that is due."""
    duty = queries.lock_duty(tx, message.duty_id)
    if duty.state == "planned":
        duty.state = move(DUTY, duty.state, "due")
        _tell(tx, redis, "duty_due", duty, at)


def on_due(tx: Session, message: DutyDue, at: datetime, *, redis: Redis, config: Config) -> None:
    """Mark a duty overdue and remind whose it is; at danger the supervisor hears at once, else after the grace."""
    duty = queries.lock_duty(tx, message.duty_id)
    if duty.ended_at is not None or duty.watch_at != message.watch or duty.state == "overdue":
        return
    duty.state, duty.overdue_at = move(DUTY, duty.state, "overdue"), duty.overdue_at or at
    _tell(tx, redis, "duty_overdue", duty, at)
    if duty.kind == "review":
        return  # An escalation climbs its own ladder.
    if duty.priority == "danger":
        escalate(tx, ("duty", duty.id), "overdue", config=config, at=at, case_id=duty.case_id)
    else:
        outbox.post(tx, DutyStillOverdue(duty.id, duty.watch_at), at=at, due=at + config.overdue_grace)


def on_still_overdue(tx: Session, message: DutyStillOverdue, at: datetime, *, redis: Redis, config: Config) -> None:
    """Bring a duty that stayed overdue after the reminder to the supervisor, and to whoever of the team is free.

    Its owner may be ill or gone home: it is nobody's again, and the first to take it has it.
    """
    duty = queries.lock_duty(tx, message.duty_id)
    if duty.state == "overdue" and duty.watch_at == message.watch:
        if duty.owner_id is not None:
            audit.record(tx, None, "duty.release", ("duty", duty.id), at=at, before=str(duty.owner_id))
            duty.owner_id = duty.taken_at = None
            _tell(tx, redis, "duty_owed", duty, at)
        escalate(tx, ("duty", duty.id), "overdue", config=config, at=at, case_id=duty.case_id)


def _tell(tx: Session, redis: Redis, kind: str, duty: Duty, at: datetime) -> None:
    body = {
        "id": str(duty.id),
        "at": at.isoformat(),
        "duty": duty.kind,
        "team": duty.team,
        "priority": duty.priority,
        "state": duty.state,
    }
    live.tell(tx, redis, TOPIC, kind, **body)
    live.tell(tx, redis, "duties", kind, **body)
    if duty.owner_id is not None:
        live.tell(tx, redis, f"seat:{duty.owner_id}", kind, **body)
