"""Seats that fall silent: a desk that vanishes, a softphone that is away, offers that nobody answers."""

from dataclasses import replace
from datetime import timedelta

import routing.service as queue
from routing.advice import advice
from routing.config import RoutingConfig
from tests.routing.desk import CONFIG, Desk, actor


def at_work(desk: Desk) -> Desk:
    """The same helpline with the numbers that it works by."""
    return replace(desk, config=RoutingConfig())


def test_a_desk_that_vanishes_is_lost_within_five_seconds_and_its_offer_goes_back(desk: Desk) -> None:
    desk = at_work(desk)
    desk.sit("hana")
    desk.call("A")
    desk.sit("duri")
    for _ in range(3):
        desk.later(1.5)
        desk.beat("hana", "duri")
    vanished = desk.at
    while desk.to("A") == "hana":
        desk.later(0.2)
        desk.beat("duri")
        desk.sweep()
    assert desk.at - vanished <= timedelta(seconds=5)
    assert (desk.seat("hana").state, desk.to("A")) == ("lost", "duri")
    assert desk.agrees()


def test_two_heartbeats_may_be_late_and_the_seat_is_kept(desk: Desk) -> None:
    desk = at_work(desk)
    desk.sit("hana")
    desk.later(4.4)
    desk.sweep()
    desk.beat("hana")
    assert desk.seat("hana").state == "idle"


def test_a_late_heartbeat_in_a_conversation_ends_nothing(desk: Desk) -> None:
    desk = at_work(desk)
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    for _ in range(3):
        desk.later(6)
        desk.sweep()
        assert (desk.state("A"), desk.seat("hana").state) == ("connected", "lost")
        desk.beat("hana")
        assert (desk.state("A"), desk.seat("hana").state) == ("connected", "on_contact")
    assert desk.agrees()


def softphone(desk: Desk, *, there: bool | None) -> str:
    with desk.sessions.begin() as tx:
        return queue.heartbeat(tx, actor("hana"), board=desk.board, at=desk.at, softphone=there)


def test_without_a_softphone_a_seat_is_offered_nobody_and_its_counselor_knows_why(desk: Desk) -> None:
    desk.sit("hana")
    softphone(desk, there=False)
    desk.call("A")
    assert (desk.to("A"), desk.seat("hana").softphone) == (None, False)
    told = advice("available", "idle", softphone=False)
    assert told is not None
    assert "전화기" in told
    assert "softphone" in told
    softphone(desk, there=None)
    assert desk.to("A") is None
    assert desk.agrees()
    softphone(desk, there=True)
    assert (desk.to("A"), desk.seat("hana").state) == ("hana", "reserved")


def test_a_softphone_that_goes_in_the_middle_of_a_call_ends_nothing(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    assert softphone(desk, there=False) == "on_contact"
    desk.finish("A")
    desk.wrap_up("hana")
    desk.call("B")
    assert (desk.state("A"), desk.to("B")) == ("completed", None)
    assert desk.agrees()


def run_out(desk: Desk) -> None:
    for _ in range(3):
        desk.later(7)
        desk.beat("hana", "duri")
    desk.sweep()


def test_one_missed_offer_is_a_mishap_and_two_in_a_row_need_a_way_back(desk: Desk) -> None:
    desk = replace(desk, config=replace(CONFIG, unanswered_limit=2))
    desk.sit("hana")
    desk.call("A")
    run_out(desk)
    assert (desk.seat("hana").state, desk.seat("hana").unanswered, desk.to("A")) == ("idle", 1, None)
    assert desk.agrees()
    desk.later(4)
    desk.sweep()
    assert desk.to("A") == "hana"
    run_out(desk)
    assert (desk.seat("hana").state, desk.to("A")) == ("not_responding", None)
    told = advice("available", "not_responding", softphone=True)
    assert told is not None
    assert "상담 가능" in told
    assert "Available" in told
    assert [each["counselor_login"] for each in desk.told("LastSeatSilent")] == ["hana"]
    desk.later(4)
    desk.sit("hana")
    assert (desk.to("A"), desk.seat("hana").unanswered) == ("hana", 0)
    assert desk.agrees()


def test_whoever_answers_or_passes_on_starts_again_from_nothing(desk: Desk) -> None:
    desk = replace(desk, config=replace(CONFIG, unanswered_limit=2))
    desk.sit("hana")
    desk.call("A")
    run_out(desk)
    desk.later(4)
    desk.sweep()
    desk.reject("A")
    assert desk.seat("hana").unanswered == 0
    desk.later(4)
    desk.sweep()
    run_out(desk)
    assert (desk.seat("hana").state, desk.told("LastSeatSilent")) == ("idle", [])
    desk.later(4)
    desk.sweep()
    desk.accept("A")
    assert desk.seat("hana").unanswered == 0


def test_nobody_is_alarmed_while_somebody_else_is_on_shift(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.later(1)
    desk.sit("duri")
    run_out(desk)
    assert (desk.seat("hana").state, desk.told("LastSeatSilent")) == ("not_responding", [])
