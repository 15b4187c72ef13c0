"""Keeping tallies: counting anew each interval in which something happened, and checking that the counts still hold.

An interval is counted from its events as a whole, whenever one of them is not in the tallies yet; so a contact that is
still open when its interval ends is counted again until it is over, and what comes late is counted where it belongs.
Events are found by their own mark, not by a number up to which all was read: a transaction that commits late would be
passed over by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from routing import tally_queries as queries
from routing.config import RoutingConfig
from routing.metrics import INTERVAL, Counts, Part, stays, tallies, total
from routing.tally_queries import Event, Interval

AT_ONCE = 2_000
"""So many new events are looked at in one transaction; they bring their whole intervals with them."""


@dataclass(frozen=True, slots=True)
class Recount:
    """One interval counted again: what is kept, and what the events say."""

    interval: Interval
    kept: dict[Part, Counts]
    counted: dict[Part, Counts]

    @property
    def same(self) -> bool:
        """Tell whether every number is the same."""
        return self.kept == self.counted


def within_ms(config: RoutingConfig) -> int:
    """Give the T of every service level in ms."""
    return round(config.answer_within_seconds * 1000)


def keep_tallies(tx: Session, config: RoutingConfig) -> bool:
    """Count the intervals anew that the oldest new events belong to; True where there is more to be counted.

    Every event that was counted is marked. Nothing is done where somebody else is at it.
    """
    if not queries.lock_free_tallies(tx):
        return False
    fresh = queries.untallied(tx, AT_ONCE)
    counted = {n for n, _ in fresh}
    for interval in sorted(queries.intervals_of(tx, [contact for _, contact in fresh])):
        events = queries.events_of(tx, interval)
        _, before = queries.kept_of(tx, interval)
        # What was counted once keeps its T, as everybody was told it then.
        within = before or within_ms(config)
        queries.keep(tx, interval, fold(events, interval, within), within)
        counted |= {event.n for event in events if not event.tallied}
    queries.mark_tallied(tx, counted)
    return len(fresh) == AT_ONCE


def fold(events: Sequence[Event], interval: Interval, within: int) -> dict[Part, Counts]:
    """Count the contacts that entered in an interval; one that entered earlier, by its events, is counted there."""
    start = interval[1]
    here = [stay for stay in stays(events).values() if start <= stay.entered < start + INTERVAL]
    return tallies(here, within)


def counted(
    tx: Session, queue: str, part: str, span: tuple[datetime, datetime], config: RoutingConfig
) -> list[tuple[datetime, str, Counts]]:
    """Give what is counted of a queue in a span: exact, from the kept tallies and the intervals with new events.

    Each is when the interval began, which counselor or district, and the counts.
    """
    begin, end = span
    # New events first: one that is tallied between the two looks is then in what is kept.
    new = queries.intervals_of(tx, [contact for _, contact in queries.untallied(tx)])
    fresh = {start for name, start in new if name == queue and begin <= start < end}
    found = [row for row in queries.kept(tx, queue, part, begin, end) if row[0] not in fresh]
    for start in sorted(fresh):
        _, before = queries.kept_of(tx, (queue, start))
        parts = fold(queries.events_of(tx, (queue, start)), (queue, start), before or within_ms(config))
        found += [(start, key, counts) for (of, key), counts in sorted(parts.items()) if of == part]
    return found


def counted_since(tx: Session, queue: str, since: datetime, config: RoutingConfig, *, at: datetime) -> Counts:
    """Give what is counted of a queue since a moment that begins an interval."""
    return total(counts for _, _, counts in counted(tx, queue, "queue", (since, at + INTERVAL), config))


def recount(tx: Session, interval: Interval, config: RoutingConfig, *, mend: bool = False) -> Recount | None:
    """Count one kept interval again from its tallied events, and with `mend` put that in place of what is kept.

    None where its events are not there any more: what is kept is then all that is known.
    """
    queries.lock_tallies(tx)
    events = [event for event in queries.events_of(tx, interval) if event.tallied]
    if not events:
        return None
    kept, before = queries.kept_of(tx, interval)
    within = before or within_ms(config)
    found = Recount(interval, kept, fold(events, interval, within))
    if mend and not found.same:
        queries.keep(tx, interval, found.counted, within)
    return found


def intervals(tx: Session, span: tuple[datetime | None, datetime | None]) -> list[Interval]:
    """List what can be counted again in a span."""
    return queries.every_interval(tx, *span)


def zone_of(config: RoutingConfig) -> ZoneInfo:
    """Give the zone in which days begin at midnight."""
    return ZoneInfo(config.timezone)
