"""A rhythm of calls keeps its weekday and its hour, and a holiday never doubles or hides a call."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casework.policy.rhythm import OnHoliday, Rhythm, Slot, next_day, next_look, slots

SEOUL = ZoneInfo("Asia/Seoul")
days = st.dates(date(2025, 1, 1), date(2035, 1, 1))
rhythms = st.builds(
    Rhythm,
    weekday=st.integers(0, 6),
    call_time=st.times().map(lambda clock: clock.replace(microsecond=0)),
    every_weeks=st.integers(1, 8),
    first_on=days,
    last_on=st.none() | days,
    on_holiday=st.sampled_from(["skip", "keep", "move"]),
    zone=st.sampled_from([SEOUL, ZoneInfo("UTC"), ZoneInfo("Europe/London")]),
)
spans = st.tuples(days, st.integers(0, 200)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))
holidays = st.sets(days, max_size=40) | spans.map(lambda span: {span[0] + timedelta(days=n) for n in range(12)})


def local(slot: Slot, rhythm: Rhythm) -> datetime:
    assert slot.call_at is not None
    assert slot.call_at.tzinfo is UTC
    return slot.call_at.astimezone(rhythm.zone)


@given(rhythms, spans, holidays)
def test_every_call_is_on_its_weekday_inside_what_was_agreed_and_so_many_weeks_after_the_last(
    rhythm: Rhythm, span: tuple[date, date], off: set[date]
) -> None:
    found = [slot.day for slot in slots(rhythm, *span, off)]
    assert all(day.weekday() == rhythm.weekday and span[0] < day <= span[1] for day in found)
    assert all(rhythm.first_on <= day and (rhythm.last_on is None or day <= rhythm.last_on) for day in found)
    assert {(b - a).days for a, b in pairwise(found)} <= {7 * rhythm.every_weeks}


@given(rhythms, spans, holidays, st.integers(0, 200))
def test_planning_in_two_goes_plans_the_same_as_in_one(
    rhythm: Rhythm, span: tuple[date, date], off: set[date], cut: int
) -> None:
    middle = min(span[1], span[0] + timedelta(days=cut))
    both = [*slots(rhythm, span[0], middle, off), *slots(rhythm, middle, span[1], off)]
    assert both == list(slots(rhythm, *span, off))


@given(rhythms, spans, holidays)
def test_a_holiday_skips_keeps_or_moves_a_call_as_it_was_agreed(
    rhythm: Rhythm, span: tuple[date, date], off: set[date]
) -> None:
    for slot in slots(rhythm, *span, off):
        if slot.call_at is None:
            assert slot.day in off
            assert rhythm.on_holiday != "keep"
            continue
        held = local(slot, rhythm).date()
        assert (held == slot.day) == (slot.day not in off or rhythm.on_holiday == "keep")
        assert rhythm.on_holiday == "keep" or held not in off
        assert slot.day <= held < slot.day + timedelta(weeks=1)


@given(rhythms.filter(lambda r: r.zone is not None and r.zone.key != "Europe/London"), spans)
def test_the_clock_of_the_city_shows_the_agreed_time(rhythm: Rhythm, span: tuple[date, date]) -> None:
    for slot in slots(rhythm, *span, ()):
        assert local(slot, rhythm).time() == rhythm.call_time


@given(rhythms, days, st.integers(1, 60))
def test_the_next_look_is_when_the_next_call_comes_within_the_horizon(
    rhythm: Rhythm, through: date, horizon: int
) -> None:
    look = next_look(rhythm, through, timedelta(days=horizon))
    if look is None:
        assert rhythm.last_on is not None
        assert next_day(rhythm, through) > rhythm.last_on
        return
    seen = look.astimezone(rhythm.zone).date() + timedelta(days=horizon)
    assert [slot.day for slot in slots(rhythm, through, seen, ())] == [next_day(rhythm, through)]


def on(on_holiday: OnHoliday) -> list[Slot]:
    chuseok = {date(2026, 9, 24), date(2026, 9, 25), date(2026, 9, 26)}
    weekly = Rhythm(3, time(10), 1, date(2026, 9, 17), date(2026, 10, 1), on_holiday, SEOUL)
    return list(slots(weekly, date(2026, 9, 1), date(2026, 12, 1), chuseok))


def test_a_thursday_call_at_chuseok() -> None:
    morning = [datetime(2026, 9, day, 1, tzinfo=UTC) for day in (17, 24, 27)]
    october = datetime(2026, 10, 1, 1, tzinfo=UTC)
    assert [slot.call_at for slot in on("skip")] == [morning[0], None, october]
    assert [slot.call_at for slot in on("keep")] == [morning[0], morning[1], october]
    assert [slot.call_at for slot in on("move")] == [morning[0], morning[2], october]
