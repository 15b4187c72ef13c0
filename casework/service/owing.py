"""Writing down what somebody owes by a deadline, and that it is over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Config
from casework.messages import DutyDue, DutyOpens, DutyOwed
from casework.policy.duties import TEAM_OF, DutyKind, Priority, Result, Team
from casework.policy.states import DUTY, move
from casework.queries import duties as _duties
from casework.tables import Duty, DutyAttempt
from core import outbox
from core.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A duty to be written down; `id` is named, so that owing it twice owes it once."""

    id: UUID
    kind: DutyKind
    due_at: datetime
    opens_at: datetime | None = None
    owner_id: UUID | None = None
    team: Team | None = None
    """Whose it is, where its kind alone does not say so."""
    contact_id: UUID | None = None
    case_id: UUID | None = None
    escalation_id: UUID | None = None
    priority: Priority = "normal"
    caller_fingerprint: str | None = None
    place_at: datetime | None = None


def owe(tx: Session, owed: Owed, *, at: datetime) -> Duty:
    """Write a duty down with its timers; one that is there already stays as it is."""
    known = _duties.duty(tx, owed.id)
    if known is not None:
        return known
    opens = max(at, owed.opens_at or at)
    duty = Duty(id=owed.id, kind=owed.kind, priority=owed.priority)
    duty.team, duty.owner_id = owed.team or TEAM_OF[owed.kind], owed.owner_id
    duty.contact_id, duty.case_id, duty.escalation_id = owed.contact_id, owed.case_id, owed.escalation_id
    duty.caller_fingerprint, duty.place_at = owed.caller_fingerprint, owed.place_at
    duty.created_at, duty.opens_at, duty.due_at, duty.watch_at = at, opens, owed.due_at, owed.due_at
    duty.state = move(DUTY, "planned", "due") if opens <= at else "planned"
    tx.add(duty)
    tx.flush()
    outbox.post(tx, DutyOwed(duty.id), at=at)
    outbox.post(tx, DutyDue(duty.id, duty.watch_at), at=at, due=duty.watch_at, urgent=duty.priority == "danger")
    if opens > at:
        outbox.post(tx, DutyOpens(duty.id), at=at, due=opens)
    return duty


def bring_forward(tx: Session, duty: Duty, due: datetime, *, at: datetime) -> None:
    """Set an earlier deadline; a later one changes nothing."""
    if due >= duty.due_at:
        return
    duty.due_at = duty.watch_at = due
    outbox.post(tx, DutyDue(duty.id, due), at=at, due=due, urgent=duty.priority == "danger")


def put_off(tx: Session, duty: Duty, due: datetime, *, at: datetime) -> None:
    """Set another deadline, earlier or later; the same one changes nothing."""
    if due == duty.due_at:
        return
    duty.due_at = duty.watch_at = due
    outbox.post(tx, DutyDue(duty.id, due), at=at, due=due)


def tried(tx: Session, duty: Duty, by: UUID, result: Result, *, config: Config, at: datetime) -> None:
    """Write a try at a locked duty down; its deadline looks again after it."""
    duty.state, duty.attempts = move(DUTY, duty.state, "attempted"), duty.attempts + 1
    tx.add(DutyAttempt(id=new_id(at), duty_id=duty.id, at=at, by=by, result=result))
    duty.watch_at = max(duty.due_at, at + config.attempt_again_after)
    outbox.post(tx, DutyDue(duty.id, duty.watch_at), at=at, due=duty.watch_at)
    tx.flush()


def end(tx: Session, duty: Duty, state: str, *, by: UUID | None, at: datetime) -> None:
    """Mark a duty done, missed or cancelled; raises Conflict where it is over already."""
    duty.state = move(DUTY, duty.state, state)
    duty.ended_at, duty.ended_by = at, by
    tx.flush()
