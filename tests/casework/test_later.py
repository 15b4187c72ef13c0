"""Records that are finished later: owed by a deadline, done by finalizing, told to a supervisor when nobody does."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casework.service.later import heavy, outcome_missing, owes_outcome
from casework.tables import Duty, Escalation
from core.ids import named_id
from ivr.seats import last_seat_silent, outcome_owed
from routing.messages import LastSeatSilent, OutcomeOwed
from tests.casework.conftest import House

NON_DATA = {"form": {"outcome_class": "non_data", "outcome": "test"}}


def put_off(house: House, contact_id: UUID, because: Any = "callers_wait") -> Any:
    return house.desk("counselor").post(f"/api/contacts/{contact_id}/finish-later", json={"because": because})


def owes(house: House) -> bool:
    with house.sessions() as tx:
        return owes_outcome(tx, house.person("counselor").id)


def escalated(house: House) -> list[str]:
    with house.sessions() as tx:
        return list(tx.scalars(select(Escalation.reason)))


def test_an_outcome_is_owed_until_it_is_finalized(house: House) -> None:
    contact_id = house.talk()
    assert owes(house)
    house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json=NON_DATA)
    assert not owes(house)


def test_a_conversation_elsewhere_keeps_nobody_from_the_line(house: House) -> None:
    house.desk("counselor").post("/api/contacts", json={"key": str(uuid4()), "channel": "walk_in"}).raise_for_status()
    assert not owes(house)


def test_a_record_put_off_is_owed_by_a_deadline_once_and_done_by_finalizing(house: House) -> None:
    contact_id = house.talk()
    told = [put_off(house, contact_id).json() for _ in range(2)]
    assert told[0] == told[1]
    assert not owes(house)
    with house.sessions() as tx:
        duty = tx.scalars(select(Duty)).one()
        assert (duty.kind, duty.team, duty.owner_id) == ("record", "counselors", house.person("counselor").id)
        assert duty.due_at == house.clock.at + house.config.record_within
    house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json=NON_DATA)
    with house.sessions() as tx:
        assert tx.scalars(select(Duty.state)).all() == ["done"]
    assert put_off(house, contact_id).status_code == 409


@pytest.mark.parametrize("because", ["", "no reason", None, 1, ["callers_wait"]])
def test_a_reason_that_is_none_is_refused(house: House, because: Any) -> None:
    assert put_off(house, house.talk(), because).status_code == 422


def test_what_is_not_ones_own_record_cannot_be_put_off(house: House) -> None:
    assert put_off(house, uuid4()).status_code == 404
    assert put_off(house, house.talk(counselor="somebody")).status_code == 404
    waiting = house.ring("CA2")
    asked = {"because": "technical"}
    assert house.desk("supervisor").post(f"/api/contacts/{waiting}/finish-later", json=asked).status_code == 409


def test_a_supervisor_hears_of_a_record_that_is_neither_written_nor_put_off(house: House) -> None:
    contact_id = house.talk()
    told = OutcomeOwed(house.person("counselor").id, contact_id)
    with house.sessions.begin() as tx:
        assert outcome_missing(tx, contact_id)
        for _ in range(2):
            outcome_owed(tx, told, house.clock.at, config=house.config)
    assert escalated(house) == ["no_outcome"]
    other = house.talk("CA2")
    put_off(house, other)
    with house.sessions.begin() as tx:
        outcome_owed(tx, OutcomeOwed(told.counselor_id, other), house.clock.at, config=house.config)
    assert escalated(house) == ["no_outcome"]


def test_the_last_counselor_who_falls_silent_is_told_to_a_supervisor_once(house: House) -> None:
    told = LastSeatSilent(named_id("staff", "hana"), "hana", house.ring())
    with house.sessions.begin() as tx:
        for _ in range(2):
            last_seat_silent(tx, told, house.clock.at, config=house.config)
    assert escalated(house) == ["not_responding"]


def test_what_is_written_tells_how_heavy_it_was(house: House) -> None:
    light, grave, rude = house.talk("CA1"), house.talk("CA2"), house.talk("CA3")
    desk = house.desk("counselor")
    desk.patch(f"/api/contacts/{grave}", json={"version": 1, "form": {"triage_level": "urgent"}})
    version = desk.get(f"/api/contacts/{grave}").json()["version"]
    desk.patch(f"/api/contacts/{grave}", json={"version": version, "form": {"triage_level": "urgent"}})
    with house.sessions.begin() as tx:
        from casework.service.escalations import escalate

        escalate(tx, ("contact", rude), "abuse", config=house.config, at=house.clock.at)
        assert [heavy(tx, each) for each in (light, grave, rude, uuid4())] == [None, "urgent", "abuse", None]
