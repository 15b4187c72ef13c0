"""Nobody is worn out: who is over the cap, or whose break is due, is asked after everybody else, and knows why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import view
from routing.advice import BREAK_DUE
from routing.config import RoutingConfig
from routing.policy import ASKED_LAST, CLASS_WORDS, reason_for
from routing.wellbeing import Span, asked_from, at_work_since, recent, under_cap_from
from tests.routing.desk import CONFIG, Desk, actor

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
RULES = RoutingConfig(occupancy_cap=0.8, occupancy_window_seconds=3600, break_after_seconds=7200, break_seconds=600)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@st.composite
def work(draw: st.DrawFn) -> list[Span]:
    """Give spans of busy time, in order; the last ends when its counselor becomes free."""
    at, spans = START, []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 70)), min_size=1, max_size=8)):
        spans.append((at + minutes(gap), at + minutes(gap + length)))
        at = spans[-1][1]
    return spans


def share(busy: list[Span], at: datetime) -> float:
    inside = recent(busy, at, RULES)
    return sum((until - since for since, until in inside), timedelta()) / timedelta(hours=1)


def rank(busy: list[Span]) -> datetime:
    free = busy[-1][1]
    return max(free, under_cap_from(busy, free, RULES) or free)


@given(one=work(), other=work(), later=st.integers(0, 90))
def test_at_every_moment_those_under_the_cap_are_asked_before_those_over_it(
    one: list[Span], other: list[Span], later: int
) -> None:
    at = max(one[-1][1], other[-1][1]) + minutes(later)
    if share(one, at) <= RULES.occupancy_cap < share(other, at):
        assert rank(one) < rank(other)


@given(busy=work())
def test_among_those_under_the_cap_whoever_is_free_longest_is_asked_first(busy: list[Span]) -> None:
    free = busy[-1][1]
    if share(busy, free) <= RULES.occupancy_cap:
        assert asked_from(busy, free - minutes(119), free, RULES) == (None, None)


@given(busy=work(), long=st.integers(120, 600))
def test_whose_break_is_due_is_asked_after_everybody_whose_is_not(busy: list[Span], long: int) -> None:
    free = busy[-1][1]
    due, because = asked_from(busy, free - minutes(long), free, RULES)
    assert because == "break"
    assert due is not None
    assert due > free + timedelta(hours=14)


@pytest.mark.parametrize(
    ("activity", "away", "rested"),
    [("break", 10, True), ("break", 9, False), ("offline", 60, True), ("writing", 60, False), ("training", 60, False)],
)
def test_a_break_is_long_enough_and_is_no_other_work(activity: str, away: float, *, rested: bool) -> None:
    at = START + minutes(away)
    assert at_work_since(START - minutes(60), activity, START, at, RULES) == (at if rested else START - minutes(60))
    assert at_work_since(None, activity, START, at, RULES) == at


def talk(desk: Desk, name: str, length: int) -> None:
    desk.call(name)
    desk.talk(name)
    for _ in range(length):
        desk.later(60)
        desk.beat("hana", "duri")
    desk.finish(name)
    desk.wrap_up("hana")


def test_who_talked_too_much_of_the_last_hour_is_asked_last_until_the_share_has_fallen(desk: Desk) -> None:
    desk = replace(desk, config=replace(CONFIG, occupancy_cap=0.5))
    desk.sit("hana")
    talk(desk, "A", 40)
    desk.sit("duri", "break")
    desk.later(1)
    desk.sit("duri")
    desk.call("B")
    assert desk.to("B") == "duri"
    desk.call("C")
    offer = desk.offer("C")
    assert offer is not None
    assert (offer.counselor_login, ASKED_LAST["cap"] in offer.why) == ("hana", True)
    assert desk.agrees()


def test_who_has_gone_long_without_a_break_is_told_asked_last_and_asked_in_turn_after_it(desk: Desk) -> None:
    desk = replace(desk, config=replace(CONFIG, break_after_seconds=1800, break_seconds=600))
    desk.sit("hana")
    talk(desk, "A", 31)
    desk.sit("duri")
    with desk.sessions() as tx:
        assert view.seat_view(tx, actor("hana").id, desk.at)["advice"] == BREAK_DUE
    desk.call("B")
    assert desk.to("B") == "duri"
    desk.call("C")
    offer = desk.offer("C")
    assert offer is not None
    assert (offer.counselor_login, ASKED_LAST["break"] in offer.why) == ("hana", True)
    desk.reject("C")
    desk.leave("C")
    desk.sit("hana", "break")
    for _ in range(10):
        desk.later(60)
        desk.beat("hana", "duri")
    desk.sit("hana")
    assert (desk.seat("hana").working_since, desk.seat("hana").asked_because) == (desk.at, None)
    assert desk.agrees()


@pytest.mark.parametrize("priority", [*CLASS_WORDS, "normal"])
@pytest.mark.parametrize("last", [None, *ASKED_LAST])
@pytest.mark.parametrize("need", ["", "청소년 · young people"])
def test_a_reason_says_everything_in_both_languages(priority: str, last: str | None, need: str) -> None:
    told = reason_for(priority, "en", waited=12, idle=34, called_for=need, asked_last=last)
    assert need in told or priority == "danger", "who is in danger is taken by whoever is free first"
    assert "12초 대기 · first in line after 12 s" in told
    assert "34" in told
    assert ("free longest" in told) == (last is None)
    assert CLASS_WORDS.get(priority, "") in told
    assert "en" in told
    assert last is None or ASKED_LAST[last] in told
