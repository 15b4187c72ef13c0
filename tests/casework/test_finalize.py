"""Finalizing a contact starts everything it promises, once, or nothing at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from casework.tables import Case, CaseNote, Contact, Dispatch, Duty, Identifier, Person, Visit
from core.outbox import OutboxMessage
from tests.casework.conftest import DISPATCH, EMERGENCY, NUMBER, VISIT, House

Fill = Callable[..., dict[str, Any]]


def finalize(house: House, form: dict[str, Any] | None, call: str = "CA1", **more: Any) -> Any:
    contact_id = house.talk(call)
    return house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form} | more)


def test_an_emergency_becomes_a_case_a_visit_and_a_dispatch(house: House, form: Fill) -> None:
    answer = finalize(house, form(**EMERGENCY))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["state"] == "finalized"
    visit, dispatch = house.row(Visit, body["started"]["visit_id"]), house.row(Dispatch, body["started"]["dispatch_id"])
    assert visit.state == dispatch.state == "requested"
    assert visit.case_id == dispatch.case_id == house.rows(Case)[0].id
    assert dispatch.acknowledge_by == house.clock.at + timedelta(minutes=3)
    assert dispatch.legal_basis == "PIPA 15(1)5, 17(1)2, 18(2)3"
    posted = sorted(row.kind for row in house.rows(OutboxMessage))
    assert {"VisitRequested", "DispatchRequested", "DispatchAcknowledgmentDue", "DispatchArrivalDue"} <= set(posted)
    assert not house.rows(Duty), "the visit and the dispatch are the first response"


def test_the_district_of_whom_a_contact_is_about_is_told_once_and_nothing_else_of_them(
    house: House, form: Fill
) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    body = {"form": form(subject={"name": "박이웃", "district": "11680"})}
    for _ in range(2):
        assert desk.post(f"/api/contacts/{contact_id}/finalize", json=body).status_code == 200
    (told,) = house.rows(OutboxMessage, OutboxMessage.kind == "ContactPlaced")
    assert told.body == {"contact_id": str(contact_id), "district": "11680"}


def test_nothing_is_told_of_a_district_that_is_not_known(house: House, form: Fill) -> None:
    finalize(house, form())
    assert house.rows(OutboxMessage, OutboxMessage.kind == "ContactPlaced") == []


def test_finalizing_twice_answers_the_same_and_starts_nothing_more(house: House, form: Fill) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    body = {"form": form(**EMERGENCY)}
    first = desk.post(f"/api/contacts/{contact_id}/finalize", json=body)
    counts = [count(house, table) for table in (Case, Visit, Dispatch, OutboxMessage, CaseNote, Person)]
    again = desk.post(f"/api/contacts/{contact_id}/finalize", json=body)
    empty = desk.post(f"/api/contacts/{contact_id}/finalize", json={})
    assert first.status_code == again.status_code == empty.status_code == 200
    assert first.json() == again.json() == empty.json()
    assert counts == [count(house, table) for table in (Case, Visit, Dispatch, OutboxMessage, CaseNote, Person)]
    other = desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form(topic="work")})
    assert other.status_code == 409


def count(house: House, table: Any) -> int:
    with house.sessions() as tx:
        return tx.scalar(select(func.count()).select_from(table)) or 0


def test_what_fails_in_the_middle_leaves_nothing_half_written(house: House, form: Fill) -> None:
    """The database itself refuses the last row; everything before it must go with it."""
    contact_id, desk = house.talk(), house.desk("counselor")
    before = count(house, OutboxMessage)
    with house.sessions.begin() as tx:
        tx.execute(text("alter table casework_visit add constraint no_visits check (false) not valid"))
    try:
        failed = desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form(**EMERGENCY)})
        assert failed.status_code == 503
        assert house.row(Contact, contact_id).state == "draft"
        assert count(house, OutboxMessage) == before
        assert [count(house, t) for t in (Case, Dispatch, Person, CaseNote)] == [0, 0, 0, 0]
    finally:
        with house.sessions.begin() as tx:
            tx.execute(text("alter table casework_visit drop constraint no_visits"))
    mended = desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form(**EMERGENCY)})
    assert mended.status_code == 200


def test_a_second_contact_of_the_same_person_joins_the_open_case_at_the_higher_level(house: House, form: Fill) -> None:
    first = finalize(house, form(triage_level="low", reporter={"name": "김외로움"}), "CA1").json()
    house.clock.forward(days=1)
    second = finalize(house, form(triage_level="urgent", reporter={"name": "김외로움"}), "CA2").json()
    assert first["case_id"] == second["case_id"]
    case = house.row(Case, first["case_id"])
    assert case.triage_level == "urgent"
    assert case.respond_by == house.clock.at + timedelta(hours=4)
    house.clock.forward(days=1)
    finalize(house, form(triage_level="info", reporter={"name": "김외로움"}), "CA3")
    assert house.row(Case, first["case_id"]).triage_level == "urgent", "a later quiet call does not lower it"


def test_a_shared_telephone_is_not_a_shared_person(house: House, form: Fill) -> None:
    one = finalize(house, form(reporter={"name": "김하나"}), "CA1").json()
    other = finalize(house, form(reporter={"name": "이둘"}), "CA2").json()
    assert one["case_id"] != other["case_id"]
    assert len(house.rows(Person)) == 2


def test_a_worried_neighbor_and_the_neighbor_are_two_people(house: House, form: Fill) -> None:
    body = finalize(
        house,
        form(
            relation="neighbor",
            triage_level="high",
            consent={"answer": "overridden", "reason": "No sign of life", "legal_basis": "PIPA 15(1)5"},
            subject={"name": "박이웃", "district": "11680", "birth_year": 1950},
            next_step={"visit": VISIT},
        ),
    ).json()
    contact = house.row(Contact, body["id"])
    assert contact.reporter_person_id != contact.subject_person_id
    assert house.row(Case, body["case_id"]).subject_person_id == contact.subject_person_id
    assert house.rows(Identifier)[0].person_id == contact.reporter_person_id
    assert house.row(Visit, body["started"]["visit_id"]).legal_basis == "PIPA 15(1)5"


@pytest.mark.parametrize(
    ("level", "hours"), [("urgent", 4), ("high", 24), ("moderate", 72), ("low", 14 * 24), ("emergency", 0)]
)
def test_a_level_that_owes_a_response_always_leaves_somebody_owing_it(
    house: House, form: Fill, level: str, hours: int
) -> None:
    steps = {"no_dispatch_reason": "An ambulance is there already"} if level == "emergency" else None
    body = finalize(house, form(triage_level=level, next_step=steps)).json()
    duty = house.row(Duty, body["started"]["duty_ids"][0])
    assert (duty.kind, duty.due_at) == ("first_response", house.clock.at + timedelta(hours=hours))


def test_information_starts_nothing(house: House, form: Fill) -> None:
    body = finalize(house, form()).json()
    assert body["started"] == {"duty_ids": [], "visit_id": None, "dispatch_id": None}
    assert body["case_id"]


def test_a_silent_call_is_closed_without_a_case(house: House) -> None:
    body = finalize(house, {"outcome_class": "non_data", "outcome": "silent"}).json()
    assert (body["state"], body["case_id"]) == ("finalized", None)
    assert not house.rows(Person)


def test_in_depth_counseling_and_a_follow_up_become_duties_with_their_times(house: House, form: Fill) -> None:
    at = house.clock.at
    window = {"start": (at + timedelta(hours=2)).isoformat(), "end": (at + timedelta(hours=3)).isoformat()}
    steps = {"in_depth": {"window": window}, "follow_up": {"due": (at + timedelta(days=3)).isoformat()}}
    finalize(house, form(triage_level="urgent", next_step=steps))
    owed = {duty.kind: duty for duty in house.rows(Duty)}
    assert set(owed) == {"in_depth_callback", "follow_up"}
    assert owed["in_depth_callback"].opens_at == at + timedelta(hours=2)
    assert (owed["in_depth_callback"].state, owed["in_depth_callback"].team) == ("planned", "center")
    assert owed["follow_up"].owner_id == house.person("counselor").id


BAD = [
    ({"outcome_class": None}, "outcome_class"),
    ({"outcome_class": "non_data"}, "outcome"),
    ({"triage_level": None}, "triage_level"),
    ({"topic": None}, "topic"),
    ({"relation": None}, "relation"),
    ({"relation": "family"}, "subject"),
    ({"triage_level": "emergency"}, "next_step.dispatch"),
    ({"consent": {"answer": "refused"}, "next_step": {"visit": VISIT}}, "consent"),
    ({"consent": {"answer": "overridden"}, "next_step": {"visit": VISIT}}, "consent"),
    ({"consent": None, "next_step": {"in_depth": {}}}, "consent"),
    ({"next_step": {"visit": {"district": "11680"}}}, "next_step.visit.address"),
    ({"next_step": {"dispatch": {"kind": "119"}}}, "next_step.dispatch.place"),
    ({"next_step": {"follow_up": {"due": "2020-01-01T00:00:00Z"}}}, "next_step.follow_up.due"),
    ({"reporter": {"phone": "12"}}, "reporter.phone"),
    ({"next_step": {"dispatch": DISPATCH | {"callback_number": "call me"}}}, "next_step.dispatch.callback_number"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_a_form_that_is_not_whole_names_the_field_and_changes_nothing(
    house: House, form: Fill, change: dict[str, Any], field: str
) -> None:
    answer = finalize(house, form(**change))
    assert answer.status_code == 422
    assert field in [error["at"] for error in answer.json()["errors"]]
    assert not house.rows(Case)
    assert house.rows(Contact)[0].state == "draft"


def test_an_unknown_district_is_refused_with_the_list_of_codes(house: House, form: Fill) -> None:
    answer = finalize(house, form(next_step={"visit": VISIT | {"district": "99999"}}))
    assert answer.status_code == 422
    assert len(answer.json()["districts"]) == 25
    assert "11680" in answer.json()["detail"]


def test_a_dispatch_needs_no_consent_and_says_on_what_ground(house: House, form: Fill) -> None:
    answer = finalize(
        house, form(triage_level="emergency", consent={"answer": "refused"}, next_step={"dispatch": DISPATCH})
    )
    assert answer.status_code == 200


def test_an_unknown_contact_is_not_found_and_anothers_neither(house: House, form: Fill) -> None:
    contact_id = house.talk(counselor="hana")
    other = house.desk("counselor", name="duri")
    assert other.post(f"/api/contacts/{uuid4()}/finalize", json={"form": form()}).status_code == 404
    assert other.post(f"/api/contacts/{contact_id}/finalize", json={"form": form()}).status_code == 404
    assert other.get(f"/api/contacts/{contact_id}").status_code == 404
    supervisor = house.desk("supervisor")
    assert supervisor.post(f"/api/contacts/{contact_id}/finalize", json={"form": form()}).status_code == 200
    assert house.row(Contact, contact_id).owner_id == house.person("counselor", name="hana").id


def test_a_key_for_danger_with_a_harmless_form_is_seen_by_the_supervisor(house: House, form: Fill) -> None:
    from casework.service import danger

    contact_id = house.talk()
    with house.sessions.begin() as tx:
        danger(tx, contact_id, at=house.clock.at)
    house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"form": form()})
    found = house.desk("supervisor").get("/api/escalations").json()
    assert [one["reason"] for one in found] == ["danger_lowered"]


def test_nothing_personal_stands_in_the_clear_in_any_table(house: House, form: Fill) -> None:
    secrets = {
        "reporter": {"name": "김외로움", "phone": "010-9999-8888"},
        "subject": {"name": "박이웃", "phone": "010-7777-6666", "address": "비밀로 1"},
        "notes": "아무도 모르는 이야기",
    }
    finalize(house, form(relation="family", **secrets, **EMERGENCY))
    house.work()
    needles = [
        NUMBER,
        "12345678",
        "김외로움",
        "99998888",
        "박이웃",
        "77776666",
        "비밀로",
        "테헤란로",
        "아무도",
        "pills",
        "Nobody",
    ]
    with house.sessions() as tx:
        tables = tx.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        for table in tables:
            for row in tx.scalars(text(f'select t::text from "{table}" t')):
                assert not [needle for needle in needles if needle in row], table
