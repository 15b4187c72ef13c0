"""Seats: what counselors choose, when it counts, and what becomes of a desk nothing is heard of."""

from datetime import timedelta

import pytest

import routing.service as queue
from core.errors import Conflict, Invalid, NotFound
from routing.service.seats import set_activity_of
from tests.routing.desk import Desk, actor, contact


def test_a_new_seat_is_offline_until_its_counselor_says_otherwise(desk: Desk) -> None:
    with desk.sessions.begin() as tx:
        queue.sign_on(tx, actor("hana"), board=desk.board, at=desk.at)
    desk.call("A")
    assert (desk.seat("hana").activity, desk.to("A")) == ("offline", None)


@pytest.mark.parametrize("activity", ["offline", "break", "training", "supervision"])
def test_who_is_not_available_is_offered_nobody(desk: Desk, activity: str) -> None:
    desk.sit("hana", activity)
    desk.call("A")
    assert desk.to("A") is None
    desk.sit("hana")
    assert desk.to("A") == "hana"


def test_a_wrap_up_is_extended_by_the_minute_and_not_for_ever(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    with pytest.raises(Conflict):
        extend(desk)
    desk.talk("A")
    desk.finish("A")
    began, until = desk.at, desk.seat("hana").wrap_until
    assert until is not None
    extend(desk)
    assert desk.seat("hana").wrap_until == until + timedelta(seconds=60)
    assert desk.agrees()
    for _ in range(7):
        extend(desk)
    assert desk.seat("hana").wrap_until == began + timedelta(seconds=desk.config.longest_wrap_up_seconds)
    with pytest.raises(Conflict, match="break"):
        extend(desk)
    desk.later(130)
    desk.beat("hana")
    desk.sweep()
    assert desk.seat("hana").state == "wrapping"
    desk.wrap_up("hana")
    assert desk.seat("hana").state == "idle"


def extend(desk: Desk) -> None:
    with desk.sessions.begin() as tx:
        queue.extend_wrap_up(tx, actor("hana").id, board=desk.board, at=desk.at)


def test_a_break_chosen_during_a_call_begins_after_the_wrap_up(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.sit("hana", "break")
    assert (desk.seat("hana").activity, desk.seat("hana").next_activity) == ("available", "break")
    desk.finish("A")
    assert desk.seat("hana").state == "wrapping"
    desk.wrap_up("hana")
    assert (desk.seat("hana").activity, desk.seat("hana").next_activity) == ("break", None)
    desk.call("B")
    assert desk.to("B") is None
    assert desk.agrees()


def test_a_break_that_was_thought_better_of_does_not_begin(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.sit("hana", "break")
    desk.sit("hana", "available")
    assert desk.seat("hana").next_activity is None


def test_signing_off_ends_with_the_call_that_is_under_way(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    with desk.sessions.begin() as tx:
        queue.sign_off(tx, actor("hana"), board=desk.board, at=desk.at)
    assert desk.seat("hana").state == "on_contact"
    desk.finish("A")
    desk.wrap_up("hana")
    assert desk.seat("hana").activity == "offline"


def test_a_desk_nothing_is_heard_of_is_lost_and_its_offer_goes_on(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(10)
    desk.sit("duri")
    desk.call("A")
    assert desk.to("A") == "hana"
    desk.later(5)
    desk.sweep()
    assert (desk.seat("hana").state, desk.to("A")) == ("lost", "duri")
    assert desk.agrees()
    desk.beat("hana")
    assert desk.seat("hana").state == "idle"
    desk.call("B")
    assert desk.to("B") == "hana"


def test_no_offer_is_made_to_a_desk_whose_lease_is_over_even_before_the_sweep(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(15)
    desk.call("A")
    assert desk.to("A") is None


def test_a_desk_whose_lease_is_over_does_not_stand_in_the_way_of_the_next(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(10)
    desk.sit("duri")
    desk.later(5)
    desk.call("A")
    assert desk.to("A") == "duri"


def test_a_call_outlives_the_desk_and_the_house_is_told(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.later(15)
    desk.sweep()
    assert (desk.state("A"), desk.seat("hana").state) == ("connected", "lost")
    assert [told["contact_id"] for told in desk.told("SeatLost")] == [str(contact("A"))]
    desk.beat("hana")
    assert desk.seat("hana").state == "on_contact"
    assert desk.agrees()


def test_a_call_that_ends_while_the_desk_is_lost_leaves_it_lost(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.later(15)
    desk.sweep()
    desk.finish("A")
    assert (desk.state("A"), desk.seat("hana").state) == ("completed", "lost")
    desk.beat("hana")
    assert desk.seat("hana").state == "idle"
    assert desk.agrees()


def test_a_supervisor_changes_an_activity_but_not_the_lease(desk: Desk) -> None:
    key = desk.sit("hana")
    desk.later(10)
    with desk.sessions.begin() as tx:
        set_activity_of(tx, key, "break", board=desk.board, at=desk.at)
    assert desk.seat("hana").activity == "break"
    desk.later(5)
    desk.sweep()
    assert desk.seat("hana").state == "lost"


def test_what_is_no_activity_or_nobodys_seat_is_refused(desk: Desk) -> None:
    with desk.sessions.begin() as tx:
        with pytest.raises(Invalid, match="supervision"):
            queue.set_activity(tx, actor("hana"), "asleep", board=desk.board, at=desk.at)
        with pytest.raises(Invalid):
            set_activity_of(tx, actor("hana").id, "asleep", board=desk.board, at=desk.at)
        with pytest.raises(NotFound):
            set_activity_of(tx, actor("ghost").id, "break", board=desk.board, at=desk.at)


def test_waiting_with_nobody_on_shift_is_told_once(desk: Desk) -> None:
    desk.call("A")
    for _ in range(4):
        desk.sweep()
        desk.later(6)
    told = desk.told("NobodyOnShift")
    assert [each["waiting"] for each in told] == [1]
    desk.sit("hana")
    desk.sweep()
    desk.sit("hana", "break")
    desk.reject("A")
    for _ in range(4):
        desk.sweep()
        desk.later(6)
        desk.beat("hana")
    assert len(desk.told("NobodyOnShift")) == 2


def test_being_busy_is_being_on_shift(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.call("B")
    for _ in range(4):
        desk.sweep()
        desk.later(6)
        desk.beat("hana")
    assert desk.told("NobodyOnShift") == []
