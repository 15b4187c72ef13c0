"""The week's hours: local ones, whole ones, and honest about how often they were seen."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from routing.demand import week

SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = datetime(2026, 9, 27, 15, tzinfo=UTC)
"""Monday, midnight in Seoul."""


def at(days: float, hours: float = 0) -> datetime:
    return MONDAY + timedelta(days=days, hours=hours)


def test_three_in_the_night_is_three_in_seoul() -> None:
    came = [at(7 * n + 6, 3 + part / 4) for n in range(8) for part in range(2)]
    hours = week([at(0), *came], at(0), at(56), SEOUL)
    assert len(hours) == 168
    (sunday,) = (hour for hour in hours if (hour.weekday, hour.hour) == (6, 3))
    assert (sunday.per_hour, sunday.seen, sunday.basis) == (2, 8, "this hour of this weekday")
    assert sum(hour.per_hour for hour in hours) == 2 + 1 / 8


def test_a_young_line_was_not_quiet_before_it_began_and_says_what_it_takes_instead() -> None:
    # Four days, from Monday on, with one call at nine each day.
    hours = week([at(day, 9) for day in range(-1, 4)], at(-50), at(4), SEOUL)
    by_slot = {(hour.weekday, hour.hour): hour for hour in hours}
    assert (by_slot[0, 9].per_hour, by_slot[0, 9].seen, by_slot[0, 9].basis) == (1, 1, "this hour of any day")
    assert (by_slot[5, 9].per_hour, by_slot[5, 9].seen) == (1, 0)
    short = week([at(day, 9) for day in range(-1, 1)], at(-50), at(1), SEOUL)
    assert {(hour.basis, hour.per_hour) for hour in short} == {("any hour", round(2 / 39, 3))}


def test_less_than_a_day_gives_no_numbers() -> None:
    assert week([], at(0), at(56), SEOUL) == []
    assert week([at(0.5)], at(0), at(1), SEOUL) == []


def test_the_hour_that_is_not_over_yet_does_not_count() -> None:
    whole = week([at(0), at(7, 0.2)], at(0), at(7), SEOUL)
    begun = week([at(0), at(7, 0.2)], at(0), at(7, 0.5), SEOUL)
    assert whole == begun
