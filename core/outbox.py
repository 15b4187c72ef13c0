"""Messages and timers as rows: saved with the change they tell of, delivered after the commit, never lost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Index,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Json, Moment, Words
from core.ids import new_id
from core.messages import Message

BELL = "outbox"
"""The PostgreSQL channel that rings when a message that is already due was committed."""

LEASE = timedelta(seconds=6)
"""How long a delivery may hold a message, or a rung bell is trusted, before another takes it up."""

_TOGETHER = "outbox.together"
OPEN = ("pending", "leased", "retry")


class OutboxMessage(Base):
    """One message: `pending -> leased -> done | retry -> ... -> dead -> retried | closed`."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_open",
            text("urgent desc"),
            "due",
            postgresql_where=text("state in ('pending', 'leased', 'retry')"),
        ),
        Index("ix_outbox_message_dead", "due", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    lane: Mapped[str] = mapped_column(String(8))
    urgent: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[str] = mapped_column(String(8), default="pending", server_default="pending")
    due: Mapped[datetime] = mapped_column(Moment)
    posted_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    quiet_until: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(Words)


def post(
    tx: Session,
    message: Message,
    *,
    at: datetime,
    due: datetime | None = None,
    id: UUID | None = None,  # noqa: A002
    urgent: bool | None = None,
) -> UUID:
    """Save a message or, with a `due` in the future, a timer; with an `id` it is saved once. Returns the id.

    `urgent` is what its kind is, unless it is said.
    """
    key, when = id or new_id(at), due or at
    row = {
        "id": key,
        "kind": message.kind(),
        "body": message.body(),
        "lane": message.lane,
        "urgent": message.urgent if urgent is None else urgent,
        "due": when,
        "posted_at": at,
    }
    together: list[dict[str, Any]] | None = tx.info.get(_TOGETHER)
    if together is None:
        _save(tx, [row])
    else:
        together.append(row)
    return key


@contextmanager
def together(tx: Session) -> Iterator[None]:
    """Save what is posted inside with one statement, at the end: nothing inside may look for it."""
    rows: list[dict[str, Any]] = []
    tx.info[_TOGETHER] = rows
    try:
        yield
    finally:
        del tx.info[_TOGETHER]
    if rows:
        _save(tx, rows)


def _save(tx: Session, rows: list[dict[str, Any]]) -> None:
    saved = insert(OutboxMessage).values(rows).on_conflict_do_nothing()
    # The bell rings with the commit, once however often it is pulled, and not for a timer.
    rung = case((OutboxMessage.due <= OutboxMessage.posted_at, func.pg_notify(BELL, "")))
    tx.execute(saved.returning(cast(rung, String)))


def cancel(tx: Session, message_id: UUID, *, at: datetime) -> None:
    """Take back a timer that has not run; one that has run stays as it is."""
    waiting = (OutboxMessage.id == message_id, OutboxMessage.state.in_(OPEN))
    tx.execute(update(OutboxMessage).where(*waiting).values(state="closed", done_at=at, error="canceled"))


class Due(NamedTuple):
    """A message whose time has come: how long since, how often it was tried, and which ringing this is."""

    id: UUID
    due: datetime
    attempts: int
    rung: int
    urgent: bool
    kind: str


BATCH = 100
"""How many due messages of either urgency are taken in one look."""


def due_now(tx: Session, *, lane: str, at: datetime, limit: int = BATCH) -> list[Due]:
    """Take the due messages that nobody is at work on, and trust whoever is told for one lease.

    The urgent come first, then the oldest.
    """
    kinds = (OutboxMessage.urgent.is_(True), OutboxMessage.urgent.is_(False))
    urgent, calm = (_due(kind, lane, at, limit) for kind in kinds)
    free = union_all(select(urgent.c.id), select(calm.c.id))
    # Whoever leased it and let the lease run out is given up: else this ringing would pass for a lease of theirs.
    given_up = case((OutboxMessage.state == "leased", "retry"), else_=OutboxMessage.state)
    taken = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(free))
        .values(quiet_until=at + LEASE, state=given_up)
        .returning(
            OutboxMessage.id, OutboxMessage.due, OutboxMessage.attempts, OutboxMessage.urgent, OutboxMessage.kind
        )
    )
    ring = int(at.timestamp() * 1000)
    found = (Due(row.id, row.due, row.attempts, ring, row.urgent, row.kind) for row in tx.execute(taken))
    return sorted(found, key=lambda due: (not due.urgent, due.due))


def _due(which: ColumnElement[bool], lane: str, at: datetime, limit: int) -> CTE:
    # The urgent and the calm are looked up each for themselves, so that neither look passes over timers of the future.
    due = select(OutboxMessage.id).where(_free(at), OutboxMessage.lane == lane, which).order_by(OutboxMessage.due)
    return due.limit(limit).with_for_update(skip_locked=True).cte()


def _free(at: datetime) -> ColumnElement[bool]:
    quiet = or_(OutboxMessage.quiet_until.is_(None), OutboxMessage.quiet_until <= at)
    return and_(OutboxMessage.state.in_(OPEN), OutboxMessage.due <= at, quiet)


def dead_letters(tx: Session, *, limit: int = 200) -> Sequence[OutboxMessage]:
    """List what could not be delivered, oldest first."""
    stuck = select(OutboxMessage).where(OutboxMessage.state == "dead").order_by(OutboxMessage.due).limit(limit)
    return tx.scalars(stuck).all()


def lock_messages(tx: Session, message_ids: Sequence[UUID]) -> Sequence[OutboxMessage]:
    """Lock messages for work, those that are there.

    They are waited for: another relay that only looks whether a message is free holds the row for a moment too, and
    whoever stepped back from that would leave the message to nobody for a whole lease.
    """
    some = select(OutboxMessage).where(OutboxMessage.id.in_(message_ids)).order_by(OutboxMessage.id).with_for_update()
    return tx.scalars(some).all()
