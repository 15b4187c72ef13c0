"""Emergency dispatches: sent, acknowledged, followed to the person, and never silently dropped."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from casework import outside
from casework.care_messages import PersonSeen
from casework.config import Config, Means
from casework.messages import DispatchAcknowledgmentDue, DispatchArrivalDue, DispatchRequested, DispatchToRead
from casework.packet import dispatch_packet
from casework.policy.states import DISPATCH, move
from casework.queries import field as queries
from casework.service import asked, keys
from casework.service.cases import responded
from casework.service.escalations import Reason, escalate, resolve_about
from casework.service.steps import step
from casework.tables import Dispatch
from core import audit, live, outbox
from core.errors import Invalid
from core.ids import named_id
from core.security import Vault
from core.staff import Actor

REPORTED = ("acknowledged", "en_route", "on_scene", "contact_made", "no_contact", "failed", "resolved")
"""What a dispatcher may report; only a supervisor's close cancels."""
_ARRIVED = frozenset({"on_scene", "contact_made"})
TOPIC = "dispatches"


def acknowledge(
    tx: Session, dispatch_id: UUID, *, by: str, at: datetime, receipt: str | None = None, actor_id: UUID | None = None
) -> Dispatch:
    """Write down that the agency has it; acknowledged or over already, it stays as it is."""
    dispatch = queries.lock_dispatch(tx, dispatch_id)
    if dispatch.acknowledged_at is None and dispatch.state not in DISPATCH.closed:
        if dispatch.state in {"requested", "escalated"}:
            dispatch.state = move(DISPATCH, dispatch.state, "acknowledged")
        asked.note_acknowledgment(tx, dispatch, by=by, at=at, receipt=receipt, actor_id=actor_id)
        tx.flush()
    return dispatch


@dataclass(frozen=True, slots=True)
class Report:
    """What the agency said of its way."""

    state: str
    words: str | None = None


def report(tx: Session, dispatch_id: UUID, news: Report, actor: Actor, *, means: Means, at: datetime) -> Dispatch:
    """Write down a step of the way; contact made ends the duty, no contact and failure reach the supervisor."""
    dispatch = queries.lock_dispatch(tx, dispatch_id)
    state = news.state
    if state not in REPORTED:
        raise Invalid(f"Report one of: {', '.join(REPORTED)}.", at="state")
    if dispatch.state == state:
        return dispatch
    if state == "acknowledged" and dispatch.acknowledged_at is None:
        move(DISPATCH, dispatch.state, state)
        return acknowledge(tx, dispatch_id, by=actor.name, at=at, actor_id=actor.id)
    dispatch.state = move(DISPATCH, dispatch.state, state)
    if dispatch.acknowledged_at is None and state != "failed":
        asked.note_acknowledgment(tx, dispatch, by=actor.name, at=at, receipt=None, actor_id=actor.id)
    dispatch.version += 1
    step(
        tx,
        ("dispatch", dispatch.id),
        state,
        by=str(actor.id),
        at=at,
        words_cipher=means.vault.seal(news.words) if news.words else None,
    )
    _consequences(tx, dispatch, actor, means.config, at)
    audit.record(tx, actor.id, "dispatch.report", ("dispatch", dispatch.id), at=at, state=state)
    tx.flush()
    return dispatch


def _consequences(tx: Session, dispatch: Dispatch, actor: Actor, config: Config, at: datetime) -> None:
    if dispatch.state == "contact_made":
        dispatch.closed_at = at
        responded(tx, dispatch.case_id, at=at)
        outbox.post(tx, PersonSeen("dispatch", dispatch.id), at=at)
        resolve_about(tx, ("dispatch", dispatch.id), by=actor.id, at=at)
    elif dispatch.state == "on_scene":
        resolve_about(tx, ("dispatch", dispatch.id), by=actor.id, at=at, reasons=frozenset({"no_arrival"}))
    elif dispatch.state in {"no_contact", "failed"}:
        reason: Reason = "no_contact" if dispatch.state == "no_contact" else "failed"
        escalate(tx, ("dispatch", dispatch.id), reason, config=config, at=at, case_id=dispatch.case_id)
        dispatch.state = move(DISPATCH, dispatch.state, "escalated")
        step(tx, ("dispatch", dispatch.id), "escalated", by="system", at=at)


def close(tx: Session, dispatch_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> Dispatch:
    """End a dispatch by a supervisor's reasoned decision: resolved after contact was made, canceled before."""
    dispatch = queries.lock_dispatch(tx, dispatch_id)
    if dispatch.closed_by is not None:
        return dispatch
    dispatch.state = move(DISPATCH, dispatch.state, "resolved" if dispatch.state == "contact_made" else "canceled")
    dispatch.closed_at, dispatch.closed_by = dispatch.closed_at or at, actor.id
    dispatch.closing_reason_cipher = vault.seal(reason)
    dispatch.version += 1
    step(
        tx,
        ("dispatch", dispatch.id),
        dispatch.state,
        by=str(actor.id),
        at=at,
        words_cipher=dispatch.closing_reason_cipher,
    )
    resolve_about(tx, ("dispatch", dispatch.id), by=actor.id, at=at)
    audit.record(tx, actor.id, "dispatch.close", ("dispatch", dispatch.id), at=at, state=dispatch.state)
    tx.flush()
    return dispatch


def prepare(
    tx: Session, message: DispatchRequested, at: datetime, *, vault: Vault, config: Config, redis: Redis
) -> outside.Request | None:
    """Before the outside call: tell the board, write the attempt, give the request; None once nothing is to be sent.

    A page that goes out over the telephone is handed to whoever holds one.
    """
    dispatch = queries.lock_dispatch(tx, message.dispatch_id)
    if not asked.is_wanted(dispatch, message.page):
        return None
    way = asked.way_of(dispatch, config)
    if way in {"agency", "officer"}:
        key = named_id("dispatch to read", str(dispatch.id), dispatch.page)
        outbox.post(tx, DispatchToRead(dispatch.id, dispatch.page, way), at=at, id=key)
    live.tell(tx, redis, TOPIC, "dispatch", id=str(dispatch.id), agency=dispatch.kind, page=dispatch.page)
    packet = dispatch_packet(dispatch, vault=keys.bound(tx, vault), config=config)
    return asked.request(tx, dispatch, packet, config=config, at=at)


def record(tx: Session, message: DispatchRequested, reply: outside.Reply, at: datetime) -> None:
    """After the outside call: delivered, and perhaps acknowledged at once."""
    dispatch = queries.lock_dispatch(tx, message.dispatch_id)
    asked.delivered(tx, dispatch, reply, at=at)
    if reply.acknowledged:
        acknowledge(tx, dispatch.id, by=reply.by, at=at, receipt=reply.receipt)


def failed(tx: Session, message: DispatchRequested, error: Exception, at: datetime) -> None:
    """After an outside call that failed."""
    asked.undelivered(tx, ("dispatch", message.dispatch_id), error, at=at)


def on_acknowledgment_due(tx: Session, message: DispatchAcknowledgmentDue, at: datetime, *, config: Config) -> None:
    """Nobody acknowledged in time: the supervisor, and the request once more."""
    dispatch = queries.lock_dispatch(tx, message.dispatch_id)
    if not asked.page_again(tx, dispatch, message.page, config=config, at=at):
        return
    dispatch.acknowledge_by = at + config.dispatch_acknowledged_within
    outbox.post(tx, DispatchRequested(dispatch.id, dispatch.page), at=at)
    due = dispatch.acknowledge_by
    outbox.post(tx, DispatchAcknowledgmentDue(dispatch.id, dispatch.page), at=at, due=due)


def on_arrival_due(tx: Session, message: DispatchArrivalDue, at: datetime, *, config: Config) -> None:
    """No news of arrival: the supervisor asks the agency."""
    dispatch = queries.lock_dispatch(tx, message.dispatch_id)
    if dispatch.closed_at is None and dispatch.state not in _ARRIVED:
        escalate(tx, ("dispatch", dispatch.id), "no_arrival", config=config, at=at, case_id=dispatch.case_id)
