"""People are found by who has to do with them, every look is written down, and who reported stays hidden."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from casework.tables import Contact
from core.access_log import AccessEntry
from tests.casework.conftest import DISPATCH, NUMBER, House
from tests.casework.test_people import OTHER, REPORT, finalized, merge, two_records

Fill = Callable[..., dict[str, Any]]
REASON = {"reason": "다시 걸기 위해"}


def looks(house: House, person: UUID | None) -> list[tuple[str, str]]:
    """Tell which looks at a person are written down, in no order."""
    found = house.rows(AccessEntry, AccessEntry.object_kind == "person", AccessEntry.person_ids.contains([person]))
    return sorted((entry.action, entry.reason or "") for entry in found)


def test_who_has_nothing_to_do_with_a_person_finds_nothing_of_them(house: House, form: Fill) -> None:
    person = finalized(house, form(reporter={"name": "김외로움"})).subject_person_id
    path, number = f"/api/people/{person}", {"phone": NUMBER}
    for desk, status in ((house.desk("counselor"), 200), (house.desk("counselor", name="other"), 404)):
        assert desk.get(path).status_code == status
        assert desk.get(f"{path}/consents").status_code == status
        assert desk.patch(path, json={"version": 1, "sex": "male"}).status_code == status
        assert desk.post(f"{path}/reveal", json=REASON).status_code == status
        asked = desk.post(f"{path}/requests", json={"kind": "access"}).status_code
        assert asked == (201 if status == 200 else 404)
        assert len(desk.post("/api/people/search", json=number).json()) == (status == 200)
    assert looks(house, person) == [
        ("list", ""),
        ("read", ""),
        ("read", ""),
        ("read", ""),
        ("reveal", REASON["reason"]),
    ]


def test_whoever_answers_the_next_call_reaches_its_caller_by_any_of_their_records_but_not_others_cases(
    house: House, form: Fill
) -> None:
    kept, other = two_records(house, form)
    assert merge(house, kept, other).status_code == 200
    desk = house.desk("counselor", name="next")
    assert desk.get(f"/api/people/{kept}").status_code == 404
    house.talk("CA3", OTHER, counselor="next")
    seen = desk.get(f"/api/people/{kept}").json()
    assert (seen["records"], seen["cases"]) == (sorted([str(kept), str(other)]), [])
    assert len(house.desk("supervisor").get(f"/api/people/{kept}").json()["cases"]) == 2


def test_social_workers_merge_whom_they_reach_and_part_a_person_they_reach_by_any_record(
    house: House, form: Fill
) -> None:
    kept, other = two_records(house, form)
    body, worker = {"other_id": str(other), **REASON}, house.desk("social_worker")
    assert worker.post(f"/api/people/{kept}/merge", json=body).status_code == 404
    made = merge(house, kept, other).json()["id"]
    assert worker.post(f"/api/merges/{made}/undo", json=REASON).status_code == 200


def test_a_copy_on_demand_is_a_reveal_that_somebody_else_reviews(house: House, form: Fill) -> None:
    contact = finalized(house, form(reporter={"name": "김외로움"}))
    desk = house.desk("supervisor")
    asked = desk.post(f"/api/people/{contact.subject_person_id}/requests", json={"kind": "access"}).json()["id"]
    assert desk.post(f"/api/privacy-requests/{asked}/copy").status_code == 200
    assert desk.get(f"/api/people/{contact.subject_person_id}/holds").json() == []
    assert [action for action, _ in looks(house, contact.subject_person_id)] == ["read", "reveal"]
    (entry,) = desk.get("/api/reveals").json()
    path = f"/api/reveals/{entry['id']}/review"
    assert desk.post(path, json={"verdict": "justified"}).status_code == 403
    assert house.desk("supervisor", name="elsewhere").post(path, json={"verdict": "justified"}).status_code == 200


def reported(house: House, form: Fill) -> Contact:
    """Let a neighbor report somebody to whom responders are sent."""
    step = {"dispatch": DISPATCH | {"callback_number": NUMBER}}
    overridden = {"answer": "overridden", "reason": "기척이 없음", "legal_basis": "PIPA 15(1)5"}
    return finalized(house, form(**REPORT, triage_level="emergency", consent=overridden, next_step=step))


def test_no_form_reveal_or_copy_tells_at_which_number_who_reported_is_called_back(house: House, form: Fill) -> None:
    contact, desk = reported(house, form), house.desk("counselor")
    path = f"/api/contacts/{contact.id}"
    assert desk.get(path).json()["form"]["next_step"]["dispatch"]["callback_number"] == "•••"
    clear = desk.post(f"{path}/reveal", json=REASON)
    assert clear.json()["form"]["next_step"]["dispatch"]["place"]
    assert desk.get(f"/api/people/{contact.reporter_person_id}").status_code == 404
    assert desk.get(f"/api/people/{contact.subject_person_id}").status_code == 200
    keeper = house.desk("supervisor")
    asked = keeper.post(f"/api/people/{contact.subject_person_id}/requests", json={"kind": "access"}).json()["id"]
    copied = keeper.post(f"/api/privacy-requests/{asked}/copy")
    for answer in (clear, copied):
        assert answer.status_code == 200
        assert NUMBER not in answer.text
        assert "이이웃" not in answer.text


def test_that_somebody_learned_who_reported_is_reviewed(house: House, form: Fill) -> None:
    contact, desk = reported(house, form), house.desk("supervisor")
    wish = {"asked_by": "subject", "decision": "withhold", "reason": "보복이 걱정됨"}
    path = f"/api/contacts/{contact.id}/source"
    assert desk.post(path, json=wish).status_code == 201
    assert house.rows(AccessEntry, AccessEntry.action == "reveal") == []
    assert desk.post(path, json=wish | {"decision": "reveal"}).json()["caller"] == NUMBER
    (entry,) = house.rows(AccessEntry, AccessEntry.action == "reveal")
    assert (entry.object_ids, entry.person_ids) == ([contact.id], [contact.reporter_person_id])
    before = len(house.rows(AccessEntry))
    assert len(desk.get(path).json()) == 2
    assert len(house.rows(AccessEntry)) == before + 1
