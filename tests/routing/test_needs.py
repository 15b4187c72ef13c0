"""Needs as data: what is refused, whom a step asks as time goes by, and what a caller needs by the hour they came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.config import RoutingConfig
from routing.needs import BadNeeds, Needs, Step, load_needs, read_needs, step_now, step_states
from routing.policy import asked, fits, groups, known_need

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)
SKILLS = ("youth", "senior", "grief")
YOUTH = [{"after": 0, "skills": ["youth"]}, {"after": 60, "skills": ["youth", "senior"]}, {"after": 120, "skills": []}]


def one(steps: list[dict[str, Any]], **more: object) -> dict[str, Any]:
    return {"skills": list(SKILLS), "needs": {"youth": {"title": "청년 · youth", "steps": steps, **more}}}


@st.composite
def widening(draw: st.DrawFn) -> tuple[Step, ...]:
    order = draw(st.permutations(SKILLS))
    sizes = sorted(draw(st.sets(st.integers(1, len(SKILLS)))))
    times = [0, *sorted(draw(st.sets(st.integers(1, 600), min_size=len(sizes), max_size=len(sizes))))]
    named = [Step(after, tuple(order[:size])) for after, size in zip(times, sizes, strict=False)]
    return (*named, Step(times[len(sizes)]))


def test_the_citys_own_needs_can_be_used() -> None:
    needs = load_needs()
    assert set(needs.skills) >= {skill for need in needs.needs for step in need.steps for skill in step.skills}
    assert needs.of("youth") is not None
    assert needs.of("any") is None


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "first step"),
        ([{"after": 5, "skills": []}], "first step"),
        (YOUTH[:2], "last step"),
        ([{"after": 0, "skills": ["chess"]}, YOUTH[2]], "no skill"),
        ([YOUTH[0], {"after": 0, "skills": []}], "one after the other"),
        ([YOUTH[0], {"after": float("nan"), "skills": []}], "one after the other"),
        ([YOUTH[0], {"after": float("inf"), "skills": []}], "one after the other"),
        ([YOUTH[0], {"after": 60, "skills": ["senior"]}, YOUTH[2]], "more people"),
        ([YOUTH[0], {"after": 60, "skills": ["youth"]}, YOUTH[2]], "more people"),
        ([{"after": 0, "skills": []}, {"after": 60, "skills": []}], "more people"),
        ([{"after": 0}], "cannot be read"),
        ([{"after": "soon", "skills": []}], "cannot be read"),
    ],
)
def test_steps_by_which_somebody_would_wait_for_fewer_people_or_for_nobody_are_refused(
    steps: list[dict[str, Any]], why: str
) -> None:
    with pytest.raises(BadNeeds, match=why):
        read_needs(one(steps))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"skills": ["youth"]},
        {"skills": ["any"], "needs": {}},
        {"skills": ["two words"], "needs": {}},
        {"skills": ["a" * 17], "needs": {}},
        {"skills": ["청년"], "needs": {}},
        one(YOUTH, hours=["25:00", "06:00"]),
        one(YOUTH, hours=["22:00"]),
    ],
)
def test_needs_that_cannot_be_read_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadNeeds):
        read_needs(data)


@given(widening(), st.floats(0, 1000), st.floats(0, 1000), st.sets(st.sampled_from(SKILLS)))
def test_whoever_waits_longer_asks_everybody_they_asked_before(
    steps: tuple[Step, ...], waited: float, more: float, skills: set[str]
) -> None:
    config = RoutingConfig(needs=Needs(SKILLS))
    seat = groups(["ko"], skills, config)

    def staffed(step: Step) -> bool:
        return fits(seat, asked("ko", step))

    before, after = (step_now(steps, seconds, staffed) for seconds in (waited, waited + more))
    assert before <= after
    assert not fits(seat, asked("ko", steps[before])) or fits(seat, asked("ko", steps[after]))
    assert staffed(steps[before]), "a step that nobody on shift fits is passed over; here somebody always is"


@given(widening(), st.floats(0, 1000), st.sets(st.sampled_from(SKILLS)))
def test_a_step_is_joined_or_expired_before_the_active_one_and_inactive_after_it(
    steps: tuple[Step, ...], waited: float, there: set[str]
) -> None:
    def staffed(step: Step) -> bool:
        return bool(there & set(step.skills))

    states = step_states(steps, waited, staffed)
    now = states.index("active")
    assert [state == "joined" for state in states[:now]] == [staffed(step) for step in steps[:now]]
    assert set(states[:now]) <= {"joined", "expired"}
    assert set(states[now + 1 :]) <= {"inactive"}
    assert staffed(steps[now]) or now == len(steps) - 1


def test_a_need_with_hours_is_of_whoever_comes_in_them_and_needs_nothing_else() -> None:
    steps = [{"after": 0, "skills": ["senior"]}, {"after": 30, "skills": []}]
    data = one(YOUTH)
    data["needs"]["night"] = {"title": "야간 · night", "hours": ["22:00", "06:00"], "steps": steps}
    config = RoutingConfig(needs=read_needs(data))
    told = [known_need("any", "normal", NOON + timedelta(hours=h), config) for h in (0, 9.99, 10, 17.99, 18)]
    assert told == ["any", "any", "night", "night", "any"], "noon, just before ten at night, ten, just before six, six"
    night = NOON + timedelta(hours=12)
    assert known_need("youth", "normal", night, config) == "youth"
    assert known_need("gone", "normal", night, config) == "night", "a need that there is no more is none"
    assert known_need("youth", "danger", night, config) == "any", "whoever is in danger needs whoever is free first"
    assert known_need("youth", "normal", night, RoutingConfig()) == "any"


def test_a_seat_is_found_by_each_skill_in_each_of_its_languages() -> None:
    config = RoutingConfig(needs=Needs(SKILLS))
    found_by = groups(["en", "ko"], ["senior", "youth", "chess"], config)
    assert found_by == ("ko", "en", "ko:youth", "ko:senior", "en:youth", "en:senior")
    assert fits(found_by, asked("en", Step(0, ("grief", "youth"))))
    assert not fits(found_by, asked("en", Step(0, ("grief",))))
    assert fits(found_by, asked("ko", None))
