"""When the line is open, by a calendar that a city writes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing.hours import WEEKDAYS, BadCalendar, load_calendar, read_calendar


def calendar(**more: Any) -> dict[str, Any]:
    hours = {day: ["09:00-12:00", "13:00-18:00"] for day in WEEKDAYS} | {"holiday": [], "sun": ["22:00-24:00"]}
    data = {"zone": "Asia/Seoul", "covers": [2026], "hours": hours, "holidays": {"2026-12-25": "기독탄신일"}}
    return {**data, **more}


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (utc(24, 0), True),
        (utc(23, 23, 59), False),
        (utc(24, 3), False),
        (utc(24, 4), True),
        (utc(24, 9), False),
        (utc(25, 0), False),
        (utc(27, 14, 59), True),
        (utc(27, 15), False),
    ],
)
def test_the_line_is_open_in_its_own_city_s_time(at: datetime, *, is_open: bool) -> None:
    assert read_calendar(calendar()).is_open(at) == is_open


def test_a_holiday_is_a_whole_day_in_the_city() -> None:
    read = read_calendar(calendar())
    assert read.holiday(utc(24, 15)) == "기독탄신일"
    assert read.holiday(utc(25, 14, 59)) == "기독탄신일"
    assert read.holiday(utc(25, 15)) is None


def test_the_helpline_is_open_day_and_night_and_knows_the_substitute_holidays() -> None:
    read = load_calendar()
    assert read.covers == {2026, 2027}
    assert all(read.is_open(utc(day, hour)) for day in range(1, 32) for hour in range(24))
    assert read.holiday(datetime(2026, 3, 2, tzinfo=UTC)) == "삼일절 대체공휴일"
    assert read.holiday(datetime(2027, 2, 9, tzinfo=UTC)) == "설날 대체공휴일"
    assert read.holiday(datetime(2026, 9, 28, 3, tzinfo=UTC)) is None, "a Saturday is not made good for 추석"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        calendar(zone="Asia/Atlantis"),
        calendar(hours={"mon": []}),
        calendar(hours={day: ["18:00-09:00"] for day in (*WEEKDAYS, "holiday")}),
        calendar(hours={day: ["morning"] for day in (*WEEKDAYS, "holiday")}),
        calendar(holidays={"2026-02-30": "x"}),
        calendar(holidays={"2031-01-01": "신정"}),
        calendar(covers=["soon"]),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadCalendar):
        read_calendar(wrong)
