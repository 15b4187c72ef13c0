"""How time is cut: quarters of an hour that are kept, and the local hours and days that are sums of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

INTERVAL = timedelta(minutes=15)
_SECONDS = int(INTERVAL.total_seconds())

Grain = Literal["15m", "hour", "day", "whole"]
Band = Literal["night", "morning", "afternoon", "evening"]


def interval_of(moment: datetime) -> datetime:
    """Give when the quarter of an hour began that a moment belongs to; the same in every zone of whole quarters."""
    return datetime.fromtimestamp(moment.timestamp() // _SECONDS * _SECONDS, UTC)


def midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give when a moment's day began where the clocks show `zone`."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def next_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give when a moment's day ends."""
    # A day can be 23 or 25 hours long elsewhere; 36 hours after its midnight is always within the next.
    return midnight(midnight(moment, zone) + timedelta(hours=36), zone)


def step_of(start: datetime, grain: Grain, begin: datetime, zone: ZoneInfo) -> datetime:
    """Give when the step of a grain began that an interval belongs to, in UTC; `begin` is the whole's.

    Not in local time: where clocks are set back, two different moments of one night would be the same.
    """
    if grain == "whole":
        return begin.astimezone(UTC)
    if grain == "day":
        return midnight(start, zone).astimezone(UTC)
    return start.astimezone(zone).replace(minute=0).astimezone(UTC) if grain == "hour" else start.astimezone(UTC)


def steps(begin: datetime, end: datetime, grain: Grain, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """List the steps of a span, each with its end, in UTC; the span's own ends cut the first and the last."""
    starts = list(dict.fromkeys(step_of(start, grain, begin, zone) for start in _intervals(begin, end)))
    return list(zip(starts, [*starts[1:], end.astimezone(UTC)], strict=True))


def _intervals(begin: datetime, end: datetime) -> Iterator[datetime]:
    start = begin.astimezone(UTC)
    while start < end:
        yield start
        start += INTERVAL


def band_of(start: datetime, zone: ZoneInfo) -> Band:
    """Name the band of the day that an interval belongs to; the night is from 22:00 to 06:00."""
    hour = start.astimezone(zone).hour
    if hour >= 22 or hour < 6:  # noqa: PLR2004 - hours of a day
        return "night"
    if hour < 12:  # noqa: PLR2004
        return "morning"
    return "afternoon" if hour < 18 else "evening"  # noqa: PLR2004
