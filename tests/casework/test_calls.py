"""What the telephone tells becomes a draft, a call-back or nothing, however often it is told."""

from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest

from casework.service import about, assign, callback_requested, danger, ended
from casework.service.calls import Reached
from casework.tables import Contact, Duty, Escalation
from tests.casework.conftest import House


def end(house: House, contact_id: UUID, reached: Reached = "queue") -> Contact:
    with house.sessions.begin() as tx:
        return ended(tx, contact_id, ended_by="caller", reached=reached, at=house.clock.at)


def press_danger(house: House, contact_id: UUID) -> None:
    with house.sessions.begin() as tx:
        danger(tx, contact_id, at=house.clock.at)


def test_a_caller_who_left_at_the_menu_is_voided(house: House) -> None:
    contact = end(house, house.ring(), "menu")
    assert (contact.state, contact.outcome_class, contact.outcome) == ("voided", "non_data", "hang_up")
    assert not house.rows(Duty)


@pytest.mark.parametrize("reached", ["line", "queue"])
def test_a_caller_who_gave_up_waiting_is_owed_one_call_back(house: House, reached: Reached) -> None:
    contact_id = house.ring()
    for _ in range(3):
        end(house, contact_id, reached)
    (duty,) = house.rows(Duty)
    assert (duty.kind, duty.team, duty.owner_id, duty.priority) == ("callback", "counselors", None, "normal")
    assert duty.due_at == house.clock.at + timedelta(minutes=30)
    assert house.row(Contact, contact_id).unanswered == "callback"


def test_a_withheld_number_is_owed_nothing_but_the_contact_says_so(house: House) -> None:
    contact = end(house, house.ring(number=None))
    assert (contact.state, contact.unanswered) == ("voided", "number_withheld")
    assert not house.rows(Duty)


def test_a_withheld_number_in_danger_reaches_the_supervisor(house: House) -> None:
    contact_id = house.ring(number=None)
    press_danger(house, contact_id)
    end(house, contact_id)
    assert {one.reason for one in house.rows(Escalation)} == {"danger", "danger_lost"}


def test_giving_up_again_joins_the_open_call_back_and_raises_it(house: House) -> None:
    end(house, house.ring("CA1"))
    first_due = house.rows(Duty)[0].due_at
    house.clock.forward(minutes=2)
    second = house.ring("CA2")
    end(house, second)
    end(house, second)
    (duty,) = house.rows(Duty)
    assert (duty.calls, duty.priority, duty.due_at) == (2, "high", first_due)
    assert house.row(Contact, second).callback_duty_id == duty.id
    third = house.ring("CA3")
    press_danger(house, third)
    end(house, third)
    (duty,) = house.rows(Duty, Duty.kind == "callback")
    assert (duty.calls, duty.priority) == (3, "danger")
    assert duty.due_at == house.clock.at + timedelta(minutes=5)


def test_two_calls_that_end_at_once_are_owed_one_call_back(house: House) -> None:
    contacts = [house.ring(f"CA{n}") for n in range(6)]
    threads = [Thread(target=end, args=(house, contact_id)) for contact_id in contacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (duty,) = house.rows(Duty)
    assert duty.calls == 6


def test_a_call_back_that_was_asked_for_keeps_the_place_and_is_not_counted_twice(house: House) -> None:
    contact_id = house.ring()
    began = house.clock.forward(minutes=1)
    for _ in range(2):
        with house.sessions.begin() as tx:
            about(tx, contact_id, "other", at=house.clock.at)
        house.clock.forward(minutes=2)
    for _ in range(2):
        with house.sessions.begin() as tx:
            callback_requested(tx, contact_id, at=house.clock.at)
    end(house, contact_id)
    (duty,) = house.rows(Duty)
    assert (duty.place_at, duty.calls) == (began, 1)
    assert house.row(Contact, contact_id).about == "other"


def test_an_answered_call_is_a_draft_of_its_counselor_when_it_ends(house: House) -> None:
    contact_id = house.talk()
    contact = house.row(Contact, contact_id)
    assert (contact.state, contact.owner_id) == ("draft", house.person("counselor").id)
    assert not house.rows(Duty)


def test_the_news_in_the_wrong_order_ends_in_the_same_state(house: House) -> None:
    contact_id, counselor = house.ring(), house.person("counselor")
    end(house, contact_id, "counselor")
    with house.sessions.begin() as tx:
        assign(tx, contact_id, counselor.id, at=house.clock.at)
    contact = house.row(Contact, contact_id)
    assert (contact.state, contact.owner_id) == ("draft", counselor.id)


def test_a_conversation_without_an_owner_is_not_lost(house: House) -> None:
    end(house, house.ring(), "counselor")
    assert [one.reason for one in house.rows(Escalation)] == ["no_owner"]


def test_danger_is_news_for_the_supervisor_until_a_counselor_answers(house: House) -> None:
    contact_id, counselor = house.ring(), house.person("counselor")
    press_danger(house, contact_id)
    press_danger(house, contact_id)
    (told,) = house.rows(Escalation)
    assert (told.reason, told.state) == ("danger", "raised")
    with house.sessions.begin() as tx:
        assign(tx, contact_id, counselor.id, at=house.clock.at)
    assert house.rows(Escalation)[0].state == "resolved"


def test_whoever_answers_the_caller_takes_over_the_call_back_and_finalizing_ends_it(house: House) -> None:
    end(house, house.ring("CA1"))
    contact_id = house.talk("CA2")
    (duty,) = house.rows(Duty)
    assert duty.owner_id == house.person("counselor").id
    body = {"form": {"outcome_class": "non_data", "outcome": "thank_you"}}
    assert house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json=body).status_code == 200
    assert house.rows(Duty)[0].state == "done"
