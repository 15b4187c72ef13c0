"""What was agreed with somebody is known to those who have to do with them, and changed by nobody else."""

from typing import Any
from uuid import UUID

from casework.service import assign
from casework.service.people import Described, known_as
from casework.tables import Contact
from core.access_log import Wanted, entries
from tests.casework.agreed import SAFETY, TUESDAYS, agree_on_calls, care_words, open_case, put, subject_of
from tests.casework.conftest import DISPATCH, NUMBER, VISIT, House


def test_who_has_nothing_to_do_with_somebody_changes_nothing_agreed_with_them(house: House) -> None:
    case = open_case(house)
    person, hana = subject_of(house, case), house.desk("counselor")
    plan = hana.post(f"/api/people/{person}/care-plan", json=care_words()).json()["id"]
    rhythm = agree_on_calls(house, case)
    check = hana.post(f"/api/cases/{case}/welfare-checks", json={"reason": "사흘째 연락이 닿지 않음"}).json()["id"]
    agreed = {**TUESDAYS, "companion_id": rhythm["companion_id"]}
    where = {"district": VISIT["district"], "address": VISIT["address"], "consent": "given"}
    asked: list[tuple[str, str, Any]] = [
        ("POST", f"people/{person}/care-plan", care_words()),
        ("PUT", f"care-plans/{plan}", {"version": 1, "words": care_words()}),
        ("POST", f"care-plans/{plan}/move", {"version": 1, "state": "active"}),
        ("PUT", f"people/{person}/safety-plan", {"version": 0, "words": SAFETY}),
        ("POST", f"people/{person}/safety-plan/reveal", {"reason": "궁금해서 봅니다"}),
        ("POST", f"cases/{case}/companion-rhythms", agreed),
        ("PUT", f"companion-rhythms/{rhythm['id']}", {"version": 1, "agreed": agreed}),
        ("POST", f"companion-rhythms/{rhythm['id']}/state", {"state": "paused"}),
        ("POST", f"companion-calls/{rhythm['calls'][0]['id']}/result", {"result": "reached"}),
        ("POST", f"cases/{case}/welfare-checks", {"reason": "사흘째 연락이 닿지 않음"}),
        ("POST", f"welfare-checks/{check}/attempt", {"result": "reached"}),
        ("POST", f"welfare-checks/{check}/visit", where),
        ("POST", f"welfare-checks/{check}/dispatch", DISPATCH),
        ("POST", f"welfare-checks/{check}/contact", {"how": "phone", "words": "전화로 잘 지내심을 들음"}),
    ]
    other = house.desk("counselor", name="other")
    for method, path, body in asked:
        assert other.request(method, f"/api/{path}", json=body).status_code == 404, path


def test_the_preferred_counselor_reads_the_plan_and_the_companion_their_calls(house: House) -> None:
    case = open_case(house)
    named = house.person("counselor", name="named").id
    plan = house.desk("counselor").post(f"/api/people/{subject_of(house, case)}/care-plan", json=care_words()).json()
    theirs = house.desk("counselor", name="named")
    assert theirs.get("/api/care-plans").json() == []
    edit = {"version": 1, "words": care_words(preferred=[str(named)])}
    put(house, f"/api/care-plans/{plan['id']}", edit)
    house.desk("counselor").post(f"/api/care-plans/{plan['id']}/move", json={"version": 2, "state": "active"})
    assert theirs.get(f"/api/care-plans/{plan['id']}").status_code == 200
    rhythm = agree_on_calls(house, case, companion_id=str(named))["id"]
    assert theirs.get(f"/api/companion-rhythms/{rhythm}").status_code == 200
    assert [one["id"] for one in theirs.get("/api/companion-rhythms").json()] == [rhythm]
    with house.sessions() as tx:
        looks = entries(tx, Wanted(actor_id=named))
    seen = sorted((one.action, one.object_kind) for one in looks)
    assert seen == [("list", "companion"), ("read", "care_plan"), ("read", "companion")]
    assert {person for one in looks for person in one.person_ids} == {UUID(subject_of(house, case))}


def test_what_was_agreed_with_a_hidden_reporter_is_not_shown_with_their_report(house: House) -> None:
    contact, me = house.ring(), house.person("counselor").id
    with house.sessions.begin() as tx:
        assign(tx, contact, me, at=house.clock.at)
        reporter, _ = known_as(tx, Described(phone=NUMBER), vault=house.vault, at=house.clock.at)
        subject, _ = known_as(tx, Described(name="이순자"), vault=house.vault, at=house.clock.at)
    desk, plans = house.desk("counselor"), f"/api/contacts/{contact}/plans"
    assert put(house, f"/api/people/{reporter.id}/safety-plan", {"version": 0, "words": SAFETY}).status_code == 200
    assert [known["person"]["id"] for known in desk.get(plans).json()] == [str(reporter.id)]
    with house.sessions.begin() as tx:
        row = tx.get_one(Contact, contact)
        row.reporter_person_id, row.subject_person_id, row.finalized_at = reporter.id, subject.id, house.clock.at
    assert desk.get(plans).json() == []
    assert desk.get(f"/api/people/{reporter.id}/safety-plan").status_code == 404
    assert desk.get(f"/api/people/{subject.id}/safety-plan").status_code == 404, "reached, but there is none"
