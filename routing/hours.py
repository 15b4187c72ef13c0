"""When the line is open: opening hours by weekday and public holidays by date, as data, in the city's own time."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY: Final = "holiday"
FILE: Final = Path(__file__).parent / "data" / "calendar.toml"
Span = tuple[time, time | None]
"""From and until; None: until midnight."""


class BadCalendar(ValueError):
    """A calendar that cannot be used, with what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours and holidays; `covers` are the years whose holidays are written down."""

    zone: ZoneInfo
    hours: Mapping[str, tuple[Span, ...]]
    holidays: Mapping[date, str]
    covers: frozenset[int]

    def holiday(self, at: datetime) -> str | None:
        """Name the public holiday that a moment falls on, or None."""
        return self.holidays.get(at.astimezone(self.zone).date())

    def is_open(self, at: datetime) -> bool:
        """Tell whether the line is open; a holiday has hours of its own."""
        local = at.astimezone(self.zone)
        day = HOLIDAY if self.holiday(at) else WEEKDAYS[local.weekday()]
        now = local.time()
        return any(start <= now and (end is None or now < end) for start, end in self.hours[day])


def read_calendar(data: Mapping[str, Any]) -> Calendar:
    """Build a calendar from parsed data; raises BadCalendar with what is wrong."""
    try:
        hours = {day: tuple(_span(words) for words in data["hours"][day]) for day in (*WEEKDAYS, HOLIDAY)}
        holidays = {date.fromisoformat(day): str(name) for day, name in data["holidays"].items()}
        made = Calendar(ZoneInfo(data["zone"]), hours, holidays, frozenset(map(int, data["covers"])))
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise BadCalendar(f"The calendar cannot be read: {error!r}") from error
    strays = sorted(str(day) for day in holidays if day.year not in made.covers)
    if strays:
        raise BadCalendar(f"The holiday {strays[0]} is in a year that `covers` does not name.")
    return made


@cache
def load_calendar(path: Path = FILE) -> Calendar:
    """Read the city's calendar from its file; raises BadCalendar."""
    return read_calendar(tomllib.loads(path.read_text(encoding="utf-8")))


def _span(words: str) -> Span:
    """Read `09:00-18:00`; an end of 24:00 is midnight. Hours over midnight are two spans on two days."""
    start, _, end = words.partition("-")
    opens, closes = time.fromisoformat(start), None if end == "24:00" else time.fromisoformat(end)
    if closes is not None and closes <= opens:
        raise ValueError(f"{words} ends before it begins; write two spans for hours over midnight")
    return opens, closes
