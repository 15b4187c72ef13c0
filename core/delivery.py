"""Carry one outbox message to its handler, once that counts, however often it is tried."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import outbox
from core.db import Sessions
from core.messages import Message
from core.outbox import OPEN, OutboxMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outward:
    """A delivery that speaks to the outside: what is asked is committed first, and no transaction is open meanwhile.

    `prepare` writes the attempt and gives the request (None: nothing to do any more); `send` makes the outside call and
    may raise; `record` writes what came of it.
    """

    prepare: Callable[[Session, Any, datetime], Any]
    send: Callable[[Any], Any]
    record: Callable[[Session, Any, Any, datetime], None]
    failed: Callable[[Session, Any, Exception, datetime], None] | None = None
    """Told of a `send` that raised, in its own transaction; the message is tried again all the same."""


Handler = Callable[[Session, Any, datetime], None] | Outward
Handlers = Mapping[type[Message], Handler]
Clock = Callable[[], datetime]


def deliver(sessions: Sessions, handlers: Handlers, message_id: UUID, clock: Clock) -> str:
    """Deliver one message and return its state afterwards; harmless when it is done, or another is at it."""
    kinds = {kind.kind(): kind for kind in handlers}
    with sessions.begin() as tx:
        row = _take(tx, message_id, clock())
        if row is None:
            return "taken"
        kind = kinds[row.kind]
        message, handler = kind.read(row.body), handlers[kind]
    try:
        _run(sessions, message_id, message, handler, clock)
    except Exception as error:
        log.exception("delivery failed: %s %s", row.kind, message_id)
        return _settle_failure(sessions, message_id, message, error, clock())
    return "done"


def _take(tx: Session, message_id: UUID, at: datetime) -> OutboxMessage | None:
    row = outbox.lock_message(tx, message_id)
    busy = row is not None and row.state == "leased" and row.quiet_until is not None and row.quiet_until > at
    if row is None or row.state not in OPEN or row.due > at or busy:
        return None
    row.state, row.attempts, row.quiet_until = "leased", row.attempts + 1, at + outbox.LEASE
    return row


def _run(sessions: Sessions, message_id: UUID, message: Message, handler: Handler, clock: Clock) -> None:
    if not isinstance(handler, Outward):
        with sessions.begin() as tx:
            handler(tx, message, clock())
            _done(tx, message_id, clock())
        return
    with sessions.begin() as tx:
        request = handler.prepare(tx, message, clock())
        if request is None:
            _done(tx, message_id, clock())
    if request is None:
        return
    reply = _send(sessions, handler, message, request, clock)
    with sessions.begin() as tx:
        handler.record(tx, message, reply, clock())
        _done(tx, message_id, clock())


def _send(sessions: Sessions, handler: Outward, message: Message, request: Any, clock: Clock) -> Any:
    try:
        return handler.send(request)
    except Exception as error:
        if handler.failed is not None:
            with sessions.begin() as tx:
                handler.failed(tx, message, error, clock())
        raise


def _done(tx: Session, message_id: UUID, at: datetime) -> None:
    row = tx.get_one(OutboxMessage, message_id, with_for_update=True)
    row.state, row.done_at, row.quiet_until, row.error = "done", at, None, None


def backoff(attempts: int) -> timedelta:
    """Wait 1, 2, 4 ... seconds after each failed attempt, never more than a minute."""
    return timedelta(seconds=min(60, 2 ** (attempts - 1)))


def _settle_failure(sessions: Sessions, message_id: UUID, message: Message, error: Exception, at: datetime) -> str:
    with sessions.begin() as tx:
        row = tx.get_one(OutboxMessage, message_id, with_for_update=True)
        row.error, row.quiet_until = f"{type(error).__name__}: {error}"[:2000], None
        row.state = "retry" if row.attempts < message.tries else "dead"
        row.due = at + backoff(row.attempts)
        return row.state
