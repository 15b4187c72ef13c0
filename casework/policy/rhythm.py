"""When the calls of a rhythm are: on which days, at what moment, and which a holiday skips or moves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

OnHoliday = Literal["skip", "keep", "move"]
"""What becomes of a call on a public holiday; `move` is to the next day that is none."""
_DAY, _WEEK = timedelta(days=1), 7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A weekday (0 is Monday) and a time of the city's clock, every so many weeks, from a day on."""

    weekday: int
    call_time: time
    every_weeks: int
    first_on: date
    last_on: date | None
    on_holiday: OnHoliday
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Slot:
    """A day that the rhythm names, and the moment of its call; None where a holiday takes it."""

    day: date
    call_at: datetime | None


def slots(rhythm: Rhythm, after: date, through: date, holidays: Collection[date]) -> Iterator[Slot]:
    """Give the calls of the days after one and up to another, in order."""
    end = through if rhythm.last_on is None else min(through, rhythm.last_on)
    day = next_day(rhythm, after)
    while day <= end:
        held = _held(rhythm, day, holidays)
        yield Slot(day, None if held is None else moment(held, rhythm.call_time, rhythm.zone))
        day += timedelta(weeks=rhythm.every_weeks)


def next_day(rhythm: Rhythm, after: date) -> date:
    """Give the first day after this one that the rhythm names, whether or not it ends before."""
    first = rhythm.first_on + timedelta(days=(rhythm.weekday - rhythm.first_on.weekday()) % _WEEK)
    step = _WEEK * rhythm.every_weeks
    passed = max(0, (after - first).days // step + 1)
    return first + timedelta(days=passed * step)


def _held(rhythm: Rhythm, day: date, holidays: Collection[date]) -> date | None:
    if day not in holidays or rhythm.on_holiday == "keep":
        return day
    if rhythm.on_holiday == "skip":
        return None
    held, until = day, day + timedelta(weeks=1)
    while held in holidays and held < until:
        held += _DAY
    # A call that would come as late as the next week's own is no call of this week.
    return held if held < until else None


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Give the moment at which a zone's clock shows this time of a day."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def next_look(rhythm: Rhythm, through: date, horizon: timedelta) -> datetime | None:
    """Give when the next call after these days comes within the horizon; None where there is none any more."""
    day = next_day(rhythm, through)
    if rhythm.last_on is not None and day > rhythm.last_on:
        return None
    return moment(day - horizon, time(0), rhythm.zone)
