"""What several people do in the same moment ends as if one had waited for the other."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import UUID

from casework.care_messages import CompanionCallsDue
from casework.service.companions import on_calls_due
from casework.tables import (
    Case,
    CompanionCall,
    Contact,
    Dispatch,
    Duty,
    Identifier,
    Person,
    Visit,
    WelfareCheck,
)
from tests.casework.agreed import agree_on_calls, open_case
from tests.casework.conftest import EMERGENCY, House

Fill = Callable[..., dict[str, Any]]


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same moment."""
    gate = Barrier(len(acts))

    def act(one: Callable[[], Any]) -> Any:
        gate.wait(10)
        return one()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def finalizing(house: House, contact_id: UUID, form: dict[str, Any]) -> Callable[[], Any]:
    desk = house.desk("counselor")
    return lambda: desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form})


def test_finalizing_five_times_at_once_finalizes_once(house: House, form: Fill) -> None:
    contact_id = house.talk()
    answers = at_once([finalizing(house, contact_id, form(**EMERGENCY)) for _ in range(5)])
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.text for answer in answers}) == 1
    assert [len(house.rows(table)) for table in (Case, Visit, Dispatch, Person)] == [1] * 4


def test_two_calls_of_one_new_caller_finalized_at_once_become_one_person_and_one_case(house: House, form: Fill) -> None:
    contacts = [house.talk(f"CA{n}") for n in range(4)]
    at_once([finalizing(house, contact_id, form(triage_level="high")) for contact_id in contacts])
    assert [len(house.rows(table)) for table in (Person, Identifier, Case)] == [1, 1, 1]
    assert {row.state for row in house.rows(Contact)} == {"finalized"}


def test_two_who_edit_one_draft_at_once_never_lose_an_edit_unseen(house: House) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    parts = [{"notes": "one"}, {"topic": "work"}, {"relation": "self"}]
    answers = at_once(
        [
            lambda part=part: desk.patch(f"/api/contacts/{contact_id}", json={"version": 1, "form": part})  # type: ignore[misc]
            for part in parts
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


def test_one_of_many_takes_a_duty(house: House, form: Fill) -> None:
    house.talk()
    contact_id = house.rows(Contact)[0].id
    finalizing(house, contact_id, form(triage_level="high"))()
    (duty,) = house.rows(Duty)
    desks = [house.desk("social_worker", name=f"worker {n}") for n in range(4)]
    answers = at_once([lambda desk=desk: desk.post(f"/api/duties/{duty.id}/take") for desk in desks])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


def test_a_case_is_never_closed_with_a_duty_that_was_just_created(house: House, form: Fill) -> None:
    supervisor = house.desk("supervisor")
    for n in range(5):
        number = f"+8210123456{n:02}"
        first = finalizing(house, house.talk(f"A{n}", number), form())().json()
        second = finalizing(house, house.talk(f"B{n}", number), form(triage_level="high"))
        path = f"/api/cases/{first['case_id']}/move"
        at_once(
            [
                second,
                lambda path=path: supervisor.post(  # type: ignore[misc]
                    path, json={"state": "closed", "version": 1, "reason": "all is well"}
                ),
            ]
        )
        closed = house.rows(Case, Case.state == "closed")
        assert not [d for d in house.rows(Duty, Duty.ended_at.is_(None)) if d.case_id in {case.id for case in closed}]


def test_an_escalation_acknowledged_while_its_duty_is_done_does_not_deadlock(house: House) -> None:
    from casework.service import ended
    from casework.tables import Escalation

    supervisor = house.desk("supervisor")
    for n in range(5):
        contact_id = house.ring(f"CA{n}")
        with house.sessions.begin() as tx:
            ended(tx, contact_id, ended_by="caller", reached="counselor", at=house.clock.at)
        (told,) = house.rows(Escalation, Escalation.about_id == contact_id)
        (review,) = house.rows(Duty, Duty.escalation_id == told.id)
        supervisor.post(f"/api/duties/{review.id}/take")
        answers = at_once(
            [
                lambda told=told: supervisor.post(f"/api/escalations/{told.id}/acknowledge"),  # type: ignore[misc]
                lambda review=review: supervisor.post(f"/api/duties/{review.id}/done"),  # type: ignore[misc]
                lambda told=told: supervisor.post(f"/api/escalations/{told.id}/resolve"),  # type: ignore[misc]
            ]
        )
        assert {answer.status_code for answer in answers} == {200}
        assert house.row(Escalation, told.id).state == "resolved"


def test_a_welfare_check_that_many_ask_for_at_once_is_one(house: House) -> None:
    case_id = open_case(house)
    desks = [house.desk("supervisor", name=f"supervisor {n}") for n in range(4)]
    body = {"level": "high", "reason": "사흘째 연락이 닿지 않음"}
    path = f"/api/cases/{case_id}/welfare-checks"
    answers = at_once([partial(desk.post, path, json=body) for desk in desks])
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert [len(house.rows(WelfareCheck)), len(house.rows(Duty))] == [1, 1]


def test_companion_calls_are_planned_once_whatever_happens_to_their_rhythm_at_that_moment(house: House) -> None:
    rhythm, desk = agree_on_calls(house, open_case(house)), house.desk("social_worker")
    path, key = f"/api/companion-rhythms/{rhythm['id']}", UUID(rhythm["id"])
    house.clock.forward(days=20)

    def timer() -> None:
        with house.sessions.begin() as tx:
            on_calls_due(tx, CompanionCallsDue(key, 1), house.clock.at, config=house.config)

    def pause_and_go_on() -> list[int]:
        return [desk.post(f"{path}/state", json={"state": state}).status_code for state in ("paused", "active")]

    at_once([timer, pause_and_go_on, timer, timer])
    timer()
    calls = house.rows(CompanionCall, CompanionCall.state != "cancelled")
    days = sorted(call.day for call in calls)
    assert len(days) == len(set(days))
    assert {(later - day).days for day, later in pairwise(days)} == {7}
    open_duties = house.rows(Duty, Duty.ended_at.is_(None))
    assert {duty.id for duty in open_duties} == {call.duty_id for call in calls if call.state == "planned"}


def test_a_check_ends_once_when_a_call_a_counselor_and_a_supervisor_end_it_together(house: House) -> None:
    supervisor = house.desk("supervisor")
    for n in range(3):
        case_id = open_case(house, f"CA{n}", subject={"name": f"김{n}", "phone": f"+8210123456{n:02}"})
        asked = supervisor.post(f"/api/cases/{case_id}/welfare-checks", json={"reason": "연락이 닿지 않음"}).json()
        path = f"/api/welfare-checks/{asked['id']}"
        supervisor.post(f"/api/duties/{asked['duty_id']}/take")
        told = {"how": "call", "words": "먼저 전화 주셨음"}
        tried, closed = {"result": "reached"}, {"reason": "이사하신 것을 확인"}
        doors = {"attempt": tried, "contact": told, "close": closed}
        answers = at_once([partial(supervisor.post, f"{path}/{door}", json=body) for door, body in doors.items()])
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        check = house.row(WelfareCheck, UUID(asked["id"]))
        assert check.state in {"contact_made", "closed"}
        assert house.row(Duty, check.duty_id).ended_at is not None
