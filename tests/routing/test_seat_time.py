"""Time at work and time busy, by the clock: every way a counselor comes to be at work, and stops being it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from routing.metrics.seat_time import SeatTime, seat_times
from routing.tables import RoutingEvent
from tests.routing.desk import Desk

START = datetime(2026, 11, 24, tzinfo=UTC)
HANA = UUID(int=1)
AVAILABLE: dict[str, Any] = {"activity": "available", "state": "idle"}
BREAK: dict[str, Any] = {"activity": "break", "state": "idle"}


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(kind: str, after: float, contact: int | None = None, **detail: Any) -> RoutingEvent:
    key = UUID(int=contact) if contact else None
    return RoutingEvent(kind=kind, at=moment(after), contact_id=key, counselor_id=HANA, detail=detail)


def seconds(events: list[RoutingEvent], begin: float = 0, end: float = 1000) -> tuple[float, float]:
    """Give how long Hana was busy, and at work."""
    times = seat_times(events, moment(1000))
    busy, at_work = times.get(HANA, SeatTime([], [])).within(moment(begin), moment(end))
    return busy / 1000, at_work / 1000


def test_occupancy_is_talk_and_wrap_up_of_the_time_at_work() -> None:
    shift = [event("seat", 0, **AVAILABLE), event("connected", 100, 7), event("finished", 160, 7)]
    shift += [event("wrapped", 200, 7, wrap_s=40), event("seat", 500, **BREAK)]
    assert seconds(shift) == (100, 500)


def test_a_span_is_cut_where_it_is_asked_for() -> None:
    shift = [event("seat", 0, **AVAILABLE), event("connected", 100, 7), event("finished", 160, 7)]
    assert seconds(shift, 130, 300) == (30, 170)
    assert seconds(shift, 200, 200) == (0, 0)


def test_a_conversation_that_goes_on_at_another_seat_has_ended_at_the_first() -> None:
    duri = RoutingEvent(kind="taken_over", at=moment(300), contact_id=UUID(int=7), counselor_id=UUID(int=2), detail={})
    shift = [event("seat", 0, **BREAK), event("connected", 100, 7), duri]
    assert seconds(shift) == (200, 200)
    assert seconds([*shift[:2], event("returned", 150, 7)]) == (50, 50)


def test_a_conversation_under_way_counts_until_now_even_on_a_break() -> None:
    assert seconds([event("seat", 0, **BREAK), event("connected", 900, 7)]) == (100, 100)


@pytest.mark.parametrize(
    ("kind", "detail", "at_work"),
    [
        ("timed_out", {}, 300),
        ("connect_failed", {"why": "no-answer"}, 300),
        ("connect_failed", {"why": "caller_gone"}, 1000),
        ("seat", {"activity": "available", "state": "lost"}, 300),
        ("seat", {"activity": "available", "state": "not_responding"}, 300),
        ("rejected", {}, 1000),
        ("unheard_of", {}, 1000),
    ],
)
def test_who_does_not_answer_or_is_lost_is_not_at_work(kind: str, detail: dict[str, Any], at_work: float) -> None:
    assert seconds([event("seat", 0, **AVAILABLE), event(kind, 300, 7, **detail)]) == (0, at_work)


KINDS = st.sampled_from(["seat", "connected", "finished", "wrapped", "timed_out", "left"])
HAPPENED = st.lists(st.tuples(KINDS, st.integers(0, 900), st.integers(1, 3)))


@given(HAPPENED, st.lists(st.integers(0, 1000), max_size=5))
def test_time_cut_anywhere_adds_up_and_busy_is_a_part_of_work(
    told: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    told.sort(key=lambda each: each[1])
    events = [event(kind, after, contact, wrap_s=5, **AVAILABLE) for kind, after, contact in told]
    borders = [-100, *sorted(cuts), 1000]
    parts = [seconds(events, begin, end) for begin, end in pairwise(borders)]
    busy, at_work = seconds(events, -100)
    assert (sum(part[0] for part in parts), sum(part[1] for part in parts)) == (busy, at_work)
    assert busy <= at_work <= 1100


def test_what_was_chosen_during_a_call_is_written_down_when_it_takes_effect(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.sit("hana", "break")
    desk.finish("A")
    desk.later(5)
    desk.wrap_up("hana")
    with desk.sessions() as tx:
        seat = select(RoutingEvent).where(RoutingEvent.kind == "seat").order_by(RoutingEvent.n)
        told = [event.detail["activity"] for event in tx.scalars(seat)]
    assert told == ["available", "break"]
