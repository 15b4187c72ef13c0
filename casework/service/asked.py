"""What visits and dispatches share: handed to the outside, acknowledged, paged again."""

from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from casework import outside, signing
from casework.config import OFFICER, Config, Endpoint
from casework.policy.ladder import Way, way
from casework.queries import field as queries
from casework.service.escalations import escalate, resolve_about
from casework.service.steps import step
from casework.tables import Dispatch, DispatchAttempt, Visit
from core.ids import new_id

Kind = Literal["visit", "dispatch"]
WAITED_FOR = frozenset({"no_endpoint", "not_acknowledged"})


def kind_of(asked: Visit | Dispatch) -> Kind:
    """Tell a visit from a dispatch."""
    return "visit" if isinstance(asked, Visit) else "dispatch"


def endpoint_of(asked: Visit | Dispatch, config: Config) -> Endpoint | None:
    """Give where this kind of request is delivered, None where it waits on the board."""
    return config.endpoints.get("visit" if isinstance(asked, Visit) else asked.kind)


def way_of(asked: Visit | Dispatch, config: Config) -> Way | None:
    """Give by which way its present page goes out; None where it waits on the board."""
    endpoint = endpoint_of(asked, config) is not None
    if isinstance(asked, Visit):
        return "endpoint" if endpoint else None
    agency, officer = asked.kind in config.telephones, OFFICER in config.telephones
    return way(asked.page, endpoint=endpoint, agency=agency, officer=officer)


def request(
    tx: Session, asked: Visit | Dispatch, body: bytes, *, config: Config, at: datetime
) -> outside.Request | None:
    """Write down an attempt and give what it sends.

    Without an endpoint there is none. A dispatch that is read out over the telephone needs none; else the request waits
    on the board, and the supervisor hears of it.
    """
    endpoint = endpoint_of(asked, config)
    if endpoint is None and way_of(asked, config) is not None:
        asked.via = "phone"
        return None
    if endpoint is None:
        asked.via = "board"
        escalate(tx, (kind_of(asked), asked.id), "no_endpoint", config=config, at=at, case_id=asked.case_id)
        return None
    asked.via = "endpoint"
    host = (urlsplit(endpoint.url).hostname or "")[:255]
    attempt = DispatchAttempt(
        id=new_id(at), of_kind=kind_of(asked), of_id=asked.id, page=asked.page, at=at, host=host, state="sent"
    )
    tx.add(attempt)
    tx.flush()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "goodbye120",
        "Idempotency-Key": str(asked.id),
        "Goodbye120-Page": str(asked.page),
        signing.HEADER: signing.sign(endpoint.secret, at, body),
    }
    return outside.Request(attempt.id, endpoint, headers, body, config.outside_timeout)


def delivered(tx: Session, asked: Visit | Dispatch, reply: outside.Reply, *, at: datetime) -> None:
    """Write down that the other side has it."""
    attempt = tx.get_one(DispatchAttempt, reply.attempt_id)
    attempt.state = "acknowledged" if reply.acknowledged else "delivered"
    attempt.status, attempt.answered_at = reply.status, at
    asked.delivered_at = asked.delivered_at or at
    tx.flush()


def undelivered(tx: Session, of: tuple[Kind, UUID], error: Exception, *, at: datetime) -> None:
    """Write down that the latest attempt failed; the outbox tries again."""
    attempt = queries.latest_attempt(tx, of)
    if attempt is not None and attempt.state == "sent":
        attempt.state, attempt.answered_at, attempt.error = "failed", at, str(error)[:500]
        attempt.status = cast("int | None", getattr(error, "status", None))


def note_acknowledgment(
    tx: Session, asked: Visit | Dispatch, *, by: str, at: datetime, receipt: str | None, actor_id: UUID | None
) -> None:
    """Write down who took up a locked visit or dispatch; nobody waits for that any longer."""
    asked.acknowledged_at, asked.acknowledged_by, asked.receipt = at, by[:80], receipt
    asked.version += 1
    step(tx, (kind_of(asked), asked.id), "acknowledged", by=by[:80], at=at)
    resolve_about(tx, (kind_of(asked), asked.id), by=actor_id, at=at, reasons=WAITED_FOR)


def is_wanted(asked: Visit | Dispatch, page: int) -> bool:
    """Tell whether somebody still has to acknowledge it by this page."""
    return asked.acknowledged_at is None and asked.closed_at is None and asked.page == page


def page_again(tx: Session, asked: Visit | Dispatch, page: int, *, config: Config, at: datetime) -> bool:
    """Escalate a locked request nobody acknowledged; True where it shall be sent once more."""
    if not is_wanted(asked, page):
        return False
    escalate(tx, (kind_of(asked), asked.id), "not_acknowledged", config=config, at=at, case_id=asked.case_id)
    if asked.page >= config.pages:
        return False
    asked.page += 1
    return True
