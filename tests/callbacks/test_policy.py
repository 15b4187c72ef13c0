"""Nobody is called too soon, too often, outside the hours they chose, or at night for a second time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.policy.states import check, move
from core.errors import Conflict
from ivr.callbacks.policy import CALLBACK, Plan, Rules, next_try, open_until, result_of, was_cut_off

START = datetime(2026, 11, 24, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda passed: START + passed)
clocks = st.times(time(0), time(23, 59)).map(lambda at: at.replace(microsecond=0))
nights = st.none() | st.tuples(clocks, clocks).filter(lambda night: night[0] != night[1])
rules_of = st.builds(
    Rules, attempts=st.integers(1, 5), gap=st.timedeltas(timedelta(0), timedelta(hours=2)), quiet=nights,
    timezone=st.sampled_from(["Asia/Seoul", "America/New_York"]),
)  # fmt: skip
plans = st.builds(
    Plan, tries=st.integers(0, 6), last_try_at=st.none() | moments, opens_at=st.none() | moments,
    closes_at=st.none() | moments, urgent=st.booleans(),
)  # fmt: skip


@given(plans, moments, rules_of)
def test_a_next_call_is_never_before_now_the_gap_or_the_hours_nor_after_them(
    plan: Plan, at: datetime, rules: Rules
) -> None:
    when = next_try(plan, at, rules)
    assume(when is not None)
    assert when is not None
    assert plan.tries < rules.attempts
    assert when >= max(at, plan.opens_at or at)
    assert plan.closes_at is None or when < plan.closes_at
    gap = rules.urgent_gap if plan.urgent else rules.gap
    assert plan.last_try_at is None or when >= plan.last_try_at + gap


@given(plans, moments, rules_of)
def test_there_is_a_next_call_unless_the_tries_or_the_hours_are_over(plan: Plan, at: datetime, rules: Rules) -> None:
    if next_try(plan, at, rules) is None:
        assert plan.tries >= rules.attempts or plan.closes_at is not None


@given(st.integers(1, 4), moments, rules_of)
def test_nobody_is_tried_again_at_night_unless_they_are_in_danger(tries: int, at: datetime, rules: Rules) -> None:
    assume(rules.quiet is not None and tries < rules.attempts)
    assert rules.quiet is not None
    when = next_try(Plan(tries), at, rules)
    assert when is not None
    begins, ends = rules.quiet
    local = when.astimezone(ZoneInfo(rules.timezone)).time()
    asleep = begins <= local < ends if begins <= ends else local >= begins or local < ends
    assert not asleep
    assert next_try(Plan(tries, urgent=True), at, rules) == at
    until = open_until(Plan(tries), when, rules)
    assert until is not None
    assert until > when
    assert until.astimezone(ZoneInfo(rules.timezone)).time() == begins


@given(moments, rules_of)
def test_whoever_asked_just_now_is_called_at_any_hour(at: datetime, rules: Rules) -> None:
    assert next_try(Plan(), at, rules) == at
    assert open_until(Plan(), at, rules) is None


def test_the_hours_somebody_chose_end_their_stay_in_the_line() -> None:
    closes = START + timedelta(hours=2)
    assert open_until(Plan(closes_at=closes), START, Rules()) == closes


@pytest.mark.parametrize("final", ["no-answer", "busy", "failed", "canceled", "completed", "whatever"])
def test_every_last_word_of_the_provider_means_something(final: str) -> None:
    assert result_of(final, wanted=False) != "left"
    assert result_of(final, wanted=True) != "silent"


@pytest.mark.parametrize(
    ("final", "sip_code", "ended_by", "cut_off"),
    [
        ("completed", "200", None, False),
        ("completed", "", None, False),
        ("completed", "408", None, True),
        ("completed", "503", "caller", True),
        ("completed", "487", None, False),
        ("completed", "408", "counselor", False),
        ("completed", "٤٠٨", None, False),
        ("completed", "4e2", None, False),
        ("failed", "", None, True),
        (None, "408", None, False),
    ],
)
def test_cut_off_is_what_the_network_says_and_nobody_did(
    final: str | None,
    sip_code: str,
    ended_by: str | None,
    cut_off: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert was_cut_off(final, sip_code, ended_by=ended_by) is cut_off


def test_what_is_over_stays_over() -> None:
    check(CALLBACK)
    assert CALLBACK.final == {"completed", "exhausted", "canceled"}
    for state in CALLBACK.final:
        with pytest.raises(Conflict, match="It is over"):
            move(CALLBACK, state, "queued")
