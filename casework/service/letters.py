"""Messages that could not be delivered: read, tried again, or closed with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import audit
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.outbox import BELL, OutboxMessage


def _lock(tx: Session, message_id: UUID) -> OutboxMessage:
    letter = tx.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise NotFound("There is no such message.")
    if letter.state != "dead":
        raise Conflict(f"This message is {letter.state}: only a dead letter is retried or closed.", state=letter.state)
    return letter


def retry(tx: Session, message_id: UUID, actor_id: UUID, *, at: datetime) -> OutboxMessage:
    """Send a dead letter once more as a new message, which is returned; raises Conflict where it is not dead."""
    letter = _lock(tx, message_id)
    letter.state, letter.done_at = "retried", at
    again = OutboxMessage(
        id=new_id(at), kind=letter.kind, body=letter.body, lane=letter.lane, state="pending", due=at, posted_at=at,
        attempts=0,
    )  # fmt: skip
    tx.add(again)
    audit.record(tx, actor_id, "dead_letter.retry", ("message", letter.id), at=at, again=str(again.id))
    tx.flush()
    tx.execute(text(f"NOTIFY {BELL}"))
    return again


def close(tx: Session, message_id: UUID, actor_id: UUID, reason: str, *, at: datetime) -> OutboxMessage:
    """Give a dead letter up, with the reason in the audit; raises Conflict where it is not dead."""
    letter = _lock(tx, message_id)
    letter.state, letter.done_at = "closed", at
    audit.record(tx, actor_id, "dead_letter.close", ("message", letter.id), at=at, reason=reason)
    tx.flush()
    return letter
