"""The simulated line does what the real one does, agrees with Erlang's formula, and repeats itself for a seed."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from routing.config import RoutingConfig
from routing.simulation import POLICIES, BadScenario, Experiment, Policy, Scenario, compare, load_scenario
from routing.simulation.callers import first_calls
from routing.simulation.experiment import estimate
from routing.simulation.line import Line
from routing.simulation.outcome import outcome, p95
from routing.simulation.policies import OURS
from routing.simulation.reading import FILE, read_scenario
from routing.simulation.rota import Shift, divided, shifts
from routing.simulation.scenario import Law, Talk
from routing.staffing import Load, erlang_a

WEEK = load_scenario()
START = datetime(2026, 11, 23, tzinfo=UTC)
seeds = st.integers(0, 10_000)


def a_day(policy: Policy, seed: int, scenario: Scenario = WEEK, load: float = 1.5) -> Line:
    line = Line(scenario, policy, START, Random(seed))
    line.play(first_calls(scenario, str(seed), 1, load, ()), shifts(scenario, policy.rota, 14, 1))
    return line


def mixed() -> Scenario:
    """Many in danger, handed on and cut off: every class waits beside every other."""
    return replace(WEEK, callers=replace(WEEK.callers, danger=0.3, handed_on=0.2, cut_off=0.2))


def as_erlang_assumes() -> Scenario:
    """Calls by chance at one rate, exponential talk and patience, nobody calls again, and answering takes no time."""
    talk = Talk("any", 1, Law("exponential", 1200))
    return replace(
        WEEK,
        arrivals=replace(WEEK.arrivals, calls_per_day=240, hours=[1] * 24, weekdays=[1] * 7),
        callers=replace(WEEK.callers, danger=0, handed_on=0, cut_off=0),
        patience=replace(WEEK.patience, law=Law("exponential", 180), at_once=0, again=0),
        talks=replace(WEEK.talks, kinds=[talk]),
        seats=replace(WEEK.seats, accept_s=(0, 0), connect_s=0, unanswered=0, extended=0),
    )


@pytest.mark.parametrize("n", [3, 5])
def test_where_erlang_a_holds_the_simulation_agrees_with_it(n: int) -> None:
    scenario, days = as_erlang_assumes(), 6
    policy = replace(OURS, callbacks=False, routing=RoutingConfig(wrap_up_seconds=0))
    found = []
    for week in range(8):
        line = Line(scenario, policy, START, Random(week))
        callers = list(first_calls(scenario, str(week), days, 1, ()))
        line.play(callers, [Shift(seat, 0, days * 86400) for seat in range(n)])
        found.append(outcome(line, days, len(callers))[0])
    expected = erlang_a(n, Load(10, 1200, 180), policy.routing.answer_within_seconds)
    for name, number in (
        ("service_level_strict", expected.within),
        ("abandonment_rate", expected.abandoned),
        ("occupancy", expected.occupancy),
    ):
        seen = estimate([value for each in found if (value := each[name]) is not None])
        assert seen is not None
        assert seen.half is not None
        assert seen.half < 0.04
        assert seen.mean == pytest.approx(number, abs=seen.half), name


@hypothesis(max_examples=6)
@given(seeds)
def test_head_starts_keep_their_bound_for_every_simulated_caller(seed: int) -> None:
    line, config = a_day(OURS, seed, mixed(), load=3), OURS.routing
    for each in line.overtakings:
        ahead, behind = each.ahead, each.behind
        assert ahead.since <= behind.since + config.head_start(ahead.klass) - config.head_start(behind.klass)
        assert each.at < behind.since + config.longest_overtaken_seconds


@hypothesis(max_examples=3)
@given(seeds)
def test_who_is_served_by_arrival_only_is_never_overtaken_and_strict_priority_knows_no_end(seed: int) -> None:
    assert a_day(POLICIES["first_come"], seed, mixed(), load=2).overtakings == []
    config = POLICIES["strict"].routing
    for each in a_day(POLICIES["strict"], seed, mixed(), load=2).overtakings:
        assert config.classes.index(each.ahead.klass) < config.classes.index(each.behind.klass)


@hypothesis(max_examples=4)
@given(seeds, st.sampled_from(sorted(POLICIES)))
def test_nobody_is_lost_and_no_counselor_talks_to_two(seed: int, name: str) -> None:
    line = a_day(POLICIES[name], seed)
    ended = [event.contact_id for event in line.events if event.kind in {"connected", "left"}]
    standing = {key for key, caller in line.contacts.items() if caller.called_back and caller.state == "waiting"}
    assert len(ended) == len(set(ended))
    assert set(ended) | standing == set(line.contacts)
    for counselor in {event.counselor_id for event in line.events if event.kind == "connected"}:
        kinds = [e.kind for e in line.events if e.counselor_id == counselor and e.kind in {"connected", "wrapped"}]
        assert kinds == ["connected", "wrapped"] * (len(kinds) // 2)


def test_after_a_heavy_call_a_counselor_is_left_alone_for_the_pause() -> None:
    line = a_day(POLICIES["pauses"], 1, mixed())
    seats = {event.counselor_id for event in line.events if event.kind == "connected"}
    pauses = 0
    for seat in seats:
        own = [event for event in line.events if event.counselor_id == seat and event.kind != "finished"]
        for before, after in pairwise(own):
            if before.kind == "wrapped" and before.contact_id and line.contacts[before.contact_id].klass == "danger":
                assert after.kind == "seat"
                pauses += after.detail["activity"] == "break"
    assert pauses > 0
    assert a_day(OURS, 1, mixed()).overtakings


def test_every_policy_meets_the_same_callers_with_the_same_luck() -> None:
    callers = list(first_calls(WEEK, "7", 2, 1, ()))
    for policy in POLICIES.values():
        line = Line(WEEK, policy, START, Random(7))
        line.play(callers, shifts(WEEK, policy.rota, 14, 2))
        first = {caller.person: caller.luck for caller in line.contacts.values() if "/" not in caller.key[2:]}
        assert {caller.person: caller.luck for caller in callers}.items() >= first.items()
    assert {caller.state for caller in callers} == {"coming"}
    assert [caller.luck for caller in first_calls(WEEK, "7", 2, 1, ())] == [caller.luck for caller in callers]


def test_the_same_seed_gives_the_same_comparison_and_another_seed_another() -> None:
    policies = [POLICIES["ours"], POLICIES["anybody"]]
    small = Experiment(days=1, replications=2)
    assert compare(WEEK, policies, small) == compare(WEEK, policies, small)
    assert compare(WEEK, policies, small).rows != compare(WEEK, policies, replace(small, seed=121)).rows


def test_a_policy_differs_from_itself_by_nothing() -> None:
    row = compare(WEEK, [OURS], Experiment(days=1, replications=2)).rows[0]
    assert {each.mean for each in row.difference.values() if each} == {0}


def test_a_burst_multiplies_the_hours_it_covers_past_midnight_too() -> None:
    friday, saturday, sunday = 4, 5, 6
    for day, hour, burst, factor in (
        (friday, 18, "holiday_evening", 2),
        (friday, 17, "holiday_evening", 1),
        (saturday, 20, "mass_event", 4),
        (sunday, 1, "mass_event", 4),
        (sunday, 2, "mass_event", 1),
    ):
        assert WEEK.rate(day, hour, [burst]) == pytest.approx(WEEK.rate(day, hour) * factor)


def test_the_hours_of_a_week_add_up_to_its_calls() -> None:
    whole = sum(WEEK.rate(day, hour) for day in range(7) for hour in range(24))
    assert whole == pytest.approx(7 * WEEK.arrivals.calls_per_day)


@pytest.mark.parametrize("rota", sorted(WEEK.rotas))
def test_a_counselor_works_five_days_of_seven_and_has_eight_hours_between_two_shifts(rota: str) -> None:
    fortnight = list(shifts(WEEK, rota, 14, 14))
    for counselor in range(14):
        own = sorted((shift.begin, shift.end) for shift in fortnight if shift.counselor == counselor)
        assert all(later[0] - earlier[1] >= 8 * 3600 for earlier, later in pairwise(own))
        inside = [begin for begin, _ in own if 0 < begin <= 14 * 86400]
        assert abs(len(inside) - 10) <= 1


@given(st.integers(0, 100), st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_people_are_divided_whole_and_nobody_gets_lost(whole: int, parts: list[float]) -> None:
    shares = [part / sum(parts) for part in parts]
    numbers = divided(whole, shares)
    assert sum(numbers) == whole
    assert all(abs(number - whole * share) < 1.000001 for number, share in zip(numbers, shares, strict=True))


def test_the_interval_is_students() -> None:
    made = estimate([1.0, 2.0, 3.0])
    assert made is not None
    assert made.mean == 2
    assert made.half == pytest.approx(4.303 / 3**0.5)
    assert estimate([]) is None
    assert p95([float(n) for n in range(1, 101)]) == 95
    assert p95([]) is None


@pytest.mark.parametrize(
    ("table", "name", "value", "words"),
    [
        ("arrivals", "hours", [1], "24 numbers"),
        ("arrivals", "calls_per_day", 0, "above 0"),
        ("arrivals", "calls_per_day", "many", "cannot be read"),
        ("callers", "danger", 1.5, "between 0 and 1"),
        ("callers", "unheard", 1, "unheard"),
        ("patience", "law", {"kind": "normal", "mean_s": 3}, "no law"),
        ("patience", "law", {"kind": "exponential", "mean_s": 0}, "no law"),
        ("patience", "at_once_s", -1, "below 0"),
        ("seats", "extended", 1, "no wrap-up ends"),
        ("seats", "accept_s", [3], "cannot be read"),
        ("seats", "accept_s", [9, 3], "no quicker"),
        ("seats", "days_a_week", 0, "one day a week"),
        ("rotas", "even", [[0, 24, 0.5]], "each rota"),
        ("rotas", "even", [[0, 24]], "cannot be read"),
        ("talks", "kinds", [], "kinds of talk"),
        ("bursts", "flood", {}, "cannot be read"),
    ],
)
def test_a_week_that_cannot_be_played_is_refused(table: str, name: str, value: Any, words: str) -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    data[table][name] = value
    with pytest.raises(BadScenario, match=words):
        read_scenario(data)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("timezone", "Asia/Nowhere", "cannot be read"),
        ("counselors", 0, "one counselor"),
        ("arrivals", 3, "cannot be read"),
    ],
)
def test_a_week_without_a_place_or_anybody_is_refused(name: str, value: Any, words: str) -> None:
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    data[name] = value
    with pytest.raises(BadScenario, match=words):
        read_scenario(data)
