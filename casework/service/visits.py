"""Visits: asked for, taken up by two people, made, and reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import outside
from casework.care_messages import PersonSeen
from casework.config import Config, Means
from casework.messages import VisitAcknowledgmentDue, VisitCheckOutDue, VisitDue, VisitRequested
from casework.packet import visit_packet
from casework.policy.states import VISIT, move
from casework.policy.triage import GUARDED
from casework.queries import field as queries
from casework.service import asked, keys
from casework.service.access import require_visit
from casework.service.cases import responded
from casework.service.escalations import escalate, resolve_about
from casework.service.steps import step
from casework.tables import Visit
from core import audit, live, outbox
from core.errors import Conflict, Forbidden, Invalid, Stale
from core.security import Vault
from core.staff import Actor, Staff

MADE = frozenset({"contact_made", "refused", "unfounded", "reported", "canceled"})
_SEEN = frozenset({"contact_made", "refused"})
_VISITORS = ("field", "social_worker", "supervisor")
_NEEDS_WORDS = {"reported": "the report", "canceled": "the reason", "refused": "what was said"}
_PAIR = 2
_SILENT = frozenset({"team_silent"})


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a visit and what it needs: a time, two people, or words."""

    state: str
    scheduled_for: datetime | None = None
    workers: Sequence[UUID] = ()
    words: str | None = None
    version: int | None = None


def acknowledge(
    tx: Session, visit_id: UUID, *, by: str, at: datetime, receipt: str | None = None, actor_id: UUID | None = None
) -> Visit:
    """Write down that a team has it; acknowledged or over already, it stays as it is."""
    visit = queries.lock_visit(tx, visit_id)
    if visit.acknowledged_at is None and visit.closed_at is None:
        asked.note_acknowledgment(tx, visit, by=by, at=at, receipt=receipt, actor_id=actor_id)
        tx.flush()
    return visit


def advance(tx: Session, visit_id: UUID, to: Move, actor: Actor, *, means: Means, at: datetime) -> Visit:
    """Move a visit; two people go, no answer twice reaches the supervisor, only a supervisor calls it off."""
    visit = queries.lock_visit(tx, visit_id)
    require_visit(tx, visit_id, actor, "visit.write")
    if to.version not in {None, visit.version}:
        words = "Somebody moved this visit since you read it. Look at `current` and try again with its version."
        raise Stale(words, version=visit.version, current={"state": visit.state})
    if visit.state == to.state:
        return visit
    state = move(VISIT, visit.state, to.state)
    _fill(tx, visit, to, actor, means.vault, at)
    visit.state, visit.version = state, visit.version + 1
    if visit.acknowledged_at is None and state != "canceled":
        asked.note_acknowledgment(tx, visit, by=actor.name, at=at, receipt=None, actor_id=actor.id)
    step(
        tx,
        ("visit", visit.id),
        state,
        by=str(actor.id),
        at=at,
        words_cipher=means.vault.seal(to.words) if to.words else None,
    )
    _consequences(tx, visit, actor, means.config, at)
    audit.record(tx, actor.id, "visit.move", ("visit", visit.id), at=at, state=state)
    tx.flush()
    return visit


def _fill(tx: Session, visit: Visit, to: Move, actor: Actor, vault: Vault, at: datetime) -> None:
    if to.state in _NEEDS_WORDS and not to.words:
        raise Invalid(f"Write down {_NEEDS_WORDS[to.state]}.", at="words")
    if to.state == "canceled" and not actor.may("contact.all"):
        raise Forbidden("Only a supervisor calls a visit off.")
    if to.state == "scheduled":
        if to.scheduled_for is None or to.scheduled_for <= at:
            raise Invalid("Say for when it is planned: a time to come.", at="scheduled_for")
        visit.scheduled_for = to.scheduled_for
    if to.state == "assigned":
        visit.workers = _pair(tx, to.workers)
    if to.state == "reported" and to.words:
        visit.report_cipher = vault.seal(to.words)


def _pair(tx: Session, workers: Sequence[UUID]) -> list[UUID]:
    fit = select(Staff.id).where(Staff.id.in_(workers), Staff.active, Staff.role.in_(_VISITORS))
    found = set(tx.scalars(fit)) if workers else set()
    if len(workers) != _PAIR or len(found) != _PAIR:
        raise Invalid("Two different people go on a visit: name two of the field team.", at="workers")
    return list(workers)


def still_here(tx: Session, visit_id: UUID, actor: Actor, *, config: Config, at: datetime) -> Visit:
    """Hear of a team that is inside and well: its time begins anew. Raises Conflict where nobody is inside."""
    visit = queries.lock_visit(tx, visit_id)
    require_visit(tx, visit_id, actor, "visit.write")
    if visit.state != "on_site":
        words = f"Nobody is inside: this visit is {visit.state}. 현장에 있는 방문이 아닙니다."
        raise Conflict(words, state=visit.state)
    _watch_over(tx, visit, actor, config, at)
    audit.record(tx, actor.id, "visit.still_here", ("visit", visit.id), at=at)
    tx.flush()
    return visit


def _watch_over(tx: Session, visit: Visit, actor: Actor, config: Config, at: datetime) -> None:
    visit.check_out_by = at + config.check_out_within
    outbox.post(tx, VisitCheckOutDue(visit.id, visit.check_out_by), at=at, due=visit.check_out_by)
    resolve_about(tx, ("visit", visit.id), by=actor.id, at=at, reasons=_SILENT)


def on_check_out_due(tx: Session, message: VisitCheckOutDue, at: datetime, *, config: Config) -> None:
    """Nothing was heard of a team that is inside: somebody must ask after them."""
    visit = queries.lock_visit(tx, message.visit_id)
    if visit.check_out_by == message.by:
        escalate(tx, ("visit", visit.id), "team_silent", config=config, at=at, case_id=visit.case_id)


def _consequences(tx: Session, visit: Visit, actor: Actor, config: Config, at: datetime) -> None:
    if visit.state == "on_site":
        _watch_over(tx, visit, actor, config, at)
    elif visit.check_out_by is not None:
        visit.check_out_by = None
        resolve_about(tx, ("visit", visit.id), by=actor.id, at=at, reasons=_SILENT)
    if visit.state == "no_answer":
        visit.no_answers += 1
        if visit.no_answers >= _PAIR:
            escalate(tx, ("visit", visit.id), "no_answer_twice", config=config, at=at, case_id=visit.case_id)
    if visit.state == "contact_made":
        responded(tx, visit.case_id, at=at)
    if visit.state in _SEEN:
        outbox.post(tx, PersonSeen("visit", visit.id), at=at)
    if visit.state in MADE:
        resolve_about(tx, ("visit", visit.id), by=actor.id, at=at, reasons=frozenset({"visit_late"}))
    if visit.state in VISIT.closed:
        visit.closed_at = at
        resolve_about(tx, ("visit", visit.id), by=actor.id, at=at, reasons=asked.WAITED_FOR)


def prepare(
    tx: Session, message: VisitRequested, at: datetime, *, vault: Vault, config: Config, redis: Redis
) -> outside.Request | None:
    """Before the outside call: tell the board, write the attempt, give the request; None once nothing is to be sent."""
    visit = queries.lock_visit(tx, message.visit_id)
    if visit.acknowledged_at or visit.closed_at or visit.page != message.page:
        return None
    live.tell(tx, redis, f"visits:{visit.district}", "visit", id=str(visit.id), page=visit.page)
    packet = visit_packet(visit, vault=keys.bound(tx, vault), config=config)
    return asked.request(tx, visit, packet, config=config, at=at)


def record(tx: Session, message: VisitRequested, reply: outside.Reply, at: datetime) -> None:
    """After the outside call: delivered, and perhaps acknowledged at once."""
    visit = queries.lock_visit(tx, message.visit_id)
    asked.delivered(tx, visit, reply, at=at)
    if reply.acknowledged:
        acknowledge(tx, visit.id, by=reply.by, at=at, receipt=reply.receipt)


def failed(tx: Session, message: VisitRequested, error: Exception, at: datetime) -> None:
    """After an outside call that failed."""
    asked.undelivered(tx, ("visit", message.visit_id), error, at=at)


def on_acknowledgment_due(tx: Session, message: VisitAcknowledgmentDue, at: datetime, *, config: Config) -> None:
    """No team took it up in time: the supervisor, and the request once more."""
    visit = queries.lock_visit(tx, message.visit_id)
    if not asked.page_again(tx, visit, message.page, config=config, at=at):
        return
    quick = visit.triage_level in GUARDED
    within = config.urgent_visit_acknowledged_within if quick else config.visit_acknowledged_within
    visit.acknowledge_by = at + within
    outbox.post(tx, VisitRequested(visit.id, visit.page), at=at)
    outbox.post(tx, VisitAcknowledgmentDue(visit.id, visit.page), at=at, due=visit.acknowledge_by)


def on_due(tx: Session, message: VisitDue, at: datetime, *, config: Config) -> None:
    """The visit was not made in time: the supervisor."""
    visit = queries.lock_visit(tx, message.visit_id)
    if visit.state not in MADE:
        escalate(tx, ("visit", visit.id), "visit_late", config=config, at=at, case_id=visit.case_id)
