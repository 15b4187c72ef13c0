"""A care plan says what helps and what was agreed; limits need a second person, and nothing in it refuses a caller."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.policy.states import CARE_PLAN
from casework.service.at_the_desk import agreed_with_caller
from casework.service.calls import danger
from casework.tables import CarePlan, Duty, PlanVersion
from core import audit
from tests.casework.agreed import LIMIT, care_words, open_case, put, subject_of
from tests.casework.conftest import House


@pytest.fixture
def person(house: House) -> str:
    return subject_of(house, open_case(house))


def write(house: House, person: str, **changes: Any) -> str:
    answer = house.desk("counselor").post(f"/api/people/{person}/care-plan", json=care_words(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def move(house: House, plan: str, state: str, *, role: str = "counselor", name: str = "", **more: Any) -> Any:
    body = {"state": state, "version": house.row(CarePlan, UUID(plan)).version, **more}
    return house.desk(role, name=name).post(f"/api/care-plans/{plan}/move", json=body)


def test_a_plan_without_limits_is_agreed_to_by_whoever_writes_it(house: House, person: str) -> None:
    plan = write(house, person)
    again = house.desk("counselor").post(f"/api/people/{person}/care-plan", json=care_words())
    assert (again.status_code, again.json()["plan_id"]) == (409, plan)
    active = move(house, plan, "active").json()
    assert (active["state"], active["holds"], active["words"]["rhythm"]) == ("active", 1, "매일 저녁 한 번")
    assert active["review_at"] == "2026-12-23T15:00:00Z", "midnight of the city"
    assert [listed["id"] for listed in house.desk("social_worker").get("/api/care-plans").json()] == [plan]
    sealed = house.rows(PlanVersion)[0].words_cipher
    assert "이름" not in sealed
    with house.sessions() as tx:
        acts = {entry.action: entry.detail for entry in audit.entries(tx, of=("care_plan", plan))}
    assert set(acts) == {"care_plan.write", "care_plan.move"}
    assert "이름" not in str(acts)


def test_a_limit_needs_a_supervisor_who_has_not_written_any_of_it(house: House, person: str) -> None:
    plan = write(house, person, limits=[LIMIT])
    assert move(house, plan, "active").status_code == 403, "a counselor does not approve"
    body = {"version": 1, "words": care_words(limits=[LIMIT], rhythm="매일 아침 한 번")}
    assert put(house, f"/api/care-plans/{plan}", body, role="supervisor").status_code == 200
    assert put(house, f"/api/care-plans/{plan}", {**body, "version": 2}).status_code == 200
    assert move(house, plan, "active", role="supervisor").status_code == 403, "who wrote a part of it neither"
    approved = move(house, plan, "active", role="supervisor", name="second")
    assert (approved.status_code, approved.json()["holds"]) == (200, 3)


def test_a_stale_edit_shows_what_was_sent_and_what_is_kept(house: House, person: str) -> None:
    plan = write(house, person)
    first = {"version": 1, "words": care_words(rhythm="매일 한 번")}
    second = {"version": 1, "words": care_words(rhythm="주 2번")}
    assert put(house, f"/api/care-plans/{plan}", first).json()["version"] == 2
    stale = put(house, f"/api/care-plans/{plan}", second)
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    assert (stale.json()["current"]["rhythm"], stale.json()["sent"]["rhythm"]) == ("매일 한 번", "주 2번")
    lost = house.desk("counselor").post(f"/api/care-plans/{plan}/move", json={"state": "active", "version": 1})
    assert lost.status_code == 409


def test_what_holds_is_shown_until_the_new_version_is_agreed_to(house: House, person: str) -> None:
    plan = write(house, person)
    move(house, plan, "active")
    body = {"version": 1, "words": care_words(rhythm="주 2번")}
    assert put(house, f"/api/care-plans/{plan}", body).status_code == 409, "an active plan is put under review first"
    move(house, plan, "under_review")
    assert put(house, f"/api/care-plans/{plan}", body).status_code == 200
    contact = house.ring("CA2")
    (known,) = house.desk("counselor").get(f"/api/contacts/{contact}/plans").json()
    assert known["care_plan"]["words"]["rhythm"] == "매일 저녁 한 번"
    assert known["person"]["name"] == "김○○"
    move(house, plan, "active")
    (known,) = house.desk("counselor").get(f"/api/contacts/{contact}/plans").json()
    assert known["care_plan"]["words"]["rhythm"] == "주 2번"


def test_the_review_is_a_duty_of_whoever_wrote_it_and_the_end_comes_by_itself(house: House, person: str) -> None:
    plan = write(house, person)
    move(house, plan, "active")
    house.clock.forward(days=30)
    house.work()
    (duty,) = house.rows(Duty, Duty.kind == "plan_review")
    assert (duty.owner_id, house.row(CarePlan, UUID(plan)).state) == (house.person("counselor").id, "under_review")
    assert move(house, plan, "active").status_code == 422, "its review date is over"
    body = {"version": 1, "words": care_words(review_on="2027-01-20")}
    put(house, f"/api/care-plans/{plan}", body)
    assert move(house, plan, "active").status_code == 200
    assert house.row(Duty, duty.id).state == "done"
    house.clock.forward(days=70)
    house.work()
    assert house.row(CarePlan, UUID(plan)).state == "ended"
    assert [duty.state for duty in house.rows(Duty, Duty.kind == "plan_review")] == ["done", "cancelled"]


def test_a_known_number_brings_its_plan_and_its_counselor_but_not_in_danger(house: House, person: str) -> None:
    hana = house.person("counselor", name="hana").id
    plan = write(house, person, preferred=[str(hana)])

    def agreed(contact: UUID, at: datetime = house.clock.at) -> tuple[list[str], list[UUID]]:
        with house.sessions.begin() as tx:
            found = agreed_with_caller(tx, contact, at)
        return found.hints, found.preferred

    contact = house.ring("CA2")
    assert agreed(contact) == ([], []), "a draft is not agreed to"
    move(house, plan, "active")
    assert agreed(contact) == (["care_plan"], [hana])
    assert agreed(contact, house.clock.at + timedelta(days=100)) == ([], []), "it is over"
    with house.sessions.begin() as tx:
        danger(tx, contact, at=house.clock.at)
    assert agreed(contact) == (["care_plan"], [])
    assert agreed(house.ring("CA3", None)) == agreed(house.ring("CA4", "+821099999999")) == ([], [])


def test_every_move_of_the_table_is_allowed_over_http_and_no_other(house: House, person: str) -> None:
    plan = write(house, person)
    for now in sorted(CARE_PLAN.states):
        for to in sorted(CARE_PLAN.states - {now, "draft"}):
            with house.sessions.begin() as tx:
                tx.get_one(CarePlan, UUID(plan)).state = now
            answer = move(house, plan, to, reason="함께 정했습니다")
            assert answer.status_code == (200 if to in CARE_PLAN.moves[now] else 409), (now, to)


WRONG: list[dict[str, Any]] = [
    {"review_on": "2026-11-25"},
    {"review_on": "2027-03-01"},
    {"expires_on": "2029-01-01"},
    {"expires_on": "9999-12-31"},
    {"limits": [{"words": "30분", "agreed_on": "2026-11-26"}]},
    {"limits": [{"words": "30분"}]},
    {"helps": [""]},
    {"helps": ["주민번호 900101-1234567"]},
    {"helps": ["x"] * 11},
    {"preferred": [str(uuid4())]},
    {"refuse": True},
]


def test_a_wrong_plan_is_refused(house: House, person: str) -> None:
    desk = house.desk("counselor")
    for wrong in WRONG:
        answer = desk.post(f"/api/people/{person}/care-plan", json=care_words(**wrong))
        assert answer.status_code == 422, wrong
    assert house.rows(CarePlan) == []


def test_what_may_not_be_done_is_answered_clearly(house: House, person: str) -> None:
    plan, nowhere = write(house, person), uuid4()
    assert house.desk("counselor").post(f"/api/people/{nowhere}/care-plan", json=care_words()).status_code == 404
    assert house.desk("counselor").get(f"/api/care-plans/{nowhere}").status_code == 404
    assert house.desk("field").get(f"/api/care-plans/{plan}").status_code == 403
    assert house.desk("counselor").get("/api/frequent-callers").status_code == 403
    assert move(house, plan, "ended").status_code == 422, "an end needs a reason"
    assert house.desk("counselor").get("/api/care-plans?state=lost").status_code == 422


def test_who_calls_often_is_proposed_to_the_supervisor_and_nothing_follows(house: House, person: str) -> None:
    plan = write(house, person)
    move(house, plan, "active")
    for n in range(4):
        house.clock.forward(hours=1)
        latest = house.talk(f"CB{n}")
    for n in range(4):
        house.talk(f"CC{n}", "+821077777777")
    (found,) = house.desk("supervisor").get("/api/frequent-callers").json()
    assert (found["contacts"], found["contact_id"], found["care_plan_ids"]) == (5, str(latest), [plan])
    assert found["caller"].endswith("5678")
    assert "+8210" not in found["caller"]
    assert [known["name"] for known in found["known"]] == ["김○○"]
    assert house.rows(Duty) == []
    house.clock.forward(days=8)
    assert house.desk("supervisor").get("/api/frequent-callers").json() == []
