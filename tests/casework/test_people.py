"""Two records of one person are taken together and parted again; who reported stays hidden."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.policy.people import reporter_shielded, standing
from casework.service.places import load_dongs
from casework.tables import Case, Contact, Identifier, Person
from core.audit import AuditEntry
from core.errors import Invalid
from tests.casework.conftest import DISPATCH, VISIT, House
from tests.casework.test_at_once import at_once

Fill = Callable[..., dict[str, Any]]
OTHER = "+821099998888"
REPORT = {"relation": "neighbor", "reporter": {"name": "이이웃"}, "subject": {"name": "박대상", "district": "11680"}}


@pytest.fixture
def house(house: House) -> House:
    with house.sessions.begin() as tx:
        load_dongs(tx)
    return house


def finalized(house: House, form: dict[str, Any], call: str = "CA1", number: str | None = None) -> Contact:
    """Let a conversation be written down whole; give its contact."""
    contact_id = house.talk(call, number) if number else house.talk(call)
    answer = house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form})
    assert answer.status_code == 200, answer.text
    row: Contact = house.row(Contact, contact_id)
    return row


def two_records(house: House, form: Fill) -> tuple[UUID, UUID]:
    """Let one person call from two telephones; give both records."""
    first = finalized(house, form(reporter={"name": "김외로움"}), "CA1")
    second = finalized(house, form(reporter={"name": "김 외로움"}, triage_level="high"), "CA2", OTHER)
    assert first.subject_person_id
    assert second.subject_person_id
    return first.subject_person_id, second.subject_person_id


def merge(house: House, kept: UUID, other: UUID, **more: Any) -> Any:
    body = {"other_id": str(other), "reason": "같은 분이라고 하심"} | more
    return house.desk("supervisor").post(f"/api/people/{kept}/merge", json=body)


def test_two_records_are_read_as_one_person_and_parted_again(house: House, form: Fill) -> None:
    kept, other = two_records(house, form)
    desk = house.desk("supervisor")
    made = merge(house, kept, other)
    assert made.status_code == 200, made.text
    assert merge(house, kept, other).json() == made.json(), "asked again it answers the same"
    seen = desk.get(f"/api/people/{other}").json()
    assert (seen["id"], seen["standing"], len(seen["numbers"]), len(seen["cases"])) == (str(kept), "known", 2, 2)
    assert desk.get(f"/api/people/{kept}").json() == seen
    (found,) = desk.post("/api/people/search", json={"phone": "010-9999-8888"}).json()
    assert found == seen
    undone = desk.post(f"/api/merges/{made.json()['id']}/undo", json={"reason": "다른 분이었음"}).json()
    assert undone["undone_at"]
    parted = desk.get(f"/api/people/{other}").json()
    assert (parted["id"], len(parted["numbers"]), len(parted["cases"])) == (str(other), 1, 1)
    assert merge(house, kept, other).json()["id"] != made.json()["id"]
    acts = {row.action for row in house.rows(AuditEntry, AuditEntry.object_id == str(kept))}
    assert {"person.merge", "person.part"} <= acts


def test_who_calls_after_a_merge_is_the_kept_person_with_one_case_and_the_number_stays_where_it_was(
    house: House, form: Fill
) -> None:
    kept, other = two_records(house, form)
    merge(house, kept, other)
    again = finalized(house, form(reporter={"name": "김 외로움"}, triage_level="low"), "CA3", OTHER)
    assert again.subject_person_id == kept
    assert len(house.rows(Case)) == 2, "the open case is joined, none is opened"
    assert {row.person_id for row in house.rows(Identifier, Identifier.value_cipher.is_not(None))} == {kept, other}
    known = house.desk("supervisor").get(f"/api/contacts/{again.id}").json()["known"]
    assert [person["id"] for person in known] == [str(kept)]


def test_a_merge_while_the_call_comes_in_ends_as_one_person_whoever_was_first(house: House, form: Fill) -> None:
    kept, other = two_records(house, form)
    contact_id, counselor = house.talk("CA3", OTHER), house.desk("counselor")
    worker = house.desk("supervisor")
    whole = {"form": form(reporter={"name": "김 외로움"}, triage_level="urgent")}
    body = {"other_id": str(other), "reason": "같은 분이라고 하심"}
    back = {"other_id": str(kept), "reason": "같은 분이라고 하심"}
    answers = at_once(
        [
            lambda: counselor.post(f"/api/contacts/{contact_id}/finalize", json=whole),
            lambda: worker.post(f"/api/people/{kept}/merge", json=body),
            lambda: worker.post(f"/api/people/{other}/merge", json=back),
        ]
    )
    assert answers[0].status_code == 200, answers[0].text
    assert sorted(answer.status_code for answer in answers[1:]) == [200, 409], "no circle can be made"
    roots = {worker.get(f"/api/people/{one}").json()["id"] for one in (kept, other)}
    assert len(roots) == 1
    subject = house.row(Contact, contact_id).subject_person_id
    assert worker.get(f"/api/people/{subject}").json()["id"] in roots
    assert len(house.rows(Person)) == 2
    assert len(house.rows(Case)) == 2


def test_a_merge_that_makes_no_sense_is_refused(house: House, form: Fill) -> None:
    kept, other = two_records(house, form)
    third = finalized(house, form(reporter={"name": "셋째"}), "CA4", "+821077776666").subject_person_id
    assert third
    assert merge(house, kept, kept).status_code == 422
    assert merge(house, kept, uuid4()).status_code == 404
    assert merge(house, kept, other, reason="").status_code == 422
    assert merge(house, kept, other, other_id="me").status_code == 422
    merge(house, kept, other)
    refused = merge(house, third, other)
    assert (refused.status_code, refused.json()["root"]) == (409, str(kept))
    path, body = f"/api/people/{kept}/merge", {"other_id": str(third), "reason": "같은 분"}
    assert house.desk("field").post(path, json=body).status_code == 403
    assert house.desk("supervisor").post(f"/api/merges/{uuid4()}/undo", json={"reason": "no such"}).status_code == 404


def test_a_person_is_put_right_and_looked_at_with_a_reason(house: House, form: Fill) -> None:
    person = finalized(house, form(reporter={"name": "김외로움"})).subject_person_id
    desk, path = house.desk("counselor"), f"/api/people/{person}"
    changes = {"sex": "female", "dong": "1111053000", "district": "11110", "address": "사직로 1", "detail": "202호"}
    body = {"version": 1, "name": "김고침", "phone": "010-9999-8888", **changes}
    seen = desk.patch(path, json=body)
    assert seen.status_code == 200, seen.text
    assert (seen.json()["name"], seen.json()["sex"], seen.json()["dong"]) == ("김○○", "female", "1111053000")
    assert desk.patch(path, json=body).status_code == 409, "it was read before"
    clear = desk.post(f"{path}/reveal", json={"reason": "방문 준비"}).json()
    clear["numbers"].sort()
    assert clear == {"name": "김고침", "numbers": ["+821012345678", OTHER], "address": "사직로 1", "detail": "202호"}
    for wrong in (
        {"dong": "1168051000"}, {"dong": "1111099900"}, {"dong": "11"}, {"district": "99999"}, {"sex": "yes"},
        {"name": "900101-1234567"}, {"phone": "call me"}, {"shoe": 42},
    ):  # fmt: skip
        assert desk.patch(path, json={"version": 2, **wrong}).status_code == 422, wrong
    for nothing in ({}, {"phone": "x"}, {"name": ""}, {"name": "900101-1234567"}):
        assert desk.post("/api/people/search", json=nothing).status_code == 422
    assert desk.get(f"/api/people/{uuid4()}").status_code == 404
    assert [each["name_ko"] for each in desk.get("/api/districts/11110/dongs").json()][:2] == ["청운효자동", "사직동"]


def test_who_reported_is_hidden_from_the_moment_the_report_is_finalized(house: House, form: Fill) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    desk.patch(f"/api/contacts/{contact_id}", json={"version": 1, "form": form(**REPORT)})
    early = desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "calling back"}).json()
    assert early["form"]["reporter"] == {"name": "이이웃"}
    desk.post(f"/api/contacts/{contact_id}/finalize", json={})
    seen = desk.get(f"/api/contacts/{contact_id}").json()
    assert (seen["caller"], seen["known"], seen["form"]["reporter"]) == ("•••", [], {"name": "•••"})
    late = desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "curious"}).json()
    assert (late["caller"], late["shielded"], set(late["form"])) == (None, True, {"subject"})
    path = f"/api/contacts/{contact_id}/source"
    wish = {"asked_by": "subject", "decision": "withhold", "reason": "보복이 걱정됨"}
    assert desk.post(path, json=wish).status_code == 403
    supervisor = house.desk("supervisor")
    assert supervisor.post(path, json=wish).json() | {"id": ""} == {
        "id": "", "decision": "withhold", "caller": None, "reporter": None,
    }  # fmt: skip
    house.clock.forward(minutes=1)
    told = supervisor.post(path, json=wish | {"decision": "reveal", "reason": "본인이 동의함"}).json()
    assert (told["caller"], told["reporter"]) == ("+821012345678", {"name": "이이웃"})
    assert [line["decision"] for line in supervisor.get(path).json()] == ["reveal", "withhold"]
    assert {row.action for row in house.rows(AuditEntry)} >= {"reporter.reveal", "reporter.withhold"}
    for wrong in ({"reason": "x"}, {"decision": "maybe"}, {"asked_by": "nobody"}, {"more": 1}):
        assert supervisor.post(path, json=wish | wrong).status_code == 422


def test_there_is_no_source_where_nobody_else_reported(house: House, form: Fill) -> None:
    contact = finalized(house, form())
    wish = {"asked_by": "subject", "decision": "reveal", "reason": "wants to know"}
    assert house.desk("supervisor").post(f"/api/contacts/{contact.id}/source", json=wish).status_code == 409


def test_what_is_at_the_door_reaches_the_responders_and_nobody_else(house: House, form: Fill) -> None:
    step = {"visit": VISIT | {"detail": "101동 202호"}, "dispatch": DISPATCH | {"detail": "비밀번호 1234"}}
    contact = finalized(house, form(triage_level="emergency", next_step=step))
    seen = house.desk("counselor").get(f"/api/contacts/{contact.id}").json()
    assert seen["form"]["next_step"]["dispatch"]["detail"] == "•••"
    visit = house.desk("supervisor").post(
        f"/api/visits/{seen['started']['visit_id']}/reveal", json={"reason": "방문 준비"}
    )
    assert visit.json()["words"]["detail"] == "101동 202호"


@pytest.mark.parametrize(
    "text", ["code,name\n12,사직동\n", "code,name\n9999953000,사직동\n", "code,name\n1111053000,\n"]
)
def test_a_wrong_list_of_dongs_is_refused_with_its_line(house: House, text: str) -> None:
    with house.sessions() as tx, pytest.raises(Invalid, match="Line 2"):
        load_dongs(tx, text)


def test_a_newer_list_ends_a_dong_and_brings_another(house: House) -> None:
    text = "code,name,valid_from,valid_to\n1111053000,사직동,,2026-01-01\n1111053500,새사직동,2026-01-01,\n"
    with house.sessions.begin() as tx:
        assert load_dongs(tx, text) == 2
    names = [each["name_ko"] for each in house.desk("field").get("/api/districts/11110/dongs").json()]
    assert "새사직동" in names
    assert "사직동" not in names
    with house.sessions() as tx, pytest.raises(Invalid, match="Line 2"):
        load_dongs(tx, "code,name,valid_from\n1111053000,사직동,someday\n")


@given(st.booleans(), st.booleans(), st.booleans())
def test_nobody_is_known_less_well_for_saying_more(named: bool, reachable: bool, described: bool) -> None:  # noqa: FBT001
    order = ["anonymous", "half_known", "known"]
    here = order.index(standing(named=named, reachable=reachable, described=described))
    assert here <= order.index(standing(named=True, reachable=reachable, described=described))
    assert here <= order.index(standing(named=named, reachable=True, described=described))
    assert (here == 0) == (not named and not reachable and not described)


def test_only_a_finalized_report_on_somebody_else_shields_its_reporter() -> None:
    one, two = uuid4(), uuid4()
    assert reporter_shielded(one, two, finalized=True)
    for reporter, subject, finalized in ((one, one, True), (None, two, True), (one, None, True), (one, two, False)):
        assert not reporter_shielded(reporter, subject, finalized=finalized)
