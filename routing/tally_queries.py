"""Every SELECT of the tallies: which events are not in them yet, what happened in an interval, what is kept."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Uuid, any_, delete, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from routing.metrics import INTERVAL, Counts, Part
from routing.metrics.intervals import interval_of
from routing.tables import LIVE, QueueEntry, RoutingEvent
from routing.tally import Tally

Interval = tuple[str, datetime]
"""A queue, and when the quarter of an hour began."""
LOCK = 120_000_121


class Event(NamedTuple):
    """What the folds read of an event."""

    n: int
    at: datetime
    kind: str
    contact_id: UUID | None
    offer_id: UUID | None
    counselor_id: UUID | None
    detail: dict[str, Any]
    tallied: bool


_COLUMNS = [getattr(RoutingEvent, name) for name in Event._fields]


def lock_tallies(tx: Session) -> None:
    """Wait until nobody else writes tallies, and keep others from it until the commit."""
    tx.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def lock_free_tallies(tx: Session) -> bool:
    """Keep others from writing tallies until the commit; False where somebody is at it."""
    return bool(tx.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}))


def untallied(tx: Session, limit: int | None = None) -> list[tuple[int, UUID | None]]:
    """Give the number and the contact of the oldest events about contacts that no tally has in it yet."""
    fresh = (~RoutingEvent.tallied, RoutingEvent.contact_id.is_not(None))
    asked = select(RoutingEvent.n, RoutingEvent.contact_id).where(*fresh).order_by(RoutingEvent.n).limit(limit)
    return [(n, contact_id) for n, contact_id in tx.execute(asked)]


def intervals_of(tx: Session, contacts: Iterable[UUID | None]) -> set[Interval]:
    """Name the intervals in which contacts entered."""
    known = [contact for contact in set(contacts) if contact]
    if not known:
        return set()
    entered = select(RoutingEvent.queue, RoutingEvent.at).where(
        RoutingEvent.contact_id == any_(literal(known, ARRAY(Uuid))), RoutingEvent.kind == "entered"
    )
    return {(queue, interval_of(at)) for queue, at in tx.execute(entered) if queue}


def events_of(tx: Session, interval: Interval) -> list[Event]:
    """Give what happened to the contacts that entered a queue in one interval, in order, until now."""
    queue, start = interval
    entered = select(RoutingEvent.contact_id).where(
        RoutingEvent.queue == queue, RoutingEvent.at >= start, RoutingEvent.at < start + INTERVAL,
        RoutingEvent.kind == "entered",
    )  # fmt: skip
    # By their number and not by a join: how few there are at the newest end of a large table is more than the planner
    # can guess, and where it guesses too many it reads the whole table.
    happened = select(*_COLUMNS).where(
        RoutingEvent.contact_id == any_(literal(list(tx.scalars(entered)), ARRAY(Uuid))), RoutingEvent.queue == queue
    )
    return [Event(*row) for row in tx.execute(happened.order_by(RoutingEvent.n))]


def seat_events(tx: Session, begin: datetime, end: datetime) -> list[Event]:
    """Give what happened at the seats in a span, in order."""
    happened = select(*_COLUMNS).where(
        RoutingEvent.counselor_id.is_not(None), RoutingEvent.at >= begin, RoutingEvent.at < end
    )
    return [Event(*row) for row in tx.execute(happened.order_by(RoutingEvent.n))]


def kept(tx: Session, queue: str, part: str, begin: datetime, end: datetime) -> list[tuple[datetime, str, Counts]]:
    """Give when, of which counselor or district, and what is kept of a queue in a span."""
    of = (Tally.queue == queue, Tally.part == part, Tally.start >= begin, Tally.start < end)
    asked = select(Tally.start, Tally.key, Tally.counts).where(*of).order_by(Tally.start, Tally.key)
    return [(start, key, counts) for start, key, counts in tx.execute(asked)]


def kept_of(tx: Session, interval: Interval) -> tuple[dict[Part, Counts], int | None]:
    """Give what is kept of one interval, and the T (ms) it was counted with; None where nothing is kept."""
    of = (Tally.queue == interval[0], Tally.start == interval[1])
    rows = tx.execute(select(Tally.part, Tally.key, Tally.counts, Tally.within_ms).where(*of)).all()
    return {(part, key): counts for part, key, counts, _ in rows}, rows[0][3] if rows else None


def keep(tx: Session, interval: Interval, parts: dict[Part, Counts], within_ms: int) -> None:
    """Put what is kept of one interval in place of what was."""
    queue, start = interval
    tx.execute(delete(Tally).where(Tally.queue == queue, Tally.start == start))
    rows = [
        {"queue": queue, "start": start, "part": part, "key": key, "within_ms": within_ms, "counts": counts}
        for (part, key), counts in parts.items()
    ]
    if rows:
        tx.execute(insert(Tally), rows)


def mark_tallied(tx: Session, numbers: Collection[int]) -> None:
    """Write down that the tallies have these events in them."""
    # One array, for thousands of values each by itself would take longer to write than to look up.
    known = RoutingEvent.n == any_(literal(sorted(numbers), ARRAY(BigInteger)))
    tx.execute(update(RoutingEvent).where(known).values(tallied=True).execution_options(synchronize_session=False))


def every_interval(tx: Session, begin: datetime | None, end: datetime | None) -> list[Interval]:
    """List the intervals of which something is kept, or in which somebody entered."""
    entered = [RoutingEvent.kind == "entered", RoutingEvent.queue.is_not(None), RoutingEvent.tallied]
    start = func.date_bin(text("interval '15 minutes'"), RoutingEvent.at, text("timestamptz 'epoch'"))
    happened = select(RoutingEvent.queue, start).where(*entered, *_between(RoutingEvent.at, begin, end)).distinct()
    counted = select(Tally.queue, Tally.start).where(*_between(Tally.start, begin, end)).distinct()
    found = {(str(queue), at) for asked in (happened, counted) for queue, at in tx.execute(asked)}
    return sorted(found, key=lambda interval: (interval[1], interval[0]))


def _between(column: Any, begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    after = [] if begin is None else [column >= begin]
    return after if end is None else [*after, column < end]


def queues(tx: Session, since: datetime) -> list[str]:
    """List the queues that somebody is in, or entered since then, without looking at whoever has left."""
    live = select(QueueEntry.queue).where(QueueEntry.state.in_(LIVE)).distinct()
    counted = select(Tally.queue).where(Tally.start >= since, Tally.part == "queue").distinct()
    found = set(tx.scalars(live)) | set(tx.scalars(counted))
    found |= {queue for queue, start in intervals_of(tx, [contact for _, contact in untallied(tx)]) if start >= since}
    return sorted(found)
