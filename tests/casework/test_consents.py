"""Everybody is asked for each purpose apart; who says no is helped all the same, and who takes it back is heeded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.scripts import current, read, scripts
from casework.tables import Consent, Duty, Identifier, Person, PrivacyRequest, Visit
from core.ids import named_id
from core.outbox import OutboxMessage
from tests.casework.conftest import EMERGENCY, NUMBER, VISIT, House

Fill = Callable[..., dict[str, Any]]


def say(house: House, contact_id: UUID, purpose: str, answer: str = "given", **more: Any) -> Any:
    body = {"purpose": purpose, "script": 1, "answer": answer} | more
    return house.desk("counselor").post(f"/api/contacts/{contact_id}/consents", json=body)


def take_back(house: House, consent: Any, call: str = "CA8", number: str = NUMBER) -> None:
    """Let the person call again, and whoever answers take a consent back for them."""
    house.talk(call, number, counselor="another")
    answer = house.desk("counselor", name="another").post(
        f"/api/consents/{consent.json()['id']}/withdraw", json={"reason": "이제 원치 않으심"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["withdrawn_at"]
    house.work()


def finalize(house: House, contact_id: UUID, form: dict[str, Any]) -> dict[str, Any]:
    answer = house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_answer_is_kept_with_its_words_and_where_it_is_heard(house: House) -> None:
    contact_id = house.talk()
    made = say(house, contact_id, "sensitive", recording="RE123", offset_s=95)
    assert made.status_code == 201, made.text
    assert say(house, contact_id, "sensitive", recording="RE123", offset_s=95).json() == made.json()
    house.clock.forward(minutes=1)
    say(house, contact_id, "sensitive", "refused")
    seen = house.desk("counselor").get(f"/api/contacts/{contact_id}/consents").json()
    assert [(one["answer"], one["script"], one["offset_s"]) for one in seen] == [("refused", 1, None), ("given", 1, 95)]
    words = house.desk("counselor").get("/api/consent-scripts").json()
    assert {one["purpose"] for one in words} == {
        "collection", "sensitive", "third_party", "in_depth", "follow_up", "recording",
    }  # fmt: skip


BAD = [
    {"purpose": "marketing"}, {"script": 99}, {"script": 0}, {"answer": "maybe"}, {"offset_s": -1},
    {"recording": "../RE1"}, {"offset_s": 90_000}, {"more": 1}, {"script": "one"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_an_answer_that_makes_no_sense_is_refused(house: House, bad: dict[str, Any]) -> None:
    body = {"purpose": "collection", "script": 1, "answer": "given"} | bad
    answer = house.desk("counselor").post(f"/api/contacts/{house.talk()}/consents", json=body)
    assert answer.status_code == 422
    assert house.rows(Consent) == []


def test_who_may_not_write_a_contact_notes_no_answer_and_nothing_is_taken_back_twice(house: House) -> None:
    contact_id = house.talk()
    body = {"purpose": "collection", "script": 1, "answer": "given"}
    path = f"/api/contacts/{contact_id}/consents"
    assert house.desk("counselor", name="other").post(path, json=body).status_code == 404
    assert house.desk("field").post(path, json=body).status_code == 403
    refused = say(house, contact_id, "in_depth", "refused").json()["id"]
    desk, reason = house.desk("counselor"), {"reason": "changed my mind"}
    assert desk.post(f"/api/consents/{refused}/withdraw", json=reason).status_code == 409
    assert desk.post(f"/api/consents/{uuid4()}/withdraw", json=reason).status_code == 404
    given = say(house, contact_id, "in_depth").json()["id"]
    assert desk.post(f"/api/consents/{given}/withdraw", json={"reason": "no"}).status_code == 422
    first = desk.post(f"/api/consents/{given}/withdraw", json=reason).json()
    assert desk.post(f"/api/consents/{given}/withdraw", json=reason).json() == first
    assert len(house.rows(OutboxMessage, OutboxMessage.kind == "ConsentWithdrawn")) == 1


def test_who_refuses_everything_is_helped_all_the_same_and_stays_unknown(house: House, form: Fill) -> None:
    contact_id = house.talk()
    for purpose in ("collection", "sensitive", "third_party", "in_depth", "follow_up", "recording"):
        say(house, contact_id, purpose, "refused")
    subject = {"name": "김외로움", "phone": "010-9999-8888", "birth_year": 1950, "address": "테헤란로 1"}
    overridden = {"answer": "overridden", "reason": "의식이 흐림", "legal_basis": "PIPA 15(1)5"}
    done = finalize(house, contact_id, form(**EMERGENCY, subject=subject, consent=overridden))
    assert done["started"]["visit_id"]
    assert done["started"]["dispatch_id"]
    (person,) = house.rows(Person)
    assert (person.name_cipher, person.address_cipher, person.birth_year) == (None, None, 1950)
    assert house.rows(Identifier) == []
    assert done["form"]["subject"] == {"birth_year": 1950}


def test_what_was_refused_holds_after_the_conversation_is_handed_on(house: House, form: Fill) -> None:
    from casework.service import assign, continue_as, ended

    first, then = house.talk(), named_id("contact", "CA1", 1)
    say(house, first, "collection", "refused")
    with house.sessions.begin() as tx:
        continue_as(tx, first, then, house.clock.at)
        assign(tx, then, house.person("counselor").id, house.clock.at)
        ended(tx, then, ended_by="caller", reached="counselor", at=house.clock.at)
    finalize(house, then, form(subject={"name": "김외로움"}))
    assert [person.name_cipher for person in house.rows(Person)] == [None]


def test_who_takes_back_a_call_is_not_called(house: House, form: Fill) -> None:
    contact_id = house.talk()
    due = (house.clock.at + timedelta(days=2)).isoformat()
    in_depth, follow_up = say(house, contact_id, "in_depth"), say(house, contact_id, "follow_up")
    finalize(house, contact_id, form(next_step={"in_depth": {}, "follow_up": {"due": due}}))
    take_back(house, in_depth)
    assert {duty.kind: duty.state for duty in house.rows(Duty)} == {
        "in_depth_callback": "cancelled", "follow_up": "planned",
    }  # fmt: skip
    take_back(house, follow_up, "CA9")
    assert {duty.state for duty in house.rows(Duty)} == {"cancelled"}


def test_who_takes_back_that_others_are_told_is_visited_by_nobody(house: House, form: Fill) -> None:
    contact_id = house.talk()
    told = say(house, contact_id, "third_party")
    finalize(house, contact_id, form(triage_level="high", next_step={"visit": VISIT}))
    take_back(house, told)
    assert [visit.state for visit in house.rows(Visit)] == ["canceled"]


def test_who_takes_back_being_known_is_forgotten_or_a_person_decides_by_a_deadline(house: House, form: Fill) -> None:
    contact_id = house.talk()
    known = say(house, contact_id, "collection")
    done = finalize(house, contact_id, form(subject={"name": "김외로움"}))
    take_back(house, known)
    (asked,) = house.rows(PrivacyRequest)
    assert (asked.state, asked.due_at) == ("received", house.clock.at + timedelta(days=10))
    assert [duty.kind for duty in house.rows(Duty)] == ["privacy_request"], "the case is open: a person decides"
    other = house.talk("CA2", "+821055554444")
    known = say(house, other, "collection")
    done = finalize(house, other, form(subject={"name": "이나중"}))
    body = {"state": "closed", "version": 1, "reason": "더 할 일이 없음"}
    assert house.desk("supervisor").post(f"/api/cases/{done['case_id']}/move", json=body).status_code == 200
    take_back(house, known, "CA9", "+821055554444")
    person = house.desk("supervisor").get(f"/api/people/{done_subject(house, done)}").json()
    assert person["anonymized_at"]
    assert (person["standing"], person["numbers"]) == ("anonymous", [])


def done_subject(house: House, done: dict[str, Any]) -> UUID:
    from casework.tables import Contact

    subject: UUID = house.row(Contact, UUID(done["id"])).subject_person_id
    return subject


def test_the_words_hold_together() -> None:
    assert len({(script.purpose, script.version) for script in scripts()}) == len(scripts())
    assert all("거절" in script.ko and "no" in script.en for script in current())
    one = '[[script]]\npurpose = "collection"\nversion = 1\nko = "a"\nen = "b"\n'
    for text in ("", one, one.replace("collection", "marketing")):
        with pytest.raises(ValueError, match="words for each"):
            read(text)
