"""A screening is asked item by item; what it finds raises a level at once, and nothing it finds lowers one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.policy.states import SCREENING
from casework.tables import Case, CaseNote, Contact, Duty, Screening
from core.audit import AuditEntry
from tests.casework.conftest import Desk, House

Fill = Callable[..., dict[str, Any]]
CALM = {"wished": 0, "better_off": 0, "thoughts": 0, "tried": 0}


@pytest.fixture
def desk(house: House) -> Desk:
    return house.desk("counselor")


def begin(desk: Desk, instrument: str, **of: Any) -> dict[str, Any]:
    answer = desk.post("/api/screenings", json={"instrument": instrument} | {k: str(v) for k, v in of.items()})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def say(desk: Desk, screening: dict[str, Any], **answers: Any) -> dict[str, Any]:
    body = {"version": screening["version"], "answers": answers}
    answer = desk.patch(f"/api/screenings/{screening['id']}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def end(desk: Desk, screening: dict[str, Any]) -> dict[str, Any]:
    answer = desk.post(f"/api/screenings/{screening['id']}/finish", json={"version": screening["version"]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
def opened(house: House, form: Fill, desk: Desk) -> Callable[..., UUID]:
    def make(**changes: Any) -> UUID:
        answer = desk.post(f"/api/contacts/{house.talk()}/finalize", json={"form": form(**changes)})
        return UUID(answer.json()["case_id"])

    return make


def test_every_instrument_is_listed_in_both_languages_with_its_license(desk: Desk) -> None:
    listed = desk.get("/api/instruments").json()
    assert len(listed) == 11
    assert all(
        each["license"] and item["words"]["ko"] and item["words"]["en"] for each in listed for item in each["items"]
    )
    assert desk.get("/api/instruments/asq").json() in listed
    missing = desk.get("/api/instruments/cssrs")
    assert (missing.status_code, "phq9" in missing.json()["detail"]) == (404, True)


def test_the_two_lead_on_to_the_nine_with_their_answers_kept(house: House, desk: Desk) -> None:
    contact_id = house.talk()
    two = end(desk, say(desk, begin(desk, "phq2", contact_id=contact_id), interest=1, mood=2))
    assert [(each["scale"], each["score"]) for each in two["scores"]] == [("total", 3)]
    assert [each["ask"] for each in two["findings"]] == ["phq9"]
    nine = begin(desk, "phq9", contact_id=contact_id, after=two["id"])
    assert (nine["answers"], nine["missing"][0]) == ({"interest": 1, "mood": 2}, "sleep")
    rest = dict.fromkeys(("sleep", "energy", "appetite", "failure", "concentration", "pace"), 2)
    done = end(desk, say(desk, nine, **rest, self_harm=0))
    assert (done["scores"][0]["score"], done["level"]) == (15, "moderate")


def test_answers_are_kept_one_by_one_and_neither_a_refusal_nor_silence_is_a_number(house: House, desk: Desk) -> None:
    begun = begin(desk, "ucla3", contact_id=house.talk())
    first = say(desk, begun, companionship=3)
    second = say(desk, first, left_out="declined", isolated=3)
    assert (second["scores"][0]["score"], second["missing"], second["level"]) == (None, [], None)
    third = say(desk, second, left_out=None)
    assert (third["answers"], third["missing"]) == ({"companionship": 3, "isolated": 3}, ["left_out"])
    finished = end(desk, third)
    assert (finished["state"], finished["scores"][0]["score"]) == ("finished", None)
    assert end(desk, finished)["version"] == finished["version"], "twice is no harm"


def test_a_yes_to_self_harm_raises_a_conversation_at_once_and_says_what_to_do(house: House, desk: Desk) -> None:
    contact_id = house.talk()
    desk.patch(f"/api/contacts/{contact_id}", json={"version": 1, "form": {"triage_level": "low"}})
    said = say(desk, begin(desk, "phq9", contact_id=contact_id), self_harm=1)
    assert said["level"] == "high"
    assert (said["findings"][0]["ask"], bool(said["findings"][0]["advice"]["ko"])) == ("asq", True)
    assert house.row(Contact, contact_id).triage_level == "high"
    desk.patch(f"/api/contacts/{contact_id}", json={"version": 2, "form": {"triage_level": "info"}})
    assert house.row(Contact, contact_id).triage_level == "high", "what is written in the form does not lower it"
    say(desk, said, self_harm=0)
    assert house.row(Contact, contact_id).triage_level == "high", "nor does taking the answer back"


def test_somebody_in_danger_now_reaches_the_supervisor_before_the_form_is_written(house: House, desk: Desk) -> None:
    contact_id = house.talk()
    said = say(desk, begin(desk, "asq", contact_id=contact_id), **CALM | {"thoughts": 1}, now=1)
    assert (said["level"], said["findings"][0]["name"]) == ("urgent", "acute")
    assert house.reasons(contact_id) == {"self_harm"}


def test_the_level_that_was_found_is_the_least_when_the_form_is_finalized(house: House, desk: Desk, form: Fill) -> None:
    contact_id = house.talk()
    begun = begin(desk, "asq", contact_id=contact_id)
    end(desk, say(desk, begun, **CALM | {"tried": 1}, now=0))
    case_id = desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form(triage_level="low")}).json()[
        "case_id"
    ]
    assert (house.row(Case, case_id).triage_level, house.rows(Screening)[0].case_id) == ("high", UUID(case_id))
    assert [row.kind for row in house.rows(Duty)] == ["first_response"]
    told = desk.get(f"/api/cases/{case_id}").json()["timeline"]
    assert ("screening", "finished", "asq") in {(line["kind"], line["state"], line["what"]) for line in told}
    assert desk.get(f"/api/cases/{case_id}/screenings").json()[0]["answers"]["tried"] == 1


def test_a_screening_on_a_case_raises_it_and_a_response_is_owed_from_its_first_contact(
    house: House, desk: Desk, opened: Callable[..., UUID]
) -> None:
    case_id, began = opened(triage_level="info"), house.clock.at
    house.clock.forward(hours=3)
    say(desk, begin(desk, "asq", case_id=case_id), **CALM | {"wished": 1})
    case = house.row(Case, case_id)
    assert (case.triage_level, case.respond_by) == ("high", began + timedelta(hours=24))
    (owed,) = house.rows(Duty)
    assert (owed.kind, owed.due_at, owed.case_id) == ("first_response", case.respond_by, case_id)


def test_a_lower_finding_leaves_a_case_as_it_is(house: House, desk: Desk, opened: Callable[..., UUID]) -> None:
    case_id = opened(triage_level="high")
    before = house.row(Case, case_id)
    end(desk, say(desk, begin(desk, "ucla3", case_id=case_id), companionship=3, left_out=3, isolated=3))
    after = house.row(Case, case_id)
    assert (after.triage_level, after.version) == (before.triage_level, before.version)


def test_a_finalized_form_may_carry_what_was_asked(house: House, desk: Desk, form: Fill) -> None:
    asked = [
        {"instrument": "ucla3", "answers": {"companionship": 3, "left_out": 3, "isolated": 1}},
        {"instrument": "asq", "answers": CALM | {"wished": "declined", "now": 0}},
    ]
    answer = desk.post(f"/api/contacts/{house.talk()}/finalize", json={"form": form(screenings=asked)})
    assert answer.status_code == 200, answer.text
    kept = {row.instrument: row for row in house.rows(Screening)}
    assert {name: (row.state, row.level) for name, row in kept.items()} == {
        "ucla3": ("finished", "low"), "asq": ("finished", "high"),
    }  # fmt: skip
    assert house.rows(Case)[0].triage_level == "high"
    assert {row.case_id for row in kept.values()} == {UUID(answer.json()["case_id"])}


def test_danger_that_a_form_carries_reaches_the_supervisor(house: House, desk: Desk, form: Fill) -> None:
    asked = [{"instrument": "asq", "answers": {"now": 1}}]
    answer = desk.post(f"/api/contacts/{house.talk()}/finalize", json={"form": form(screenings=asked)})
    assert house.rows(Case)[0].triage_level == "urgent"
    assert house.reasons(UUID(answer.json()["case_id"])) == {"self_harm"}


def test_a_form_with_impossible_answers_is_refused_by_field(house: House, desk: Desk, form: Fill) -> None:
    asked = [
        {"instrument": "cssrs", "answers": {}},
        {"instrument": "phq2", "answers": {"mood": 9}},
        {"instrument": "phq2", "answers": {"joy": 1}},
    ]
    refused = desk.post(f"/api/contacts/{house.talk()}/finalize", json={"form": form(screenings=asked)})
    assert refused.status_code == 422
    fields = ["screenings.0.instrument", "screenings.1.answers.mood", "screenings.2.answers.joy"]
    assert [error["at"] for error in refused.json()["errors"]] == fields
    assert not house.rows(Screening)


def test_bad_requests_are_answered_clearly(house: House, desk: Desk, opened: Callable[..., UUID]) -> None:
    case_id, contact_id = opened(), house.talk("CA2")
    of = {"contact_id": str(contact_id)}
    asked = [
        ({"instrument": "nine", **of}, 404), ({"instrument": "phq2"}, 422),
        ({"instrument": "phq2", "contact_id": "x"}, 422), ({"instrument": "phq2", "case_id": str(case_id), **of}, 422),
        ({"instrument": "phq2", "case_id": str(uuid4())}, 404),
        ({"instrument": "phq9", "after": str(uuid4()), **of}, 404), ({"instrument": "x" * 21, **of}, 422),
    ]  # fmt: skip
    for body, status in asked:
        assert desk.post("/api/screenings", json=body).status_code == status, body
    other = begin(desk, "phq2", case_id=case_id)
    refused = desk.post("/api/screenings", json={"instrument": "phq9", "after": other["id"], **of})
    assert (refused.status_code, refused.json()["at"]) == (422, "after"), "the answers of another conversation"
    begun = begin(desk, "phq2", **of)
    path = f"/api/screenings/{begun['id']}"
    for answers in ({"mood": 4}, {"mood": "2"}, {"mood": True}, {"mood": 1.5}, {"joy": 1}, {}):
        assert desk.patch(path, json={"version": 1, "answers": answers}).status_code == 422, answers
    assert desk.patch(path, json={"version": 2, "answers": {"mood": 1}}).status_code == 409
    assert desk.get(f"/api/screenings/{uuid4()}").status_code == 404
    end(desk, begun)
    late = desk.patch(path, json={"version": 2, "answers": {"mood": 1}})
    assert (late.status_code, late.json()["state"]) == (409, "finished")


def test_only_who_may_see_a_conversation_sees_what_was_asked_in_it(house: House, desk: Desk) -> None:
    contact_id = house.talk()
    begun = begin(desk, "phq2", contact_id=contact_id)
    other = house.desk("counselor", name="other")
    for path in (f"/api/screenings/{begun['id']}", f"/api/contacts/{contact_id}/screenings"):
        assert desk.get(path).status_code == 200
        assert other.get(path).status_code == 404
    assert other.post("/api/screenings", json={"instrument": "phq2", "contact_id": str(contact_id)}).status_code == 404
    finish = f"/api/screenings/{begun['id']}/finish"
    assert other.post(finish, json={"version": 1}).status_code == 404
    end(desk, begun)
    assert other.post(finish, json={"version": 2}).status_code == 404, "nor by finishing it once more"
    assert house.desk("dispatcher").get("/api/instruments").status_code == 403


def test_nothing_is_asked_on_a_closed_case_or_in_a_conversation_that_is_over(
    house: House, desk: Desk, form: Fill, opened: Callable[..., UUID]
) -> None:
    case_id = opened()
    begun = begin(desk, "asq", case_id=case_id)
    desk.post(f"/api/cases/{case_id}/move", json={"state": "closed", "version": 1, "reason": "moved away"})
    assert desk.post("/api/screenings", json={"instrument": "phq2", "case_id": str(case_id)}).status_code == 409
    late = desk.patch(f"/api/screenings/{begun['id']}", json={"version": 1, "answers": {"now": 1}})
    assert (late.status_code, "reopen" in late.json()["detail"]) == (409, True)
    prank = house.talk("CA2")
    body = form(outcome_class="non_data", outcome="prank", triage_level=None, topic=None)
    desk.post(f"/api/contacts/{prank}/finalize", json={"form": body})
    assert desk.post("/api/screenings", json={"instrument": "phq2", "contact_id": str(prank)}).status_code == 409


def test_answers_are_sealed_and_the_audit_knows_none_of_them(house: House, desk: Desk) -> None:
    end(desk, say(desk, begin(desk, "phq9", contact_id=house.talk()), self_harm=3))
    (row,) = house.rows(Screening)
    assert "self_harm" not in row.answers_cipher
    entries = [entry for entry in house.rows(AuditEntry) if entry.action.startswith("screening")]
    assert [entry.action for entry in entries] == ["screening.start", "screening.finish"]
    assert all("answers" not in entry.detail for entry in entries)
    assert not house.rows(CaseNote)
    assert SCREENING.final == {"finished"}
