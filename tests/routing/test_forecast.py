"""The forecast: worked numbers, what it never does, and what it learns from the line's past."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.forecast import FEWEST_HANDLED, Forecast, Line, Rates, _four_of_five, expect, learn, patience, rivals
from routing.metrics import Stay

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
RATES = Rates(600, 300, 10, NOW.isoformat())
ONE, TWO = {"ko": 1}, {"ko": 1, "ko,en": 1}

rates = st.builds(
    Rates, st.floats(30, 7200), st.none() | st.floats(10, 7200), st.integers(0, 100), st.just(NOW.isoformat())
)
seats = st.fixed_dictionaries({groups: st.integers(0, 4) for groups in ("ko", "en", "ko,en")})
lines = st.builds(
    Line,
    st.sampled_from(["ko", "en"]),
    st.floats(0, 3600),
    st.fixed_dictionaries({"ko": st.integers(0, 30), "en": st.integers(0, 30)}),
    st.none() | st.floats(0, 7200),
    seats,
)


def line(ahead: int, seats: Mapping[str, int] = ONE, head: float | None = None) -> Line:
    return Line("ko", 0, {"ko": ahead, "en": 0}, head, seats)


def seconds(found: Forecast | None) -> float:
    assert found is not None
    return found.seconds


def talked(number: int, talk: float, ago: float = 7200, wrap: float = 0) -> list[Stay]:
    entered = NOW - timedelta(seconds=ago)
    return [Stay(entered, 0.0, answered=True, talk=talk, wrap=wrap) for _ in range(number)]


def test_the_wait_is_the_sum_of_the_departures_a_caller_needs() -> None:
    # Two seats and ten minutes a call free one in 300 s; each of those ahead gives up within 300 s.
    assert seconds(expect(line(0, TWO), RATES)) == 300
    assert seconds(expect(line(2, TWO), RATES)) == 300 + 150 + 100
    assert seconds(expect(line(2, TWO), replace(RATES, patience_s=None))) == 900


def walked(rng: Random, ahead: int, seats: int) -> float:
    """Walk through one wait: seats that come free one after the other, and people ahead who may give up first."""
    free = [rng.expovariate(1 / RATES.handling_s) for _ in range(seats)]
    assert RATES.patience_s is not None
    for patient in [rng.expovariate(1 / RATES.patience_s) for _ in range(ahead)]:
        if min(free) < patient:
            first = free.index(min(free))
            free[first] += rng.expovariate(1 / RATES.handling_s)
    return min(free)


@pytest.mark.parametrize(("ahead", "seats"), [(0, ONE), (3, TWO), (8, {"ko": 5})])
def test_the_forecast_is_what_walking_through_many_waits_comes_to(ahead: int, seats: Mapping[str, int]) -> None:
    rng, found = Random(120), expect(line(ahead, seats), replace(RATES, recent=10**6))
    waits = [walked(rng, ahead, sum(seats.values())) for _ in range(20_000)]
    assert found is not None
    assert found.seconds == pytest.approx(sum(waits) / len(waits), rel=0.02)
    assert sum(wait <= found.within for wait in waits) / len(waits) == pytest.approx(0.8, abs=0.01)


def test_four_of_five_waits_are_as_the_tables_of_the_gamma_law_say() -> None:
    assert _four_of_five(1) == pytest.approx(log(5), rel=0.01)
    assert _four_of_five(1 / 2) == pytest.approx(2.994 / 2, rel=0.005)
    assert _four_of_five(1 / 5) == pytest.approx(6.721 / 5, rel=0.003)


def test_nothing_is_foretold_where_nobody_could_come_or_nothing_is_known() -> None:
    assert expect(line(0, {}), RATES) is None
    assert expect(line(0, {"en": 1}), RATES) is None
    assert expect(line(0), None) is None


def test_where_a_seat_is_free_for_the_caller_there_is_nothing_to_foretell() -> None:
    assert expect(replace(line(1, TWO), free=2), RATES) is None
    assert expect(replace(line(1, TWO), free=1), RATES) == expect(line(1, TWO), RATES)


def test_a_head_that_waits_long_lengthens_the_forecast_and_a_fresh_one_does_not_shorten_it() -> None:
    assert seconds(expect(line(1, TWO, head=1350), RATES)) == 450 * 2 / 3 + 1350 / 3
    assert expect(line(1, TWO, head=1), RATES) == expect(line(1, TWO), RATES)


def test_who_waits_in_another_language_counts_as_far_as_they_take_the_same_seats() -> None:
    ahead = {"ko": 0, "en": 4}
    assert rivals(Line("ko", 0, ahead, None, {"ko": 1})) == 0
    assert rivals(Line("ko", 0, ahead, None, {"ko": 1, "ko,en": 1, "en": 1})) == 2
    assert rivals(Line("en", 0, {"ko": 4, "en": 1}, None, TWO)) == 3


def test_who_asks_for_a_skill_counts_as_far_as_they_take_the_same_seats() -> None:
    staffed = {"ko": 2, "ko,ko:youth": 1, "ko,ko:youth,ko:senior": 1}
    assert rivals(Line("ko:senior", 0, {"ko:youth": 4, "ko": 4, "ko:grief": 9}, None, staffed)) == 3
    assert seconds(expect(Line("ko:youth,ko:senior", 0, {}, None, staffed), RATES)) == 300


@given(lines, rates, st.sampled_from(["ko", "en"]))
def test_a_later_place_never_waits_shorter(where: Line, known: Rates, language: str) -> None:
    later = replace(where, ahead={**where.ahead, language: where.ahead[language] + 1})
    before, after = expect(where, known), expect(later, known)
    assert (before is None) == (after is None)
    if before and after:
        assert after.seconds >= before.seconds >= 0


@given(lines, rates)
def test_one_more_seat_for_the_callers_language_never_waits_longer(where: Line, known: Rates) -> None:
    more = replace(where, seats={**where.seats, where.asked: where.seats[where.asked] + 1})
    before, after = expect(where, known), expect(more, known)
    assert after is not None
    assert before is None or after.seconds <= before.seconds


def test_the_last_hour_counts_most_and_the_day_holds_it_in_place() -> None:
    day = talked(20, 600, wrap=60)
    assert learn(day, NOW) == Rates(660, None, 0, NOW.isoformat())
    busy = talked(10, 1320, ago=1400)
    mean = (20 * 660 + 10 * 1320) / 30
    found = learn(day + busy, NOW)
    assert found is not None
    # One of ten is trimmed at each end; the day's mean counts like five more.
    assert (found.recent, found.handling_s) == (8, round((8 * 1320 + 5 * mean) / 13, 3))


def test_one_endless_conversation_hardly_moves_the_last_hour() -> None:
    usual = learn(talked(40, 600, ago=700), NOW)
    odd = learn(talked(39, 600, ago=700) + talked(1, 3500, ago=3501), NOW)
    assert usual is not None
    assert odd is not None
    assert odd.handling_s < usual.handling_s * 1.02


def test_too_little_or_too_scattered_a_past_foretells_nothing() -> None:
    assert learn([], NOW) is None
    assert learn(talked(FEWEST_HANDLED - 1, 600), NOW) is None
    assert learn(talked(FEWEST_HANDLED, 0), NOW) is None
    assert learn(talked(95, 10) + talked(5, 5000), NOW) is None


def test_patience_is_all_time_waited_for_each_who_gave_up_whoever_else_waited_too() -> None:
    entered = NOW - timedelta(seconds=100)
    gave_up = [Stay(entered, 60.0, left="abandoned") for _ in range(5)]
    others = [Stay(entered, 200.0, answered=True), Stay(entered, 40.0, left="callback_requested"), Stay(entered)]
    short = [Stay(entered, 2.0, left="abandoned_short") for _ in range(9)]
    assert patience([*gave_up, *others, *short], NOW) == (5 * 60 + 200 + 40 + 100) / 5
    assert patience(gave_up[1:], NOW) is None
