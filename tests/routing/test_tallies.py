"""Kept tallies: always what the events fold to, whatever comes late, twice, or from two processes at once."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import routing.service as queue
from core.db import Sessions
from routing import tally_queries as queries
from routing.config import RoutingConfig
from routing.metrics import INTERVAL, Counts, Part, add, figures, figures_of, stays, tallies, total
from routing.metrics.intervals import interval_of
from routing.service.tallying import AT_ONCE, counted, counted_since
from routing.tables import RoutingEvent
from routing.tally import Tally
from tests.routing.desk import CONFIG, Desk, contact
from tests.routing.streams import BEGAN, STREAMS, events

SPAN = (BEGAN, BEGAN + timedelta(hours=3))


def keep(sessions: Sessions) -> None:
    more = True
    while more:
        with sessions.begin() as tx:
            more = queue.keep_tallies(tx, CONFIG)


def live(tx: Session, at: datetime) -> Counts:
    return counted_since(tx, "loneliness", BEGAN - timedelta(days=2), CONFIG, at=at)


def folded(tx: Session) -> Counts:
    happened = tx.scalars(select(RoutingEvent).order_by(RoutingEvent.n)).all()
    return tallies(stays(happened).values(), 20_000).get(("queue", ""), {})


def recounts(tx: Session) -> list[queue.Recount | None]:
    return [queue.recount(tx, interval, CONFIG) for interval in queue.intervals(tx, (None, None))]


@given(STREAMS, st.lists(st.floats(0, 7200), max_size=6))
def test_tallies_cut_anywhere_add_up_to_the_fold_over_the_whole(
    stream: list[dict[str, Any]], cuts: list[float]
) -> None:
    everybody = list(stays(events(stream)).values())
    borders = [BEGAN, *sorted(BEGAN + timedelta(seconds=cut) for cut in cuts), BEGAN + timedelta(hours=3)]
    summed: dict[Part, Counts] = {}
    for begin, end in pairwise(borders):
        for part, counts in tallies((stay for stay in everybody if begin <= stay.entered < end), 20_000).items():
            add(summed.setdefault(part, {}), counts)
    assert summed == tallies(everybody, 20_000)
    assert figures_of(summed.get(("queue", ""), {})) == figures(events(stream), 20)


@given(STREAMS, st.data())
def test_an_event_that_is_told_again_at_any_later_time_changes_nothing(
    stream: list[dict[str, Any]], data: st.DataObject
) -> None:
    again = list(stream)
    for each in data.draw(st.lists(st.sampled_from(stream), max_size=20)) if stream else []:
        again.insert(data.draw(st.integers(again.index(each) + 1, len(again))), each)
    assert tallies(stays(events(again)).values(), 20_000) == tallies(stays(events(stream)).values(), 20_000)


@given(STREAMS)
def test_districts_and_counselors_are_parts_of_the_queue(stream: list[dict[str, Any]]) -> None:
    found = tallies(stays(events(stream)).values(), 20_000)
    of = {part: total(counts for (name, _), counts in found.items() if name == part) for part in ("queue", "district")}
    assert {name: n for name, n in of["queue"].items() if not name.startswith("offer:")} == of["district"]
    counselors = total(counts for (name, _), counts in found.items() if name == "counselor")
    for name in ("answered", "talk_ms", "hold_ms", "offer:accepted"):
        assert counselors.get(name, 0) <= of["queue"].get(name, 0)


@given(st.lists(st.tuples(STREAMS, st.booleans()), min_size=1, max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_live_figures_are_the_whole_fold_whenever_tallies_were_kept(
    sessions: Sessions, batches: list[tuple[list[dict[str, Any]], bool]]
) -> None:
    with sessions.begin() as tx:
        tx.execute(delete(RoutingEvent))
        tx.execute(delete(Tally))
    for stream, then_keep in batches:
        with sessions.begin() as tx:
            tx.add_all(events(stream))
        if then_keep:
            keep(sessions)
        with sessions() as tx:
            assert live(tx, SPAN[1]) == folded(tx)
            assert all(found is None or found.same for found in recounts(tx))
    keep(sessions)
    with sessions() as tx:
        assert queries.untallied(tx) == []
        assert live(tx, SPAN[1]) == folded(tx)
        happened = tx.scalars(select(RoutingEvent).order_by(RoutingEvent.n)).all()
        whole = tallies(stays(happened).values(), 20_000)
        for part in ("queue", "counselor", "district"):
            summed: dict[str, Counts] = {}
            for _, key, counts in counted(tx, "loneliness", part, SPAN, CONFIG):
                add(summed.setdefault(key, {}), counts)
            assert summed == {key: counts for (name, key), counts in whole.items() if name == part}


def test_a_contact_still_open_at_its_intervals_end_is_counted_there_when_it_is_over(desk: Desk) -> None:
    desk.sit("hana")
    began = interval_of(desk.at)
    desk.call("A")
    desk.talk("A")
    keep(desk.sessions)
    for _ in range(120):
        desk.later(10)
        desk.beat("hana")
    assert interval_of(desk.at) > began + INTERVAL - timedelta(seconds=1)
    desk.finish("A")
    with desk.sessions() as tx:
        assert live(tx, desk.at)["talk_ms"] == 1_200_000
    keep(desk.sessions)
    with desk.sessions() as tx:
        rows = queries.kept(tx, "loneliness", "queue", began, began + timedelta(hours=1))
    assert [(start, counts["talk_ms"]) for start, _, counts in rows] == [(began, 1_200_000)]


def test_what_comes_late_is_counted_where_it_belongs(desk: Desk) -> None:
    desk.call("A", ago=3600)
    desk.leave("A")
    keep(desk.sessions)
    desk.call("B", ago=3600)
    desk.leave("B", "max_wait")
    with desk.sessions() as tx:
        assert (live(tx, desk.at)["offered"], live(tx, desk.at)["left:max_wait"]) == (2, 1)
    keep(desk.sessions)
    with desk.sessions() as tx:
        kept = queries.kept(tx, "loneliness", "queue", desk.at - timedelta(days=1), desk.at)
    assert [(start, counts["offered"]) for start, _, counts in kept] == [
        (interval_of(desk.at - timedelta(seconds=3600)), 2)
    ]


def test_what_commits_after_later_events_were_tallied_is_not_passed_over(sessions: Sessions) -> None:
    entered = {"kind": "entered", "queue": "loneliness", "at": BEGAN, "detail": {}}
    with sessions() as slow:
        slow.add(RoutingEvent(contact_id=UUID(int=1), **entered))
        slow.flush()
        with sessions.begin() as tx:
            tx.add(RoutingEvent(contact_id=UUID(int=2), **entered))
        keep(sessions)
        slow.commit()
    keep(sessions)
    with sessions() as tx:
        assert live(tx, SPAN[1]) == {"offered": 2}
        assert queries.untallied(tx) == []


def test_two_relays_do_not_count_at_once(desk: Desk) -> None:
    desk.call("A")
    with desk.sessions() as first:
        assert queries.lock_free_tallies(first)
        keep(desk.sessions)
        with desk.sessions() as tx:
            assert tx.scalar(select(func.count()).select_from(Tally)) == 0
    keep(desk.sessions)
    with desk.sessions() as tx:
        assert tx.scalar(select(func.count()).select_from(Tally)) == 2


def test_a_backlog_is_counted_in_several_goes(sessions: Sessions) -> None:
    entered = {"kind": "entered", "queue": "loneliness", "detail": {}}
    with sessions.begin() as tx:
        came = [BEGAN] * AT_ONCE + [BEGAN + INTERVAL]
        tx.add_all(RoutingEvent(contact_id=UUID(int=n + 1), at=at, **entered) for n, at in enumerate(came))
    goes = []
    for _ in range(2):
        with sessions.begin() as tx:
            goes.append(queue.keep_tallies(tx, CONFIG))
    assert goes == [True, False]
    with sessions() as tx:
        assert [counts for _, _, counts in counted(tx, "loneliness", "queue", SPAN, CONFIG)] == [
            {"offered": AT_ONCE},
            {"offered": 1},
        ]


def test_keeping_again_writes_the_same(desk: Desk) -> None:
    desk.call("A", ago=30)
    desk.leave("A")
    keep(desk.sessions)
    with desk.sessions.begin() as tx:
        before = queries.kept(tx, "loneliness", "queue", desk.at - timedelta(days=1), desk.at)
        tx.execute(update(RoutingEvent).values(tallied=False))
    keep(desk.sessions)
    with desk.sessions() as tx:
        assert queries.kept(tx, "loneliness", "queue", desk.at - timedelta(days=1), desk.at) == before


def test_an_interval_keeps_the_service_level_it_was_counted_with(desk: Desk) -> None:
    desk.call("A", ago=30)
    desk.leave("A")
    keep(desk.sessions)
    desk.call("B", ago=15)
    desk.leave("B")
    longer = RoutingConfig(answer_within_seconds=60)
    with desk.sessions.begin() as tx:
        queue.keep_tallies(tx, longer)
        assert counted_since(tx, "loneliness", desk.at - timedelta(hours=1), longer, at=desk.at)["abandoned_soon"] == 1
        assert all(found and found.same for found in recounts(tx))


def test_a_recount_finds_and_mends_a_wrong_number_and_leaves_what_has_no_events_any_more(desk: Desk) -> None:
    desk.call("A")
    desk.leave("A")
    keep(desk.sessions)
    with desk.sessions.begin() as tx:
        tx.execute(update(Tally).where(Tally.part == "queue").values(counts={"offered": 7}))
    with desk.sessions.begin() as tx:
        (found,) = recounts(tx)
        assert found is not None
        assert (found.same, found.kept["queue", ""]["offered"], found.counted["queue", ""]["offered"]) == (False, 7, 1)
    with desk.sessions.begin() as tx:
        assert queue.recount(tx, found.interval, CONFIG, mend=True) == found
    with desk.sessions.begin() as tx:
        (mended,) = recounts(tx)
        assert mended is not None
        assert mended.same
        tx.execute(delete(RoutingEvent))
        assert recounts(tx) == [None]
        assert live(tx, desk.at)["offered"] == 1


def test_a_missing_interval_is_found_by_a_recount(desk: Desk) -> None:
    desk.call("A")
    keep(desk.sessions)
    with desk.sessions.begin() as tx:
        tx.execute(delete(Tally))
        (found,) = recounts(tx)
        assert found is not None
        assert (found.kept, found.same) == ({}, False)


def test_a_district_is_written_down_for_whoever_was_in_the_queue(desk: Desk) -> None:
    key = desk.call("A")
    desk.leave("A")
    with desk.sessions.begin() as tx:
        assert [queue.place_in(tx, key, "11110", at=desk.at) for _ in range(2)] == [True, True]
        assert not queue.place_in(tx, contact("nobody"), "11110", at=desk.at)
    keep(desk.sessions)
    with desk.sessions() as tx:
        rows = counted(tx, "loneliness", "district", (desk.at - timedelta(days=1), desk.at + INTERVAL), CONFIG)
    assert [(key, counts["offered"]) for _, key, counts in rows] == [("11110", 1)]


@pytest.mark.parametrize("nobody", ["quiet", "loneliness"])
def test_a_queue_in_which_nothing_happened_has_no_numbers(sessions: Sessions, nobody: str) -> None:
    keep(sessions)
    with sessions() as tx:
        assert counted(tx, nobody, "queue", SPAN, CONFIG) == []
