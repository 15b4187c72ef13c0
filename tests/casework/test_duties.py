"""A duty is seen, taken, tried and done; and when it is late somebody else hears of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.service import ended
from casework.tables import Contact, Duty, DutyAttempt, Escalation
from core.live import CHANNEL
from tests.casework.conftest import House


@pytest.fixture
def owed(house: House) -> UUID:
    """A caller gave up; nobody has called back."""
    contact_id = house.ring()
    with house.sessions.begin() as tx:
        ended(tx, contact_id, ended_by="caller", reached="queue", at=house.clock.at)
    house.work()
    return house.rows(Duty)[0].id  # type: ignore[no-any-return]


def test_a_counselor_sees_takes_tries_and_does_it(house: House, owed: UUID) -> None:
    desk = house.desk("counselor")
    assert [duty["id"] for duty in desk.get("/api/duties?view=open").json()] == [str(owed)]
    assert desk.post(f"/api/duties/{owed}/take").json()["owner_id"] == str(house.person("counselor").id)
    assert desk.get("/api/duties?view=open").json() == []
    assert desk.post(f"/api/duties/{owed}/attempt", json={"result": "busy"}).json()["state"] == "attempted"
    done = desk.post(f"/api/duties/{owed}/done")
    assert done.json()["state"] == desk.post(f"/api/duties/{owed}/done").json()["state"] == "done"
    assert [row.result for row in house.rows(DutyAttempt)] == ["busy"]


def test_taking_a_call_back_makes_its_contact_ones_own_draft(house: House, owed: UUID) -> None:
    desk = house.desk("counselor")
    desk.post(f"/api/duties/{owed}/take")
    (contact,) = desk.get("/api/contacts?view=mine").json()
    assert contact["state"] == "draft"
    revealed = desk.post(f"/api/contacts/{contact['id']}/reveal", json={"reason": "calling back"})
    assert revealed.json()["caller"] == "+821012345678"


def test_two_cannot_take_the_same_duty_and_a_supervisor_may_take_it_over(house: House, owed: UUID) -> None:
    one, other = house.desk("counselor", name="hana"), house.desk("counselor", name="duri")
    assert one.post(f"/api/duties/{owed}/take").status_code == 200
    assert other.post(f"/api/duties/{owed}/take").status_code == 409
    assert other.post(f"/api/duties/{owed}/attempt", json={"result": "busy"}).status_code == 403
    assert house.desk("supervisor").post(f"/api/duties/{owed}/take").status_code == 200


def test_a_late_duty_is_overdue_then_reminded_of_then_the_supervisors(house: House, owed: UUID) -> None:
    listener = house.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    listener.subscribe(CHANNEL + "supervisor")
    listener.get_message(timeout=1)
    house.clock.forward(minutes=29)
    assert house.work() == []
    house.clock.forward(minutes=1)
    assert house.work() == ["DutyDue"]
    assert house.row(Duty, owed).state == "overdue"
    heard: Any = listener.get_message(timeout=2)
    assert b"duty_overdue" in heard["data"]
    listener.close()
    assert not house.rows(Escalation)
    house.clock.forward(minutes=10)
    house.work()
    (told,) = house.rows(Escalation)
    assert (told.reason, told.about_id, told.state) == ("overdue", owed, "notified")
    review = house.rows(Duty, Duty.kind == "review")
    assert [(duty.team, duty.owner_id) for duty in review] == [("supervisors", None)]


def test_an_overdue_danger_call_back_reaches_the_supervisor_at_once(house: House) -> None:
    from casework.service import danger

    contact_id = house.ring()
    with house.sessions.begin() as tx:
        danger(tx, contact_id, at=house.clock.at)
        ended(tx, contact_id, ended_by="caller", reached="queue", at=house.clock.at)
    house.clock.forward(minutes=5)
    house.work()
    assert "overdue" in {one.reason for one in house.rows(Escalation)}


def test_a_duty_that_is_done_in_time_is_never_heard_of_again(house: House, owed: UUID) -> None:
    desk = house.desk("counselor")
    desk.post(f"/api/duties/{owed}/take")
    desk.post(f"/api/duties/{owed}/done")
    house.clock.forward(hours=5)
    house.work()
    assert house.row(Duty, owed).state == "done"
    assert not house.rows(Escalation)


def test_a_try_buys_a_while_and_three_that_reach_nobody_are_the_supervisors(house: House, owed: UUID) -> None:
    desk = house.desk("counselor")
    desk.post(f"/api/duties/{owed}/take")
    house.clock.forward(minutes=29)
    desk.post(f"/api/duties/{owed}/attempt", json={"result": "no_answer"})
    house.clock.forward(minutes=5)
    house.work()
    assert house.row(Duty, owed).state == "attempted", "the old deadline no longer counts"
    house.clock.forward(minutes=10)
    house.work()
    assert house.row(Duty, owed).state == "overdue"
    for _ in range(2):
        desk.post(f"/api/duties/{owed}/attempt", json={"result": "no_answer"})
    assert [one.reason for one in house.rows(Escalation)] == ["exhausted"]


def test_the_overdue_come_first(house: House) -> None:
    for n, minutes in enumerate((0, 40, 0)):
        house.clock.forward(minutes=minutes)
        contact_id = house.ring(f"CA{n}", f"+82101234567{n}")
        with house.sessions.begin() as tx:
            ended(tx, contact_id, ended_by="caller", reached="queue", at=house.clock.at)
        house.work()
    states = [duty["state"] for duty in house.desk("counselor").get("/api/duties").json()]
    assert states == ["overdue", "due", "due"]


def test_an_escalation_climbs_until_somebody_acknowledges_it(house: House, owed: UUID) -> None:
    house.clock.forward(minutes=30)
    house.work()
    house.clock.forward(minutes=10)
    house.work()
    house.clock.forward(minutes=5)
    house.work()
    desk = house.desk("supervisor")
    (told,) = desk.get("/api/escalations").json()
    assert told["rung"] == 2
    path = f"/api/escalations/{told['id']}/acknowledge"
    assert desk.post(path).json()["acknowledged_by"] == str(house.person("supervisor").id)
    assert desk.post(path).status_code == 200
    house.clock.forward(minutes=30)
    house.work()
    assert house.rows(Escalation)[0].rung == 2
    review = house.rows(Duty, Duty.kind == "review")[0]
    assert review.owner_id == house.person("supervisor").id
    desk.post(f"/api/duties/{review.id}/done")
    assert house.rows(Escalation)[0].state == "resolved"


def test_an_escalation_nobody_takes_up_is_told_a_bounded_number_of_times(house: House, owed: UUID) -> None:
    house.clock.forward(days=1)
    for _ in range(12):
        house.work()
        house.clock.forward(minutes=5)
    assert house.rows(Escalation)[0].rung == house.config.rungs
    assert house.work() == []


def test_a_planned_duty_becomes_due_in_its_window(house: House) -> None:
    at = house.clock.at
    window = {"start": (at + timedelta(hours=2)).isoformat(), "end": (at + timedelta(hours=3)).isoformat()}
    contact_id = house.talk()
    form = {
        "outcome_class": "data", "relation": "self", "topic": "loneliness", "triage_level": "info",
        "consent": {"answer": "given"}, "next_step": {"in_depth": {"window": window}},
    }  # fmt: skip
    house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form})
    worker = house.desk("social_worker")
    assert [duty["state"] for duty in worker.get("/api/duties").json()] == ["planned"]
    house.clock.forward(hours=2)
    house.work()
    (duty,) = worker.get("/api/duties").json()
    assert duty["state"] == "due"
    worker.post(f"/api/duties/{duty['id']}/take")
    assert worker.get(f"/api/contacts/{contact_id}").status_code == 200, "whoever owes something may read it"
    worker.post(f"/api/duties/{duty['id']}/done")
    assert worker.get(f"/api/cases/{duty['case_id']}").json()["responded_at"]


def test_calling_a_duty_off_needs_a_reason_that_is_kept_sealed(house: House, owed: UUID) -> None:
    desk = house.desk("counselor")
    desk.post(f"/api/duties/{owed}/take")
    assert desk.post(f"/api/duties/{owed}/cancel", json={"reason": "no"}).status_code == 422
    assert desk.post(f"/api/duties/{owed}/cancel", json={"reason": "a prank, twice"}).json()["state"] == "cancelled"
    assert house.vault.open(house.row(Duty, owed).ended_why_cipher) == "a prank, twice"
    assert desk.post(f"/api/duties/{owed}/take").status_code == 409
    assert house.rows(Contact)[0].state == "draft"


@pytest.mark.parametrize("role", ["field", "dispatcher", "admin"])
def test_others_cannot_take_a_counselors_duty(house: House, owed: UUID, role: str) -> None:
    assert house.desk(role).post(f"/api/duties/{owed}/take").status_code == 403


def test_what_is_no_duty_is_not_found(house: House) -> None:
    desk = house.desk("counselor")
    assert desk.post(f"/api/duties/{uuid4()}/take").status_code == 404
    assert desk.post("/api/duties/seven/take").status_code == 422
    assert desk.post(f"/api/duties/{uuid4()}/attempt", json={"result": "maybe"}).status_code == 422
    assert desk.get("/api/duties?view=everything").status_code == 422


def test_a_duty_that_stays_overdue_is_open_to_the_whole_team_again(house: House, owed: UUID) -> None:
    one, other = house.desk("counselor", name="hana"), house.desk("counselor", name="duri")
    assert one.post(f"/api/duties/{owed}/take").status_code == 200
    house.clock.forward(minutes=30)
    house.work()
    assert house.row(Duty, owed).owner_id == house.person("counselor", name="hana").id, "its owner is reminded first"
    house.clock.forward(minutes=10)
    house.work()
    assert house.row(Duty, owed).owner_id is None
    assert "overdue" in house.reasons(owed)
    assert other.post(f"/api/duties/{owed}/take").status_code == 200


def test_a_supervisor_sees_who_owes_how_much_and_gives_a_duty_on(house: House, owed: UUID) -> None:
    boss, hana = house.desk("supervisor"), house.person("counselor", name="hana")
    worker, field = house.person("social_worker"), house.person("field")
    (nobody,) = boss.get("/api/duties/workload").json()
    assert (nobody["owner_id"], nobody["open"], nobody["overdue"]) == (None, 1, 0)
    for wrong in (worker.id, field.id, uuid4()):
        assert boss.post(f"/api/duties/{owed}/assign", json={"owner_id": str(wrong)}).status_code == 422
    for _ in range(2):
        given = boss.post(f"/api/duties/{owed}/assign", json={"owner_id": str(hana.id)})
        assert given.json()["owner_id"] == str(hana.id)
    (load,) = boss.get("/api/duties/workload").json()
    assert (load["name"], load["open"]) == ("hana", 1)
    desk = house.desk("counselor", name="hana")
    assert desk.post(f"/api/duties/{owed}/assign", json={"owner_id": str(hana.id)}).status_code == 403
    assert desk.post(f"/api/duties/{owed}/done").status_code == 200
    assert boss.post(f"/api/duties/{owed}/assign", json={"owner_id": str(hana.id)}).status_code == 409
    assert boss.get("/api/duties/workload").json() == []
