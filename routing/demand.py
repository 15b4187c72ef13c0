"""When callers come: how many an hour, for each hour of the week, from the callers who came."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Basis = Literal["this hour of this weekday", "this hour of any day", "any hour"]
ENOUGH = 3
"""An hour of the week that was seen fewer times than this says too little about itself."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hour:
    """What comes in one hour of the week (weekday 0 is Monday), and from which hours that is the mean."""

    weekday: int
    hour: int
    per_hour: float
    seen: int
    basis: Basis


def week(entered: Iterable[datetime], since: datetime, until: datetime, zone: ZoneInfo) -> list[Hour]:
    """Give the callers of each of the week's 168 hours; an empty list where less than a whole day was seen.

    Only whole hours count, from the first caller on: a line that is younger than `since` was not quiet before.
    """
    came = sorted(moment for moment in entered if since <= moment < until)
    start = _whole(max(since, came[0])) if came else until
    hours = [start + n * HOUR for n in range(max(0, (until - start) // HOUR))]
    if len(hours) < 24:  # noqa: PLR2004 - a day
        return []
    end = hours[-1] + HOUR
    seen = Counter(_slot(hour, zone) for hour in hours)
    calls = Counter(_slot(moment, zone) for moment in came if start <= moment < end)
    return [_hour(day, hour, seen, calls) for day in range(7) for hour in range(24)]


def _whole(moment: datetime) -> datetime:
    floor = moment.replace(minute=0, second=0, microsecond=0)
    return floor if floor == moment else floor + HOUR


def _slot(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    local = moment.astimezone(zone)
    return local.weekday(), local.hour


def _hour(day: int, hour: int, seen: Counter[tuple[int, int]], calls: Counter[tuple[int, int]]) -> Hour:
    alike: tuple[tuple[Basis, list[tuple[int, int]]], ...] = (
        ("this hour of this weekday", [(day, hour)]),
        ("this hour of any day", [(each, hour) for each in range(7)]),
        ("any hour", list(seen)),
    )
    enough = (each for each in alike if sum(seen[slot] for slot in each[1]) >= ENOUGH)
    basis, slots = next(enough, alike[-1])
    times = sum(seen[slot] for slot in slots)
    return Hour(day, hour, round(sum(calls[slot] for slot in slots) / times, 3), seen[day, hour], basis)
