"""Who is asked last for their own good: whoever was busy too much of the last hour, or has gone without a break."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from routing.config import RoutingConfig

Span = tuple[datetime, datetime]
BREAK = timedelta(days=1)
"""Longer than any shift: whose break is due is asked after everybody whose is not."""
OFF = frozenset({"break", "offline"})
"""Activities that are a break, if they last long enough."""


def asked_from(
    busy: Sequence[Span], working_since: datetime | None, at: datetime, config: RoutingConfig
) -> tuple[datetime | None, str | None]:
    """Say from when on a counselor who is free at `at` is asked in their turn, and why not before: `break` or `cap`.

    `busy` are the spans in which they talked and wrote, in order, not overlapping.
    """
    if working_since is not None and at - working_since >= timedelta(seconds=config.break_after_seconds):
        return at + BREAK, "break"
    under = under_cap_from(busy, at, config)
    return under, None if under is None else "cap"


def under_cap_from(busy: Sequence[Span], at: datetime, config: RoutingConfig) -> datetime | None:
    """Say when the share of busy time in the window before falls to the cap, if no more is added; None where it has.

    The window's beginning has to pass over as much busy time as is too much. So at every moment, whoever is under the
    cap has a moment that is past, and whoever is over it one that is to come.
    """
    window = timedelta(seconds=config.occupancy_window_seconds)
    inside = recent(busy, at, config)
    too_much = sum((until - since for since, until in inside), timedelta()) - window * config.occupancy_cap
    if too_much <= timedelta():
        return None
    for since, until in inside:
        if until - since >= too_much:
            return since + too_much + window
        too_much -= until - since
    return None


def recent(busy: Sequence[Span], at: datetime, config: RoutingConfig) -> list[Span]:
    """Cut the spans to the window before `at`."""
    begin = at - timedelta(seconds=config.occupancy_window_seconds)
    return [(max(since, begin), min(until, at)) for since, until in busy if until > begin and since < at]


def at_work_since(
    before: datetime | None, activity: str, since: datetime, at: datetime, config: RoutingConfig
) -> datetime:
    """Say since when a counselor works without a break who is available again after `activity` since `since`."""
    rested = activity in OFF and at - since >= timedelta(seconds=config.break_seconds)
    return at if before is None or rested else before
