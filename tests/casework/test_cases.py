"""A case moves as its table says, is lowered by two people, and closes when nothing is owed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from casework.policy.states import CASE
from casework.tables import Case, Duty
from tests.casework.conftest import EMERGENCY, House

Fill = Callable[..., dict[str, Any]]


@pytest.fixture
def opened(house: House, form: Fill) -> Callable[..., Any]:
    """Open a case through a finalized contact, and give its id."""

    def make(call: str = "CA1", **changes: Any) -> Any:
        contact_id = house.talk(call)
        desk = house.desk("counselor")
        answer = desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form(**changes)})
        return answer.json()["case_id"]

    return make


def act(house: House, case_id: Any, what: str, role: str = "counselor", **body: Any) -> Any:
    return house.desk(role).post(f"/api/cases/{case_id}/{what}", json=body)


def test_every_move_of_the_table_is_allowed_over_http_and_no_other(house: House, opened: Callable[..., Any]) -> None:
    case_id, version = opened(), 1
    for now in sorted(CASE.states):
        for to in sorted(CASE.states):
            with house.sessions.begin() as tx:
                row = tx.get_one(Case, case_id)
                row.state, version = now, row.version
            answer = act(house, case_id, "move", state=to, version=version, reason="as it was agreed")
            assert answer.status_code == (200 if to in CASE.moves[now] else 409), (now, to)
            if answer.status_code == 409:
                assert answer.json()["allowed"] == sorted(CASE.moves[now])


def test_a_case_does_not_close_while_something_is_open(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened(triage_level="high")
    refused = act(house, case_id, "move", state="closed", version=1, reason="moved away")
    assert refused.status_code == 409
    (duty,) = house.rows(Duty)
    assert refused.json()["open"] == [f"duty {duty.id}"]
    worker = house.desk("social_worker")
    worker.post(f"/api/duties/{duty.id}/take")
    worker.post(f"/api/duties/{duty.id}/done")
    assert act(house, case_id, "move", state="closed", version=1, reason="moved away").status_code == 200
    assert act(house, case_id, "move", state="reopened", version=2).json()["closed_at"] is None


def test_visits_and_dispatches_keep_a_case_open_too(house: House, opened: Callable[..., Any]) -> None:
    refused = act(house, opened(**EMERGENCY), "move", state="closed", version=1, reason="all is well")
    kinds = {what.split()[0] for what in refused.json()["open"]}
    assert kinds == {"visit", "dispatch"}


def test_closing_needs_a_reason_and_the_current_version(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened()
    assert act(house, case_id, "move", state="closed", version=1).status_code == 422
    stale = act(house, case_id, "move", state="assessment", version=7)
    assert (stale.status_code, stale.json()["current"]["state"]) == (409, "open")


def test_a_new_contact_after_closing_opens_a_new_case(house: House, opened: Callable[..., Any]) -> None:
    first = opened("CA1")
    act(house, first, "move", state="closed", version=1, reason="moved away")
    assert opened("CA2") != first


def test_raising_is_done_at_once_and_counts_from_the_first_contact(house: House, opened: Callable[..., Any]) -> None:
    case_id, began = opened(triage_level="low"), house.clock.at
    house.clock.forward(hours=2)
    raised = act(house, case_id, "triage", level="urgent", version=1, reason="she said more").json()
    assert raised["triage_level"] == "urgent"
    assert house.row(Case, case_id).respond_by == began + timedelta(hours=4)


def test_lowering_from_urgent_waits_for_somebody_else(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened(triage_level="urgent")
    waiting = act(house, case_id, "triage", role="supervisor", level="low", version=1, reason="it was a mistake").json()
    assert (waiting["triage_level"], waiting["lower_to"]) == ("urgent", "low")
    assert act(house, case_id, "decide", approve=True).status_code == 403, "counselors do not decide"
    assert act(house, case_id, "decide", role="supervisor", approve=True).status_code == 403, "nor who asked"
    second = house.desk("supervisor", name="second")
    decided = second.post(f"/api/cases/{case_id}/decide", json={"approve": True}).json()
    assert (decided["triage_level"], decided["lower_to"]) == ("low", None)
    assert second.post(f"/api/cases/{case_id}/decide", json={"approve": True}).status_code == 409
    assert not house.rows(Duty, Duty.kind == "review", Duty.ended_at.is_(None))


def test_a_refused_lowering_leaves_the_level(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened(triage_level="urgent")
    act(house, case_id, "triage", level="info", version=1, reason="it was a mistake")
    refused = act(house, case_id, "decide", role="supervisor", approve=False).json()
    assert (refused["triage_level"], refused["lower_to"]) == ("urgent", None)


def test_the_story_tells_everything_in_order(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened(**EMERGENCY)
    house.clock.forward(minutes=1)
    told = act(house, case_id, "notes", words="동생과 통화함").json()["timeline"]
    assert {entry["kind"] for entry in told} == {"contact", "note", "visit", "dispatch"}
    assert told[-1]["words"] == "동생과 통화함"
    assert [entry["at"] for entry in told] == sorted(entry["at"] for entry in told)


def test_the_board_lists_the_case_to_respond_to_soonest_first(house: House, opened: Callable[..., Any]) -> None:
    calm, urgent = opened("CA1", reporter={"name": "김"}), opened("CA2", triage_level="urgent", reporter={"name": "이"})
    listed = [case["id"] for case in house.desk("counselor").get("/api/cases").json()]
    assert listed == [urgent, calm]
    assert house.desk("counselor").get("/api/cases?triage_level=urgent&view=mine").json()[0]["id"] == urgent
    assert house.desk("counselor").get("/api/cases?district=none").status_code == 422


def test_bad_requests_are_answered_clearly(house: House, opened: Callable[..., Any]) -> None:
    case_id = opened()
    assert act(house, uuid4(), "move", state="plan", version=1).status_code == 404
    assert act(house, case_id, "move", state="finished", version=1).status_code == 422
    assert act(house, case_id, "triage", level="info", version=1, reason="x").status_code == 422
    assert act(house, case_id, "notes", words="").status_code == 422
    assert act(house, case_id, "notes", words="900101-1234567").status_code == 422
    assert act(house, case_id, "notes", role="field", words="hello").status_code == 403
    assert house.desk("dispatcher").get("/api/cases").status_code == 403
