"""Companion calls come as duties in their rhythm: never doubled, never on a day that was agreed to be free."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.care_messages import CompanionCallsDue
from casework.config import Care
from casework.policy.states import COMPANION_RHYTHM
from casework.service import companions
from casework.tables import CompanionCall, CompanionRhythm, Duty, DutyAttempt, Escalation, WelfareCheck
from core.outbox import OutboxMessage
from tests.casework.agreed import TUESDAYS, agree_on_calls, open_case, put
from tests.casework.conftest import House


@pytest.fixture
def case_id(house: House) -> str:
    return open_case(house)


def days(rhythm: dict[str, Any], *states: str) -> list[str]:
    return sorted(call["day"] for call in rhythm["calls"] if call["state"] in (states or {"planned"}))


def read(house: House, rhythm: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = house.desk("social_worker").get(f"/api/companion-rhythms/{rhythm['id']}").json()
    return whole


def duties(house: House) -> list[Duty]:
    return sorted(house.rows(Duty, Duty.kind == "companion_call", Duty.ended_at.is_(None)), key=lambda d: d.due_at)


def test_calls_are_planned_ahead_as_duties_of_the_companion(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id, words="화초 이야기를 좋아하심")
    assert days(rhythm) == ["2026-12-01", "2026-12-08"]
    assert rhythm["words"] == "화초 이야기를 좋아하심"
    first = duties(house)[0]
    assert (first.owner_id, first.opens_at.isoformat()) == (
        house.person("social_worker").id, "2026-12-01T01:00:00+00:00",
    )  # fmt: skip
    assert first.due_at - first.opens_at == Care().call_within
    assert [one["day"] for one in house.desk("social_worker").get("/api/companion-calls").json()] == days(rhythm)
    assert [one["id"] for one in house.desk("counselor").get("/api/companion-rhythms").json()] == [rhythm["id"]]
    assert house.desk("counselor").get("/api/companion-rhythms?view=mine").json() == []


def test_the_timer_plans_the_next_one_once_however_late_and_however_often_it_runs(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id)
    house.clock.forward(hours=20)
    assert "CompanionCallsDue" not in house.work(), "the next call is not within the horizon yet"
    house.clock.at = house.clock.at.replace(day=30, hour=15) + timedelta(hours=1)  # An hour late.
    assert "CompanionCallsDue" in house.work()
    planned = days(read(house, rhythm))
    assert planned == ["2026-12-01", "2026-12-08", "2026-12-15"]
    message = CompanionCallsDue(UUID(rhythm["id"]), rhythm["version"])
    for _ in range(2):
        with house.sessions.begin() as tx:
            companions.on_calls_due(tx, message, house.clock.at, config=house.config)
    assert days(read(house, rhythm)) == planned
    assert len(duties(house)) == 3
    timers = house.rows(OutboxMessage, OutboxMessage.kind == "CompanionCallsDue", OutboxMessage.state == "pending")
    assert [timer.due.isoformat() for timer in timers] == ["2026-12-07T15:00:00+00:00"]


def test_a_holiday_is_skipped_and_shown(house: House, case_id: str) -> None:
    house.configure(replace(house.config, care=Care(holidays=frozenset({date(2026, 12, 1)}))))
    rhythm = agree_on_calls(house, case_id)
    assert (days(rhythm, "skipped"), days(rhythm)) == (["2026-12-01"], ["2026-12-08"])
    moved = agree_on_calls(house, case_id, on_holiday="move")
    assert [call["call_at"] for call in moved["calls"]][::-1] == ["2026-12-02T01:00:00Z", "2026-12-08T01:00:00Z"]


def test_a_pause_calls_off_what_was_to_come_and_going_on_plans_it_again(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id)
    desk, path = house.desk("social_worker"), f"/api/companion-rhythms/{rhythm['id']}/state"
    paused = desk.post(path, json={"state": "paused"}).json()
    assert (paused["state"], days(paused), duties(house)) == ("paused", [], [])
    assert desk.post(path, json={"state": "paused"}).json() == paused
    house.clock.forward(days=8)
    house.work()
    assert duties(house) == []
    going = desk.post(path, json={"state": "active"}).json()
    assert days(going) == ["2026-12-08", "2026-12-15"]
    ended = desk.post(path, json={"state": "ended"}).json()
    assert (ended["state"], duties(house)) == ("ended", [])
    assert desk.post(path, json={"state": "active"}).status_code == 409
    house.clock.forward(days=60)
    house.work()
    assert duties(house) == []


def test_another_agreement_moves_what_is_to_come_and_leaves_what_was(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id)
    house.clock.at = house.clock.at.replace(month=12, day=1, hour=2)
    tell(house, duties(house)[0], "reached")
    hana = house.person("counselor", name="hana").id
    agreed = {**TUESDAYS, "weekday": "fri", "call_time": "15:30", "companion_id": str(hana)}
    path = f"/api/companion-rhythms/{rhythm['id']}"
    changed = put(house, path, {"version": 1, "agreed": agreed}).json()
    assert (days(changed, "reached"), days(changed)) == (["2026-12-01"], ["2026-12-04", "2026-12-11"])
    assert {duty.owner_id for duty in duties(house)} == {hana}
    stale = put(house, path, {"version": 1, "agreed": agreed | {"weekday": "sat"}})
    assert (stale.status_code, stale.json()["current"]["weekday"], stale.json()["sent"]["weekday"]) == (
        409, "fri", "sat",
    )  # fmt: skip


def tell(house: House, duty: Duty, result: str, *, role: str = "social_worker") -> Any:
    (call,) = house.rows(CompanionCall, CompanionCall.duty_id == duty.id)
    return house.desk(role).post(f"/api/companion-calls/{call.id}/result", json={"result": result})


def test_who_is_reached_is_a_duty_done_and_only_there(house: House, case_id: str) -> None:
    agree_on_calls(house, case_id)
    duty = duties(house)[0]
    assert tell(house, duty, "reached").status_code == 409, "its day has not come"
    house.clock.at = duty.opens_at
    desk = house.desk("social_worker")
    assert desk.post(f"/api/duties/{duty.id}/done").status_code == 409
    assert desk.post(f"/api/duties/{duty.id}/attempt", json={"result": "reached"}).status_code == 409
    assert tell(house, duty, "reached", role="counselor").status_code == 403
    assert tell(house, duty, "reached").json()["state"] == "reached"
    assert tell(house, duty, "reached").status_code == 200, "told twice, it stays so"
    assert tell(house, duty, "no_answer").status_code == 409
    assert house.row(Duty, duty.id).state == "done"
    assert [one.result for one in house.rows(DutyAttempt)] == ["reached"]


def test_calls_missed_in_a_row_ask_for_a_welfare_check_and_a_voice_ends_it(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id)
    for _ in range(Care().misses):
        duty = duties(house)[0]
        house.clock.at = duty.opens_at
        house.work()
        for n in range(Care().call_tries):
            assert house.rows(WelfareCheck) == []
            answer = tell(house, duty, "no_answer").json()
            assert answer["state"] == ("missed" if n + 1 == Care().call_tries else "planned")
        assert house.row(Duty, duty.id).state == "missed"
    (check,) = house.rows(WelfareCheck)
    assert (str(check.case_id), check.triage_level, check.requested_by) == (case_id, "high", None)
    assert house.row(Duty, check.duty_id).due_at == house.clock.at + timedelta(hours=24)
    duty = duties(house)[0]
    house.clock.at = duty.opens_at
    house.work()
    assert tell(house, duty, "refused").json()["state"] == "reached", "somebody has been heard"
    (check,) = house.rows(WelfareCheck)
    assert (check.state, check.how) == ("contact_made", "phone")
    assert house.row(CompanionRhythm, UUID(rhythm["id"])).misses == 0
    assert house.rows(Escalation, Escalation.state != "resolved") == []


def test_a_call_that_nobody_makes_reaches_the_supervisor(house: House, case_id: str) -> None:
    agree_on_calls(house, case_id)
    duty = duties(house)[0]
    house.clock.at = duty.due_at
    house.work()
    house.clock.forward(minutes=10)
    house.work()
    assert house.reasons(duty.id) == {"overdue"}


def test_a_case_with_calls_to_come_does_not_close_and_a_closed_one_has_none(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id, every_weeks=8, first_on="2027-01-05")
    assert days(rhythm) == []
    desk = house.desk("social_worker")
    closing = {"state": "closed", "version": 1, "reason": "이사하셨음"}
    assert desk.post(f"/api/cases/{case_id}/move", json=closing).status_code == 409
    desk.post(f"/api/companion-rhythms/{rhythm['id']}/state", json={"state": "ended"})
    assert desk.post(f"/api/cases/{case_id}/move", json=closing).status_code == 200
    agreed = {**TUESDAYS, "companion_id": str(house.person("social_worker").id)}
    assert desk.post(f"/api/cases/{case_id}/companion-rhythms", json=agreed).status_code == 409


def test_every_move_of_a_rhythm_is_in_its_table(house: House, case_id: str) -> None:
    rhythm = agree_on_calls(house, case_id)
    for now in sorted(COMPANION_RHYTHM.states):
        for to in sorted(COMPANION_RHYTHM.states - {now}):
            with house.sessions.begin() as tx:
                tx.get_one(CompanionRhythm, UUID(rhythm["id"])).state = now
            answer = house.desk("social_worker").post(
                f"/api/companion-rhythms/{rhythm['id']}/state", json={"state": to}
            )
            assert answer.status_code == (200 if to in COMPANION_RHYTHM.moves[now] else 409), (now, to)


def test_a_wrong_agreement_is_refused(house: House, case_id: str) -> None:
    agreed = {**TUESDAYS, "companion_id": str(house.person("social_worker").id)}
    wrong: list[dict[str, Any]] = [
        {"weekday": "someday"}, {"call_time": "25:00"}, {"call_time": "10:00+09:00"}, {"every_weeks": 0},
        {"every_weeks": 9}, {"first_on": "2026-02-30"}, {"first_on": "9999-12-31"}, {"last_on": "2026-11-01"},
        {"on_holiday": "dance"}, {"companion_id": str(uuid4())}, {"words": "900101-1234567"}, {"more": 1},
    ]  # fmt: skip
    desk, nowhere = house.desk("social_worker"), uuid4()
    for change in wrong:
        answer = desk.post(f"/api/cases/{case_id}/companion-rhythms", json={**agreed, **change})
        assert answer.status_code == 422, change
    assert desk.post(f"/api/cases/{nowhere}/companion-rhythms", json=agreed).status_code == 404
    assert desk.post(f"/api/companion-calls/{nowhere}/result", json={"result": "reached"}).status_code == 404
    assert desk.post(f"/api/companion-calls/{nowhere}/result", json={"result": "asleep"}).status_code == 422
    assert desk.get(f"/api/companion-rhythms/{nowhere}").status_code == 404
    assert house.desk("field").get("/api/companion-rhythms").status_code == 403
    assert house.rows(CompanionRhythm) == []
