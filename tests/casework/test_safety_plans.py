"""A safety plan is kept sealed and in versions, and whoever talks with its person in danger sees whom to call."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.service import assign
from casework.service.calls import danger
from casework.tables import PlanVersion
from core.access_log import Wanted, entries
from tests.casework.agreed import SAFETY, open_case, put, subject_of
from tests.casework.conftest import House


@pytest.fixture
def person(house: House) -> str:
    return subject_of(house, open_case(house))


def path(person: object) -> str:
    return f"/api/people/{person}/safety-plan"


def test_a_plan_is_written_in_versions_and_read_masked(house: House, person: str) -> None:
    assert house.desk("counselor").get(path(person)).status_code == 404
    assert put(house, path(person), {"version": 1, "words": SAFETY}).status_code == 409, "there is none yet"
    first = put(house, path(person), {"version": 0, "words": SAFETY}).json()
    assert first["version"] == 1
    assert first["words"]["people"] == [{"name": "박○○", "phone": "•••••••••3333", "gives": "company"}]
    assert first["words"]["signs"] == ["잠을 못 잔다"]
    assert put(house, path(person), {"version": 1, "words": {"signs": ["밤에 걷는다"]}}).json()["version"] == 2
    stale = put(house, path(person), {"version": 1, "words": SAFETY})
    assert (stale.status_code, stale.json()["current"]["signs"]) == (409, ["밤에 걷는다"])
    assert stale.json()["sent"]["signs"] == ["잠을 못 잔다"]
    kept = house.rows(PlanVersion)
    assert len(kept) == 2
    assert not [row for row in kept if "잠" in row.words_cipher or "박민지" in row.words_cipher]


def test_a_look_behind_the_mask_needs_a_reason_that_is_kept(house: House, person: str) -> None:
    put(house, path(person), {"version": 0, "words": SAFETY})
    desk = house.desk("counselor")
    assert desk.post(path(person) + "/reveal", json={}).status_code == 422
    shown = desk.post(path(person) + "/reveal", json={"reason": "함께 고치기 위해"}).json()
    assert [each["phone"] for each in shown["words"]["professionals"]] == ["15770199", "119"]
    with house.sessions() as tx:
        (look,) = entries(tx, Wanted(action="reveal"))
    assert (look.object_kind, look.person_ids, look.reason) == ("safety_plan", [UUID(person)], "함께 고치기 위해")


def test_in_danger_whoever_talks_with_the_person_sees_whom_to_call(house: House, person: str) -> None:
    put(house, path(person), {"version": 0, "words": SAFETY})
    contact, me = house.ring("CA2"), house.person("counselor").id
    with house.sessions.begin() as tx:
        assign(tx, contact, me, at=house.clock.at)

    def shown(role: str = "counselor") -> str:
        (known,) = house.desk(role).get(f"/api/contacts/{contact}/plans").json()
        assert known["care_plan"] is None
        return str(known["safety_plan"]["words"]["people"][0]["phone"])

    assert shown() == "•••••••••3333"
    with house.sessions.begin() as tx:
        danger(tx, contact, at=house.clock.at)
    assert shown() == "+821022223333"
    assert shown("supervisor") == "•••••••••3333", "who does not talk with them looks with a reason"
    with house.sessions() as tx:
        (look,) = entries(tx, Wanted(action="reveal"))
        assert len(entries(tx, Wanted(whose=contact, action="read"))) == 2, "masked, before and by another"
    assert (look.actor_id, look.object_ids, look.person_ids) == (me, [contact], [UUID(person)])
    other = house.desk("counselor", name="other").get(f"/api/contacts/{contact}/plans")
    assert other.status_code == 404


WRONG: list[dict[str, Any]] = [
    {},
    {"signs": []},
    {"signs": ["900101-1234567"]},
    {"people": [{"name": "박민지", "phone": "없음"}]},
    {"people": [{"phone": "010-2222-3333"}]},
    {"professionals": [{"name": "센터"}]},
    {"professionals": [{"name": "센터", "phone": "sip:a@b"}]},
    {"signs": ["x" * 201]},
    {"prayers": ["x"]},
]


def test_a_wrong_plan_is_refused(house: House, person: str) -> None:
    for wrong in WRONG:
        assert put(house, path(person), {"version": 0, "words": wrong}).status_code == 422, wrong
    assert put(house, path(uuid4()), {"version": 0, "words": SAFETY}).status_code == 404
    assert put(house, path(person), {"version": 0, "words": SAFETY}, role="field").status_code == 403
