"""Whoever is to be called back has the place of whoever waited, lets callers pass, and counts as nobody's wait."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from redis import Redis

import routing.service as queue
from core.db import Sessions
from tests.routing.desk import Desk, actor, contact


@pytest.fixture
def desk(sessions: Sessions, redis: Redis, at: datetime) -> Desk:
    return Desk(sessions, redis, at)


def stand(desk: Desk, name: str, priority: str = "callback", ago: float = 0, first_to: UUID | None = None) -> None:
    who = queue.Standing(
        contact_id=contact(name), queue="loneliness", priority=priority, language="ko", provider_ref=f"CB{name}",
        since=desk.at - timedelta(seconds=ago), first_to=first_to, others_from=desk.at + timedelta(seconds=20),
    )  # fmt: skip
    with desk.sessions.begin() as tx:
        queue.stand(tx, who, board=desk.board, at=desk.at)


def take_up(desk: Desk, name: str, ago: float) -> bool:
    with desk.sessions.begin() as tx:
        return queue.take_up(tx, contact(name), desk.at - timedelta(seconds=ago), board=desk.board, at=desk.at)


def test_a_call_back_has_the_place_of_whoever_first_began_to_wait(desk: Desk) -> None:
    stand(desk, "late", ago=60)
    stand(desk, "early", ago=600)
    stand(desk, "early", ago=0)
    desk.sit("hana")
    assert (desk.to("early"), desk.to("late")) == ("hana", None)
    assert desk.agrees()


def test_a_call_back_for_somebody_in_danger_is_among_those_in_danger(desk: Desk) -> None:
    desk.call("caller", ago=900)
    stand(desk, "danger", priority="danger", ago=5)
    desk.sit("hana")
    assert desk.to("danger") == "hana"


def test_whoever_was_cut_off_is_offered_to_their_counselor_first_and_to_others_in_time(desk: Desk) -> None:
    duri, hana = desk.sit("duri"), desk.sit("hana")
    desk.later(1)
    stand(desk, "A", first_to=hana)
    assert desk.to("A") == "hana"
    desk.reject("A")
    offer = desk.offer("A")
    assert offer is not None
    assert offer.counselor_id == duri, "who does not take them has been asked: nobody else is waited with"


@pytest.mark.parametrize("activity", ["break", "offline"])
def test_nobody_waits_for_a_counselor_who_is_not_there(desk: Desk, activity: str) -> None:
    desk.sit("duri")
    stand(desk, "A", first_to=desk.sit("hana", activity))
    assert desk.to("A") == "duri"


def test_a_call_back_that_survives_a_lost_board_keeps_its_place(desk: Desk) -> None:
    stand(desk, "A", ago=300)
    desk.redis.flushdb()
    desk.sweep()
    desk.call("B", priority="callback", ago=200)
    desk.sit("hana")
    assert desk.to("A") == "hana"


def test_a_call_back_is_no_second_caller_in_the_figures(desk: Desk) -> None:
    stand(desk, "A", ago=3600)
    desk.sit("hana")
    desk.talk("A")
    desk.finish("A")
    counted = desk.figures()
    assert (counted.offered, counted.answered, counted.service_level_strict) == (0, 0, None)


def test_a_place_that_is_taken_up_goes_before_those_who_came_later(desk: Desk) -> None:
    desk.call("first", ago=60)
    desk.call("again", ago=0)
    assert take_up(desk, "again", ago=300)
    assert not take_up(desk, "again", ago=100), "a later place is no better one"
    assert desk.agrees()
    desk.sit("hana")
    assert desk.to("again") == "hana"
    assert not take_up(desk, "again", ago=900), "who is offered to somebody stays as they are"
    assert not take_up(desk, "nobody", ago=900)


def test_a_place_is_taken_up_before_the_caller_is_let_in(desk: Desk) -> None:
    desk.call("first", ago=60)
    key = desk.write("again")
    assert take_up(desk, "again", ago=300)
    with desk.sessions.begin() as tx:
        queue.enter(tx, key, board=desk.board, at=desk.at)
    assert desk.agrees()
    desk.sit("hana")
    assert desk.to("again") == "hana"


@pytest.mark.parametrize("reason", ["resumed", "not_reached"])
def test_leaving_without_a_talk_frees_the_counselor_as_if_nothing_had_been(desk: Desk, reason: str) -> None:
    hana = desk.sit("hana")
    since = desk.seat("hana").idle_since
    desk.later(5)
    stand(desk, "A")
    desk.accept("A")
    assert desk.leave("A", reason)
    assert (desk.seat("hana").state, desk.seat("hana").idle_since) == ("idle", since)
    assert desk.state("A") == reason
    assert hana == actor("hana").id
