"""Offers: accepted once, passed on, run out, failed; and the caller's place through all of it."""

import pytest

import routing.service as queue
from core.errors import NotFound, Stale
from tests.routing.desk import Desk, actor, contact


def test_accepting_tells_the_telephone_once_whom_to_connect(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    first, again = desk.accept("A"), desk.accept("A")
    assert first.id == again.id
    assert desk.told("OfferAccepted") == [
        {
            "contact_id": str(contact("A")),
            "offer_id": str(first.id),
            "counselor_id": str(actor("hana").id),
            "counselor_login": "hana",
            "provider_ref": "CAA",
        }
    ]


def test_a_rejected_caller_keeps_their_place_and_goes_to_the_next_counselor(desk: Desk) -> None:
    desk.call("A", ago=9)
    desk.sit("hana")
    desk.call("B")
    desk.reject("A")
    # She passed A on, so she gets B; A stands first for whoever comes.
    assert (desk.to("A"), desk.to("B")) == (None, "hana")
    desk.call("C")
    desk.sit("duri")
    assert desk.to("A") == "duri"


def test_a_counselor_who_is_alone_is_offered_the_same_caller_after_a_pause(desk: Desk) -> None:
    desk.call("A")
    desk.sit("hana")
    desk.reject("A")
    desk.sweep()
    assert desk.to("A") is None
    desk.later(3)
    desk.sweep()
    assert desk.to("A") == "hana"


def test_an_offer_nobody_reacts_to_goes_on_and_the_seat_has_to_come_back(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.later(1)
    desk.sit("duri")
    desk.later(19)
    desk.beat("hana", "duri")
    desk.sweep()
    assert (desk.to("A"), desk.seat("hana").state) == ("duri", "not_responding")
    desk.call("B")
    assert desk.to("B") is None
    desk.sit("hana")
    assert (desk.seat("hana").state, desk.to("B")) == ("reserved", "hana")


def test_an_offer_is_not_over_before_its_time(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.later(10)
    desk.beat("hana")
    desk.later(9.9)
    desk.sweep()
    assert desk.to("A") == "hana"


def test_accepting_after_the_deadline_is_too_late_even_before_the_sweep(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.later(21)
    with pytest.raises(Stale, match="timed out"):
        desk.accept("A")
    assert desk.state("A") == "offered"


def test_a_failed_connection_brings_the_caller_back_to_their_place(desk: Desk) -> None:
    desk.call("A", ago=9)
    desk.call("B")
    desk.sit("hana")
    desk.accept("A")
    assert desk.fail("A", "left")
    assert not desk.fail("A", "left")
    assert desk.seat("hana").state == "reserved"
    assert (desk.to("A"), desk.to("B")) == (None, "hana")
    desk.sit("duri")
    assert desk.to("A") == "duri"


def test_a_counselor_whose_telephone_was_not_answered_has_to_come_back(desk: Desk) -> None:
    desk.call("A")
    desk.sit("hana")
    desk.accept("A")
    desk.fail("A", "no-answer")
    assert (desk.seat("hana").state, desk.to("A")) == ("not_responding", None)
    desk.later(3)
    desk.sit("hana")
    assert desk.to("A") == "hana"


def test_another_counselors_offer_is_not_found(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    with desk.sessions.begin() as tx, pytest.raises(NotFound):
        queue.accept(tx, offer.id, actor("duri").id, board=desk.board, at=desk.at)
    with desk.sessions.begin() as tx, pytest.raises(NotFound):
        queue.reject(tx, offer.id, actor("duri").id, "no", board=desk.board, at=desk.at)


def test_an_offer_that_was_passed_on_cannot_be_accepted(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.reject("A")
    with desk.sessions.begin() as tx:
        assert queue.reject(tx, offer.id, offer.counselor_id, "x", board=desk.board, at=desk.at).state == "rejected"
    with desk.sessions.begin() as tx, pytest.raises(Stale, match="passed"):
        queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at)
