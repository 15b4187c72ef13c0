"""What we hold of people ends: by its time, by their wish, never while it is held; and what is counted survives."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.config import Config
from casework.policy.privacy import authority_hears
from casework.policy.retention import PERIODS
from casework.service import holdings, keys
from casework.service.retention import schedule
from casework.tables import (
    Breach,
    CallerFlag,
    Case,
    CaseNote,
    Contact,
    Destruction,
    Duty,
    Escalation,
    Identifier,
    Person,
    PersonKey,
    Visit,
    Voicemail,
)
from core.errors import Invalid
from core.outbox import OutboxMessage
from tests.casework.conftest import NUMBER, VISIT, House

Fill = Callable[..., dict[str, Any]]


def finalized(house: House, form: dict[str, Any], call: str = "CA1", number: str = NUMBER) -> Contact:
    contact_id = house.talk(call, number)
    answer = house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form})
    assert answer.status_code == 200, answer.text
    row: Contact = house.row(Contact, contact_id)
    return row


def subject_of(house: House, contact: Contact) -> Person:
    """Read whom a contact is about."""
    assert contact.subject_person_id
    person: Person = house.row(Person, contact.subject_person_id)
    return person


def closed(house: House, form: Fill, call: str = "CA1", number: str = NUMBER, **more: Any) -> Contact:
    """Let somebody be helped and their case be closed."""
    contact = finalized(
        house, form(subject={"name": "김외로움", "birth_year": 1957, "district": "11680"}, **more), call, number
    )
    body = {"state": "closed", "version": 1, "reason": "더 할 일이 없음"}
    answer = house.desk("supervisor").post(f"/api/cases/{contact.case_id}/move", json=body)
    assert answer.status_code == 200, answer.text
    return contact


def look(house: House) -> None:
    """Let a day's look at what is past its time be carried out."""
    with house.sessions.begin() as tx:
        schedule(tx, house.clock.at.date(), at=house.clock.at)
    house.work()


def test_what_is_held_of_a_person_is_sealed_under_their_own_key_and_dies_with_it(house: House, form: Fill) -> None:
    contact = closed(house, form)
    person = contact.subject_person_id
    assert person
    with house.sessions.begin() as tx:
        names = {cipher.partition(":")[0] for _, _, cipher in holdings.sealed(tx, {person})}
        assert names == {keys.key_name(person)}
        sealed = house.row(Person, person).name_cipher
        assert keys.bound(tx, house.vault).open(sealed) == "김외로움"
        with pytest.raises(Invalid):
            house.vault.open(sealed)
        keys.drop(tx, {person})
        with pytest.raises(Invalid):
            keys.bound(tx, house.vault).open(sealed)


def test_what_was_sealed_before_people_had_keys_is_moved_under_them(house: House, form: Fill) -> None:
    contact = finalized(house, form(subject={"name": "김외로움"}))
    person = contact.subject_person_id
    assert person
    with house.sessions.begin() as tx:
        old = tx.get_one(Person, person)
        old.name_cipher = house.vault.seal("김옛날")
    assert house.desk("counselor").get(f"/api/people/{person}").json()["name"] == "김○○", "it opens as it is"
    with house.sessions.begin() as tx:
        assert holdings.reseal(tx, person, house.vault) >= 1
    with house.sessions.begin() as tx:
        assert holdings.reseal(tx, person, house.vault) == 0
    clear = house.desk("counselor").post(f"/api/people/{person}/reveal", json={"reason": "to be sure"}).json()
    assert clear["name"] == "김옛날"


def test_five_years_after_a_case_nobody_is_known_and_everything_still_counts(house: House, form: Fill) -> None:
    contact = closed(house, form)
    case = contact.case_id
    assert case
    house.clock.forward(days=5 * 365 - 1)
    look(house)
    assert subject_of(house, contact).anonymized_at is None
    house.clock.forward(days=3)
    house.work()
    person, row = subject_of(house, contact), house.row(Contact, contact.id)
    assert person.anonymized_at
    assert (person.name_cipher, person.name_fingerprint) == (None, None)
    assert (person.birth_year, person.district) == (1950, "11680")
    assert (row.caller_cipher, row.caller_fingerprint, row.form_cipher, row.notes_cipher) == (None, None, None, None)
    assert (row.topic, row.triage_level, row.opened_at) == ("loneliness", "info", contact.opened_at)
    assert house.row(Case, case).closing_reason_cipher is None
    assert [house.rows(table) for table in (Identifier, CaseNote, PersonKey)] == [[], [], []]
    gone = house.desk("supervisor").get("/api/destructions").json()
    assert ("person", str(person.id), "retention") in {(each["kind"], each["object_id"], each["why"]) for each in gone}
    assert house.desk("supervisor").get(f"/api/cases/{case}").status_code == 200
    assert house.desk("supervisor").get(f"/api/contacts/{contact.id}").status_code == 200
    fresh = finalized(house, form(), "CA9")
    assert fresh.subject_person_id != person.id, "whoever calls again is somebody new"


def test_what_is_held_outlives_its_time_until_the_hold_is_lifted_or_over(house: House, form: Fill) -> None:
    contact, other = closed(house, form), closed(house, form, "CA2", "+821099998888")
    desk = house.desk("supervisor")
    until = house.clock.at + timedelta(days=2000)
    made = desk.post(f"/api/people/{contact.subject_person_id}/holds", json={"reason": "소송이 진행 중"})
    assert made.status_code == 201, made.text
    body = {"reason": "민원이 진행 중", "until": until.isoformat()}
    assert desk.post(f"/api/people/{other.subject_person_id}/holds", json=body).status_code == 201
    house.clock.forward(days=1900)
    look(house)
    assert [person.anonymized_at for person in house.rows(Person)] == [None, None]
    house.clock.forward(days=101)
    house.work()
    assert subject_of(house, other).anonymized_at, "its hold is over"
    supervisor = house.desk("supervisor", name="later")
    (held,) = supervisor.get(f"/api/people/{contact.subject_person_id}/holds").json()
    assert held["reason"] == "소송이 진행 중"
    assert supervisor.request("DELETE", f"/api/holds/{held['id']}").status_code == 204
    house.clock.forward(days=1)
    house.work()
    assert subject_of(house, contact).anonymized_at
    refused = supervisor.post(f"/api/people/{contact.subject_person_id}/holds", json={"reason": "too late"})
    assert refused.status_code == 409


def test_drafts_recordings_and_logs_go_by_their_own_time(house: House, form: Fill) -> None:
    house.configure(Config(retention={**PERIODS, "logs": timedelta(days=100)}))
    draft, calm, grave = house.talk("CA1"), house.ring("CA2"), house.ring("CA3")
    with house.sessions.begin() as tx:
        tx.get_one(Contact, grave).danger_at = house.clock.at
        for n, contact_id in enumerate((calm, grave)):
            tx.add(
                Voicemail(id=uuid4(), contact_id=contact_id, recording=f"RE{n}", seconds=9, recorded_at=house.clock.at)
            )
    house.work()
    house.clock.forward(days=61)
    look(house)
    assert len(house.rows(OutboxMessage, OutboxMessage.kind == "RecordingToErase")) == 1, "not of who was in danger"
    assert house.row(Contact, draft).caller_cipher
    house.clock.forward(days=30)
    house.work()
    row = house.row(Contact, draft)
    assert (row.caller_cipher, row.caller_fingerprint, row.state) == (None, None, "draft")
    before = len(house.rows(OutboxMessage))
    house.clock.forward(days=80)
    house.work()
    assert len(house.rows(OutboxMessage)) < before, "delivered messages are deleted after their time"
    assert {row.kind for row in house.rows(Destruction)} >= {"contact", "outbox"}


def test_a_demand_to_see_is_owed_in_ten_days_and_answered_with_everything_but_who_reported(
    house: House, form: Fill
) -> None:
    overridden = {"answer": "overridden", "reason": "기척이 없음", "legal_basis": "PIPA 15(1)5"}
    contact = finalized(
        house,
        form(
            relation="neighbor", consent=overridden, reporter={"name": "이이웃"}, next_step={"visit": VISIT},
            subject={"name": "박대상", "district": "11680"}, triage_level="high",
        ),
    )  # fmt: skip
    desk, path = house.desk("supervisor"), f"/api/people/{contact.subject_person_id}/requests"
    made = house.desk("counselor").post(path, json={"kind": "access"})
    assert made.status_code == 201, made.text
    assert house.desk("counselor").post(path, json={"kind": "access"}).json() == made.json(), "it waits already"
    (duty,) = house.rows(Duty, Duty.kind == "privacy_request")
    assert (duty.team, duty.due_at) == ("supervisors", house.clock.at + timedelta(days=10))
    key = made.json()["id"]
    assert desk.post(f"/api/duties/{duty.id}/take").status_code == 200
    assert desk.post(f"/api/duties/{duty.id}/done").status_code == 409, "it is done by answering"
    data = desk.post(f"/api/privacy-requests/{key}/copy").json()["data"]
    said = str(data)
    assert "박대상" in said
    assert "혼자 지낸 지 오래되었다고 함." in said
    assert VISIT["address"] in said
    assert "이이웃" not in said
    assert NUMBER not in said
    answered = desk.post(f"/api/privacy-requests/{key}/answer", json={"granted": True, "reason": "사본을 드림"}).json()
    assert (answered["state"], house.row(Duty, duty.id).state) == ("granted", "done")
    assert desk.get("/api/privacy-requests").json() == []
    again = desk.post(f"/api/privacy-requests/{key}/answer", json={"granted": False, "reason": "다시 답함"})
    assert again.status_code == 409


def test_a_demand_that_nobody_answers_reaches_the_supervisor(house: House, form: Fill) -> None:
    contact = finalized(house, form())
    path = f"/api/people/{contact.subject_person_id}/requests"
    house.desk("counselor").post(path, json={"kind": "correct"})
    house.clock.forward(days=10)
    house.work()
    house.clock.forward(minutes=11)
    house.work()
    assert "overdue" in {each.reason for each in house.rows(Escalation)}


def test_an_erasure_waits_for_what_stands_against_it(house: House, form: Fill) -> None:
    contact = finalized(house, form(subject={"name": "김외로움"}))
    desk = house.desk("supervisor")
    key = desk.post(f"/api/people/{contact.subject_person_id}/requests", json={"kind": "erase"}).json()["id"]
    body = {"granted": True, "reason": "지워 달라고 하심"}
    refused = desk.post(f"/api/privacy-requests/{key}/answer", json=body)
    assert (refused.status_code, refused.json()["against"]) == (409, [f"case {contact.case_id}"])
    close = {"state": "closed", "version": 1, "reason": "더 할 일이 없음"}
    desk.post(f"/api/cases/{contact.case_id}/move", json=close)
    assert desk.post(f"/api/privacy-requests/{key}/answer", json=body).json()["state"] == "granted"
    assert subject_of(house, contact).anonymized_at
    assert desk.post(f"/api/privacy-requests/{key}/copy").status_code == 409
    assert desk.post(f"/api/people/{uuid4()}/requests", json={"kind": "erase"}).status_code == 404
    for kind in ("forget", None, 3):
        assert desk.post(f"/api/people/{contact.subject_person_id}/requests", json={"kind": kind}).status_code == 422


def test_a_reporter_who_is_forgotten_leaves_the_report_as_it_was(house: House, form: Fill) -> None:
    contact = finalized(
        house, form(relation="neighbor", reporter={"name": "이이웃"}, subject={"name": "박대상", "district": "11680"})
    )
    desk = house.desk("supervisor")
    key = desk.post(f"/api/people/{contact.reporter_person_id}/requests", json={"kind": "erase"}).json()["id"]
    assert (
        desk.post(f"/api/privacy-requests/{key}/answer", json={"granted": True, "reason": "원하심"}).status_code == 422
    )
    answer = desk.post(f"/api/privacy-requests/{key}/answer", json={"granted": True, "reason": "원한다고 하심"})
    assert answer.status_code == 200, answer.text
    wish = {"asked_by": "subject", "decision": "reveal", "reason": "wants to know"}
    told = desk.post(f"/api/contacts/{contact.id}/source", json=wish).json()
    assert (told["caller"], told["reporter"]) == (None, None)
    subject = desk.post(f"/api/people/{contact.subject_person_id}/reveal", json={"reason": "to be sure"}).json()
    assert subject["name"] == "박대상"
    assert house.rows(Visit) == house.rows(CallerFlag) == []


BREACH = {"words": "노트북을 잃어버림", "people": 3, "sensitive": True, "outside": False}


def test_a_breach_is_told_within_72_hours_of_being_found(house: House) -> None:
    desk = house.desk("supervisor")
    found_at = house.clock.at - timedelta(hours=5)
    made = desk.post("/api/breaches", json=BREACH | {"found_at": found_at.isoformat()})
    assert made.status_code == 201, made.text
    (duty,) = house.rows(Duty, Duty.kind == "breach")
    assert duty.due_at == found_at + timedelta(hours=72)
    path = f"/api/breaches/{made.json()['id']}/told"
    first = desk.post(path, json={"whom": "people"}).json()
    assert (first["must_report"], house.row(Duty, duty.id).ended_at) == (True, None)
    desk.post(path, json={"whom": "authority"})
    assert house.row(Duty, duty.id).state == "done"
    assert desk.get("/api/breaches").json()[0]["authority_told_at"]
    later = (house.clock.at + timedelta(hours=1)).isoformat()
    for wrong in ({"found_at": later}, {"people": -1}, {"words": "x"}, {"sensitive": None}, {"more": 1}):
        body = BREACH | {"found_at": found_at.isoformat()} | wrong
        assert desk.post("/api/breaches", json=body).status_code == 422
    assert desk.post(path, json={"whom": "press"}).status_code == 422
    assert desk.post(f"/api/breaches/{UUID(int=1)}/told", json={"whom": "people"}).status_code == 404
    assert house.desk("counselor").get("/api/breaches").status_code == 403
    assert len(house.rows(Breach)) == 1


@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_the_authority_hears_of_every_breach_that_is_large_sensitive_or_from_outside(
    people: int,
    sensitive: bool,  # noqa: FBT001
    outside: bool,  # noqa: FBT001
) -> None:
    assert authority_hears(people=people, sensitive=sensitive, outside=outside) == (
        people >= 1000 or sensitive or outside
    )
