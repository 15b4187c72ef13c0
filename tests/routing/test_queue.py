"""A caller's way through the queue, and who is offered whom."""

import pytest

import routing.service as queue
from core.errors import Conflict, Invalid, NotFound, Stale
from routing.records import Outlook
from tests.routing.desk import Desk, contact


def test_a_caller_is_offered_taken_talked_to_and_written_up(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    assert (desk.to("A"), desk.state("A"), desk.seat("hana").state) == ("hana", "offered", "reserved")
    desk.accept("A")
    assert (desk.state("A"), desk.seat("hana").state) == ("connecting", "connecting")
    desk.connect("A")
    assert (desk.state("A"), desk.seat("hana").state) == ("connected", "on_contact")
    assert desk.finish("A")
    assert (desk.state("A"), desk.seat("hana").state) == ("completed", "wrapping")
    desk.wrap_up("hana")
    assert desk.seat("hana").state == "idle"
    assert desk.agrees()


def test_first_come_is_first_served(desk: Desk) -> None:
    for name in "ABC":
        desk.call(name)
    for login in ("hana", "duri"):
        desk.sit(login)
    assert (desk.to("A"), desk.to("B"), desk.to("C")) == ("hana", "duri", None)


def test_who_entered_first_is_first_whatever_order_the_queue_heard_of_them(desk: Desk) -> None:
    desk.call("late", ago=1)
    desk.call("early", ago=9)
    desk.sit("hana")
    assert desk.to("early") == "hana"


def test_danger_goes_first_and_a_raised_caller_keeps_their_time(desk: Desk) -> None:
    desk.call("A", ago=30)
    desk.call("B", ago=20)
    desk.call("D", priority="danger", ago=10)
    assert desk.danger("B")
    assert not desk.danger("B")
    desk.sit("hana")
    assert desk.to("B") == "hana"
    desk.sit("duri")
    assert desk.to("D") == "duri"
    assert desk.agrees()


def test_who_has_been_free_longest_is_asked_first(desk: Desk) -> None:
    for login in ("hana", "duri", "sena"):
        desk.sit(login)
        desk.later(1)
    desk.call("A")
    assert desk.to("A") == "hana"
    desk.reject("A")
    assert desk.to("A") == "duri"
    assert desk.seat("hana").idle_since == desk.at


def test_a_caller_who_speaks_english_waits_for_a_counselor_who_does(desk: Desk) -> None:
    desk.call("E", language="en", ago=9)
    desk.call("K")
    desk.sit("duri")
    assert (desk.to("E"), desk.to("K")) == (None, "duri")
    desk.sit("hana", languages=("ko", "en"))
    assert desk.to("E") == "hana"


def test_a_language_nobody_is_listed_for_waits_with_the_first(desk: Desk) -> None:
    desk.call("X", language="tlh", priority="whatever")
    desk.sit("duri", languages=("eo",))
    assert desk.to("X") == "duri"
    assert desk.agrees()


def test_a_caller_who_hangs_up_while_it_rings_leaves_the_counselor_free_as_long_as_before(desk: Desk) -> None:
    desk.sit("hana")
    since = desk.seat("hana").idle_since
    desk.later(5)
    desk.call("A", ago=10)
    offer = desk.offer("A")
    assert offer is not None
    assert desk.leave("A")
    assert (desk.state("A"), desk.seat("hana").state, desk.seat("hana").idle_since) == ("abandoned", "idle", since)
    with desk.sessions.begin() as tx, pytest.raises(Stale, match="caller has left"):
        queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at)
    assert desk.agrees()


def test_a_caller_who_hangs_up_while_being_connected_frees_the_counselor(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.accept("A")
    desk.later(1)
    assert desk.leave("A")
    assert (desk.state("A"), desk.seat("hana").state) == ("abandoned_short", "idle")
    assert desk.agrees()


def test_leaving_twice_or_after_the_end_is_nothing(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    assert desk.leave("A", "callback_requested")
    assert not desk.leave("A")
    assert desk.state("A") == "callback_requested"
    desk.call("B")
    desk.talk("B")
    assert not desk.leave("B")
    desk.finish("B")
    assert not desk.leave("B")
    assert desk.state("B") == "completed"
    assert not desk.leave("nobody")


def test_nobody_leaves_for_a_reason_that_is_none(desk: Desk) -> None:
    desk.call("A")
    with pytest.raises(Invalid, match="abandoned"):
        desk.leave("A", "bored")


def test_entering_twice_is_entering_once(desk: Desk) -> None:
    key = desk.call("A")
    with desk.sessions.begin() as tx:
        queue.enter(tx, key, board=desk.board, at=desk.at)
    assert [record["state"] for record in desk.board.contacts().values()] == ["waiting"]
    desk.leave("A")
    with desk.sessions.begin() as tx:
        assert queue.enter(tx, key, board=desk.board, at=desk.at).state == "abandoned_short"
    assert desk.board.contacts() == {}


def test_nobody_enters_without_an_entry(desk: Desk) -> None:
    with desk.sessions.begin() as tx, pytest.raises(NotFound):
        queue.enter(tx, contact("ghost"), board=desk.board, at=desk.at)


def test_what_the_telephone_tells_twice_happens_once(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    with desk.sessions.begin() as tx:
        assert not queue.connected(tx, contact("A"), board=desk.board, at=desk.at)
    assert desk.finish("A")
    assert not desk.finish("A")
    assert not desk.fail("A", "failed")


def test_holding_shows_at_the_seat(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    with desk.sessions.begin() as tx:
        assert queue.hold(tx, contact("A"), board=desk.board, at=desk.at)
    assert desk.seat("hana").state == "on_hold"
    with desk.sessions.begin() as tx:
        assert queue.resume(tx, contact("A"), board=desk.board, at=desk.at)
    assert desk.seat("hana").state == "on_contact"
    assert desk.agrees()
    desk.finish("A")
    with desk.sessions.begin() as tx:
        assert not queue.hold(tx, contact("A"), board=desk.board, at=desk.at)


def test_a_waiting_caller_is_told_their_place(desk: Desk) -> None:
    for name, priority, ago in (("A", "normal", 9), ("B", "normal", 8), ("D", "danger", 1)):
        desk.call(name, priority, ago=ago)
    desk.call("E", language="en")
    assert [desk.board.outlook(contact(name), desk.at).place for name in "DABE"] == [1, 2, 3, 4]
    desk.sit("hana")
    assert desk.board.outlook(contact("D"), desk.at) == Outlook("offered", 1)
    desk.accept("D")
    assert desk.board.outlook(contact("D"), desk.at).connecting
    assert desk.board.outlook(contact("nobody"), desk.at) == Outlook()


def test_a_wrap_up_ends_by_itself(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.finish("A")
    desk.call("B")
    for _ in range(12):
        desk.later(10)
        desk.beat("hana")
    assert desk.to("B") is None
    desk.sweep()
    assert desk.to("B") == "hana"
    with pytest.raises(Conflict):
        desk.wrap_up("hana")
