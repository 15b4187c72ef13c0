"""A welfare check ends when somebody has been heard of, or a supervisor says why not; never by itself."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.policy.states import WELFARE_CHECK
from casework.tables import Dispatch, Duty, Escalation, Visit, WelfareCheck
from tests.casework.agreed import open_case
from tests.casework.conftest import DISPATCH, VISIT, House

WHERE = {"district": VISIT["district"], "address": VISIT["address"], "consent": "given"}


@pytest.fixture
def case_id(house: House) -> str:
    return open_case(house)


def ask(house: House, case_id: object, **changes: Any) -> Any:
    body = {"level": "high", "reason": "사흘째 연락이 닿지 않음", **changes}
    return house.desk("counselor").post(f"/api/cases/{case_id}/welfare-checks", json=body)


def act(house: House, check: object, what: str, role: str = "social_worker", **body: Any) -> Any:
    return house.desk(role).post(f"/api/welfare-checks/{check}/{what}", json=body)


def kept(house: House, check: str) -> tuple[str, str]:
    row = house.row(WelfareCheck, UUID(check))
    return row.state, house.row(Duty, row.duty_id).state


def test_a_check_is_a_duty_with_a_deadline_that_ends_with_contact_only(house: House, case_id: str) -> None:
    asked = ask(house, case_id).json()
    check, duty = asked["id"], asked["duty_id"]
    assert (asked["state"], asked["reason"]) == ("requested", "사흘째 연락이 닿지 않음")
    assert house.row(Duty, UUID(duty)).due_at == house.clock.at + timedelta(hours=24)
    worker = house.desk("social_worker")
    assert act(house, check, "attempt", result="no_answer").status_code == 403, "nobody has taken it yet"
    worker.post(f"/api/duties/{duty}/take")
    assert worker.post(f"/api/duties/{duty}/done").status_code == 409
    assert worker.post(f"/api/duties/{duty}/cancel", json={"reason": "괜찮을 것 같음"}).status_code == 409
    for _ in range(3):
        assert act(house, check, "attempt", result="no_answer").json()["state"] == "trying"
    assert "exhausted" in house.reasons(UUID(duty))
    assert act(house, check, "attempt", result="reached").json()["how"] == "phone"
    assert kept(house, check) == ("contact_made", "done")
    assert act(house, check, "attempt", result="reached").status_code == 409
    assert house.rows(Escalation, Escalation.state != "resolved") == []


def test_only_a_supervisor_closes_a_check_without_contact_and_says_why(house: House, case_id: str) -> None:
    check = ask(house, case_id).json()["id"]
    assert act(house, check, "close", reason="이사하신 것을 확인함").status_code == 403
    assert act(house, check, "close", "supervisor").status_code == 422
    closed = act(house, check, "close", "supervisor", reason="이사하신 것을 확인함").json()
    assert (closed["state"], closed["ended_why"]) == ("closed", "이사하신 것을 확인함")
    assert act(house, check, "close", "supervisor", reason="다시 한 번").json()["ended_why"] == "이사하신 것을 확인함"
    assert kept(house, check) == ("closed", "cancelled")


def test_a_late_check_reaches_the_supervisor(house: House, case_id: str) -> None:
    calm = ask(house, case_id, level="urgent").json()["duty_id"]
    house.clock.forward(hours=4)
    house.work()
    house.clock.forward(minutes=10)
    house.work()
    assert house.reasons(UUID(calm)) == {"overdue"}


def test_a_second_request_stays_one_check_at_the_more_urgent_level(house: House, case_id: str) -> None:
    first = ask(house, case_id).json()
    assert ask(house, case_id, level="low").json() == first
    raised = ask(house, case_id, level="emergency").json()
    assert (raised["id"], raised["triage_level"]) == (first["id"], "emergency")
    house.work()
    assert house.reasons(UUID(first["duty_id"])) == {"overdue"}, "an emergency is due at once"
    assert len(house.rows(WelfareCheck)) == 1


def test_it_becomes_a_visit_whose_contact_ends_it(house: House, case_id: str) -> None:
    check = ask(house, case_id).json()["id"]
    sent = act(house, check, "visit", **WHERE).json()
    assert sent["state"] == "visiting"
    assert act(house, check, "visit", **WHERE).status_code == 409, "one is under way"
    house.work()
    visit = sent["visit_id"]
    field = house.desk("field", district=VISIT["district"])
    pair = [str(house.person("field", name=name, district=VISIT["district"]).id) for name in ("one", "two")]
    for step in ({"state": "assigned", "workers": pair}, {"state": "en_route"}, {"state": "on_site"}):
        assert field.post(f"/api/visits/{visit}/move", json=step).status_code == 200
    assert field.post(f"/api/visits/{visit}/move", json={"state": "contact_made"}).status_code == 200
    assert kept(house, check)[0] == "visiting"
    house.work()
    assert kept(house, check) == ("contact_made", "done")
    assert house.row(WelfareCheck, UUID(check)).how == "visit"
    sent_for = house.row(Visit, UUID(visit))
    assert sent_for.case_id == UUID(case_id)
    started = house.desk("counselor").get(f"/api/contacts/{sent_for.contact_id}").json()["started"]
    assert started["visit_id"] is None, "it was not the contact that asked for this visit"


def test_it_becomes_a_dispatch_whose_contact_ends_it(house: House, case_id: str) -> None:
    check = ask(house, case_id).json()["id"]
    sent = act(house, check, "dispatch", **DISPATCH).json()
    assert sent["state"] == "dispatched"
    assert act(house, check, "dispatch", **DISPATCH).status_code == 409
    assert act(house, check, "visit", **WHERE).status_code == 409
    assert "DispatchRequested" in house.work()
    dispatch = sent["dispatch_id"]
    dispatcher = house.desk("dispatcher")
    dispatcher.post(f"/api/dispatches/{dispatch}/milestone", json={"state": "on_scene"})
    dispatcher.post(f"/api/dispatches/{dispatch}/milestone", json={"state": "contact_made"})
    house.work()
    assert kept(house, check) == ("contact_made", "done")
    assert house.row(Dispatch, UUID(dispatch)).legal_basis
    told = house.desk("dispatcher").post(f"/api/dispatches/{dispatch}/reveal", json={"reason": "구급대에 전달"}).json()
    assert told["words"]["callback_number"] == "+821012345678"


def test_a_case_does_not_close_while_somebody_must_be_heard_of(house: House, case_id: str) -> None:
    check = ask(house, case_id).json()["id"]
    desk, closing = house.desk("counselor"), {"state": "closed", "version": 1, "reason": "끝났습니다"}
    assert desk.post(f"/api/cases/{case_id}/move", json=closing).status_code == 409
    told = act(house, check, "contact", "counselor", how="call", words="먼저 전화 주셨고 잘 지내심").json()
    assert (told["state"], told["how"], told["ended_why"]) == ("contact_made", "call", "먼저 전화 주셨고 잘 지내심")
    assert desk.post(f"/api/cases/{case_id}/move", json=closing).status_code == 200
    assert ask(house, case_id).status_code == 409


DOORS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "visiting": ("visit", "social_worker", WHERE),
    "dispatched": ("dispatch", "social_worker", DISPATCH),
    "contact_made": ("contact", "social_worker", {"how": "in_person", "words": "집 앞에서 만남"}),
    "closed": ("close", "supervisor", {"reason": "이사하신 것을 확인함"}),
}


def test_every_move_of_the_table_is_allowed_over_http_and_no_other(house: House, case_id: str) -> None:
    for now in sorted(WELFARE_CHECK.states):
        for to, (door, role, body) in DOORS.items():
            if (now, to) == ("closed", "closed"):
                continue
            check = ask(house, case_id).json()["id"]
            with house.sessions.begin() as tx:
                tx.get_one(WelfareCheck, UUID(check)).state = now
            answer = act(house, check, door, role, **body)
            assert answer.status_code == (200 if to in WELFARE_CHECK.moves[now] else 409), (now, to)
            with house.sessions.begin() as tx:
                tx.get_one(WelfareCheck, UUID(check)).state = "closed"


def test_what_is_wrong_is_refused(house: House, case_id: str) -> None:
    check, nowhere = ask(house, case_id).json()["id"], uuid4()
    assert ask(house, nowhere).status_code == 404
    for wrong in ({"level": "info"}, {"reason": "x"}, {"reason": "900101-1234567"}, {"more": 1}):
        assert ask(house, case_id, **wrong).status_code == 422
    bad_visits: list[dict[str, Any]] = [{"consent": "overridden"}, {"district": "gu"}, {"district": "00000"}]
    bad_visits += [{"address": ""}, {"more": 1}]
    for bad in bad_visits:
        assert act(house, check, "visit", **{**WHERE, **bad}).status_code == 422, bad
    for bad in ({"kind": "taxi"}, {"danger": ""}, {"callback_number": "none"}, {"place": ""}):
        assert act(house, check, "dispatch", **{**DISPATCH, **bad}).status_code == 422, bad
    assert act(house, check, "contact", how="dream", words="꿈에서 봄").status_code == 422
    assert act(house, check, "contact", how="phone", words="").status_code == 422
    for door, role, body in DOORS.values():
        assert act(house, nowhere, door, role, **body).status_code == 404
    assert act(house, check, "visit", "dispatcher", **WHERE).status_code == 403
    assert kept(house, check)[0] == "requested"
    assert house.desk("counselor").get(f"/api/welfare-checks/{check}").json()["attempts"] == 0
    assert [one["id"] for one in house.desk("counselor").get("/api/welfare-checks").json()] == [check]
