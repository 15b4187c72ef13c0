"""Carry one outbox message to its handler, once that counts, however often it is tried."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

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


class _Overtaken(Exception):
    """The message was taken back, or taken over, while we were at it: what we did is not to count."""


@dataclass(frozen=True, slots=True)
class _Take:
    """One attempt: which message, which try, and what the row says."""

    id: UUID
    attempt: int
    kind: str
    body: dict[str, Any]


def deliver(sessions: Sessions, handlers: Handlers, message_id: UUID, clock: Clock) -> str:
    """Deliver one message and return its state afterwards; harmless when it is done, or another is at it."""
    return deliver_all(sessions, handlers, [message_id], clock)[0]


def deliver_all(sessions: Sessions, handlers: Handlers, message_ids: Sequence[UUID], clock: Clock) -> list[str]:
    """Deliver messages one after the other, as `deliver` does.

    They are taken together, which costs one commit, and several of them use one connection.
    """
    kinds = {kind.kind(): kind for kind in handlers}
    with sessions.begin() as tx:
        takes = _take(tx, message_ids, clock())
    with _hands(sessions, len(takes)) as own:
        return [_carry(own, handlers, kinds, takes[key], clock) if key in takes else "taken" for key in message_ids]


@contextmanager
def _hands(sessions: Sessions, several: int) -> Iterator[Sessions]:
    # One message may speak to the outside, and holds no connection meanwhile.
    if several < 2:  # noqa: PLR2004 - one is not several
        yield sessions
        return
    with sessions.kw["bind"].connect() as link:
        yield sessionmaker(**{**sessions.kw, "bind": link})


def _carry(
    sessions: Sessions, handlers: Handlers, kinds: Mapping[str, type[Message]], take: _Take, clock: Clock
) -> str:
    kind = kinds.get(take.kind, Message)
    try:
        if kind is Message:
            raise LookupError(f"nobody here knows the kind {take.kind}")  # noqa: TRY301 - settled like any failure
        _run(sessions, take, kind.read(take.body), handlers[kind], clock)
    except _Overtaken:
        return "taken"
    except Exception as error:
        log.exception("delivery failed: %s %s", take.kind, take.id)
        return _settle_failure(sessions, take, kind.tries, error, clock())
    return "done"


def _take(tx: Session, message_ids: Sequence[UUID], at: datetime) -> dict[UUID, _Take]:
    takes = {}
    for row in outbox.lock_messages(tx, message_ids):
        busy = row.state == "leased" and row.quiet_until is not None and row.quiet_until > at
        if row.state in OPEN and row.due <= at and not busy:
            row.state, row.attempts, row.quiet_until = "leased", row.attempts + 1, at + outbox.LEASE
            takes[row.id] = _Take(row.id, row.attempts, row.kind, row.body)
    return takes


def _run(sessions: Sessions, take: _Take, message: Message, handler: Handler, clock: Clock) -> None:
    if not isinstance(handler, Outward):
        with sessions.begin() as tx:
            handler(tx, message, clock())
            _done(tx, take, clock())
        return
    with sessions.begin() as tx:
        request = handler.prepare(tx, message, clock())
        if request is None:
            _done(tx, take, clock())
    if request is None:
        return
    reply = _send(sessions, handler, message, request, clock)
    with sessions.begin() as tx:
        handler.record(tx, message, reply, clock())
        # The other side has heard us: that counts, even where the lease ran out meanwhile.
        _finish(tx.get_one(OutboxMessage, take.id, with_for_update=True), clock())


def _send(sessions: Sessions, handler: Outward, message: Message, request: Any, clock: Clock) -> Any:
    try:
        return handler.send(request)
    except Exception as error:
        if handler.failed is not None:
            with sessions.begin() as tx:
                handler.failed(tx, message, error, clock())
        raise


def _done(tx: Session, take: _Take, at: datetime) -> None:
    # After the handler's own locks: whoever cancels a timer takes them in this order too.
    tx.flush()
    ours = update(OutboxMessage).where(
        OutboxMessage.id == take.id, OutboxMessage.state == "leased", OutboxMessage.attempts == take.attempt
    )
    done = ours.values(state="done", done_at=at, quiet_until=None, error=None).returning(OutboxMessage.id)
    if tx.execute(done, execution_options={"synchronize_session": False}).first() is None:
        raise _Overtaken


def _finish(row: OutboxMessage, at: datetime) -> None:
    if row.state in OPEN:
        row.state, row.done_at, row.quiet_until, row.error = "done", at, None, None


def _ours(tx: Session, take: _Take) -> OutboxMessage | None:
    row = tx.get_one(OutboxMessage, take.id, with_for_update=True)
    return row if row.state == "leased" and row.attempts == take.attempt else None


def backoff(attempts: int) -> timedelta:
    """Wait 1, 2, 4 ... seconds after each failed attempt, never more than a minute."""
    return timedelta(seconds=min(60, 2 ** (attempts - 1)))


def _settle_failure(sessions: Sessions, take: _Take, tries: int, error: Exception, at: datetime) -> str:
    with sessions.begin() as tx:
        row = _ours(tx, take)
        if row is None:
            return "taken"
        # PostgreSQL keeps every character but one.
        row.error, row.quiet_until = f"{type(error).__name__}: {error}".replace("\0", "")[:2000], None
        row.state = "retry" if row.attempts < tries else "dead"
        row.due = at + backoff(row.attempts)
        return row.state
