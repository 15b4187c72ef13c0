"""The figures: the worked example of every formula, and what is never counted twice or as what it was not."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.metrics import DEFINITIONS, UNITS, Figures, figures
from routing.tables import RoutingEvent
from tests.routing.desk import Desk

START = datetime(2026, 11, 24, tzinfo=UTC)


def event(kind: str, contact: int, after: float, **detail: Any) -> RoutingEvent:
    return RoutingEvent(kind=kind, at=START + timedelta(seconds=after), contact_id=UUID(int=contact), detail=detail)


def many(number: int, wait: float, kind: str, ids: "count[int]", **detail: Any) -> list[RoutingEvent]:
    found: list[RoutingEvent] = []
    for _, key in zip(range(number), ids, strict=False):
        found += [event("entered", key, 0), event(kind, key, wait, **detail)]
    return found


def test_the_worked_example_comes_out_under_every_formula() -> None:
    # 100 offered: 60 answered in time, 10 later; 20 gave up in time, 5 of them at once; 10 gave up later.
    ids = count(1)
    events = many(60, 15, "connected", ids) + many(10, 40, "connected", ids)
    events += many(5, 4, "left", ids, state="abandoned_short") + many(15, 18, "left", ids, state="abandoned")
    events += many(10, 50, "left", ids, state="abandoned")
    told = figures(events, 20)
    assert (told.offered, told.answered, told.abandoned, told.short_abandoned) == (100, 70, 30, 5)
    assert told.service_level_strict == 0.6
    assert told.service_level_excl_short == 0.6316
    assert told.service_level_late_abandons == 0.75
    assert told.service_level_connect == 0.8
    assert told.service_level_sl2 == 0.8
    assert told.service_level_answered == 0.8571
    assert (told.answer_rate, told.abandonment_rate) == (0.7, 0.3)
    assert (told.asa_s, told.abandon_wait_s, told.longest_wait_s) == (18.5714, round((20 + 270 + 500) / 30, 4), 50)


def test_an_empty_day_has_no_rates() -> None:
    told = figures([], 20)
    assert (told.offered, told.service_level_strict, told.asa_s, told.longest_wait_s) == (0, None, None, None)


def test_handling_time_is_talk_and_wrap_up() -> None:
    events = [
        event("entered", 1, 0),
        event("connected", 1, 5),
        event("finished", 1, 65, talk_s=60),
        event("wrapped", 1, 95, wrap_s=30),
    ]
    assert figures(events, 20).aht_s == 90


def test_hold_is_a_part_of_talk_and_one_that_nobody_ended_ends_with_the_talk() -> None:
    turns = [("held", 20), ("resumed", 30), ("held", 50), ("held", 55)]
    events = [event("entered", 1, 0), event("connected", 1, 5), *(event(kind, 1, after) for kind, after in turns)]
    told = figures([*events, event("finished", 1, 65, talk_s=60)], 20)
    assert (told.hold_s, told.talk_s, told.aht_s) == (25, 35, 60)


def test_an_unknown_exit_is_told_by_its_name_and_overflows_are_counted_together() -> None:
    ids = count(1)
    exits = ("overflowed", "max_wait", "no_counselor", "something_new")
    told = figures([each for how in exits for each in many(1, 9, "left", ids, state=how)], 20)
    assert told.other_exits == dict.fromkeys(sorted(exits), 1)
    assert (told.overflows, told.abandoned) == (3, 0)


def test_who_came_back_from_another_way_waits_again_whatever_is_told_twice() -> None:
    went = [event("entered", 1, 0), event("left", 1, 10, state="overflowed"), event("came_back", 1, 30)]
    assert figures(went, 20).waiting == figures([*went, *went], 20).waiting == 1
    answered = figures([*went, event("connected", 1, 50), *went], 20)
    assert (answered.answered, answered.asa_s, answered.other_exits) == (1, 50, {})
    gave_up = figures([*went, event("left", 1, 60, state="abandoned"), *went], 20)
    assert (gave_up.abandoned, gave_up.longest_wait_s, gave_up.other_exits) == (1, 60, {})


def test_a_system_exit_is_never_an_abandonment() -> None:
    ids = count(1)
    events = many(2, 10, "left", ids, state="callback_requested") + many(1, 10, "left", ids, state="voicemail")
    told = figures(events, 20)
    assert (told.abandoned, told.other_exits) == (0, {"callback_requested": 2, "voicemail": 1})
    assert told.service_level_connect == round(2 / 3, 4)


def test_every_figure_is_defined() -> None:
    seats = {"busy_s", "at_work_s", "occupancy"}
    assert set(DEFINITIONS) == set(UNITS) == set(asdict(figures([], 20))) | seats
    assert set(DEFINITIONS) == set(Figures.__slots__) | seats


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.sampled_from(
                ["entered", "connected", "left", "finished", "wrapped", "held", "resumed", "raised", "unheard_of"]
            ),
            st.floats(0, 100),
        )
    )
)
def test_what_is_told_twice_is_counted_once_and_the_sum_is_whole(told: list[tuple[int, str, float]]) -> None:
    detail = {"state": "abandoned", "talk_s": 1, "wrap_s": 2}
    events = [event(kind, contact, after, **detail) for contact, kind, after in told]
    once, twice = figures(events, 20), figures([each for happened in events for each in (happened, happened)], 20)
    assert once == twice
    assert once.offered == once.answered + once.abandoned + sum(once.other_exits.values()) + once.waiting


def test_the_queues_own_events_fold_to_what_happened(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.later(7)
    desk.beat("hana")
    desk.talk("A")
    desk.later(10)
    desk.beat("hana")
    desk.finish("A")
    desk.later(3)
    desk.wrap_up("hana")
    desk.sit("hana", "break")
    desk.call("B", ago=30)
    desk.leave("B")
    desk.call("C")
    told = desk.figures()
    assert (told.offered, told.answered, told.abandoned, told.waiting) == (3, 1, 1, 1)
    assert (told.asa_s, told.aht_s, told.longest_wait_s) == (7, 13, 30)
    assert told.service_level_strict == 0.3333
