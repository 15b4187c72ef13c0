"""A dispatch is followed to the person, or ended by a supervisor with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from casework.tables import Case, Dispatch, Escalation
from tests.casework.conftest import DISPATCH, House

Emergency = Callable[..., tuple[UUID, UUID]]


def milestone(house: House, dispatch_id: UUID, state: str, role: str = "dispatcher") -> Any:
    return house.desk(role).post(f"/api/dispatches/{dispatch_id}/milestone", json={"state": state})


def test_a_dispatch_is_followed_to_the_person(house: House, emergency: Emergency) -> None:
    _, dispatch_id = emergency()
    house.work()
    for state in ("acknowledged", "en_route", "on_scene", "on_scene", "contact_made"):
        assert milestone(house, dispatch_id, state).json()["state"] == state
    dispatch = house.row(Dispatch, dispatch_id)
    assert dispatch.closed_at is not None
    assert house.row(Case, dispatch.case_id).responded_at == house.clock.at
    told = house.desk("dispatcher").get(f"/api/dispatches/{dispatch_id}").json()["milestones"]
    steps = [one["state"] for one in told]
    assert steps == ["requested", "acknowledged", "en_route", "on_scene", "contact_made"]
    assert milestone(house, dispatch_id, "en_route").status_code == 409
    house.clock.forward(minutes=20)
    house.work()
    assert house.reasons(dispatch_id) == {"no_endpoint"}


def test_no_contact_is_escalated_and_still_open(house: House, emergency: Emergency) -> None:
    _, dispatch_id = emergency()
    assert milestone(house, dispatch_id, "no_contact").json()["state"] == "escalated"
    assert "no_contact" in house.reasons(dispatch_id)
    assert milestone(house, dispatch_id, "contact_made").status_code == 200


def test_only_a_supervisor_with_a_reason_ends_a_dispatch_without_contact(house: House, emergency: Emergency) -> None:
    _, dispatch_id = emergency()
    path = f"/api/dispatches/{dispatch_id}/close"
    assert milestone(house, dispatch_id, "canceled").status_code == 422
    assert house.desk("dispatcher").post(path, json={"reason": "they are fine"}).status_code == 403
    assert house.desk("supervisor").post(path, json={"reason": ""}).status_code == 422
    for _ in range(2):
        closed = house.desk("supervisor").post(path, json={"reason": "the brother is with her"}).json()
        assert closed["state"] == "canceled"
    house.clock.forward(hours=1)
    house.work()
    assert not house.rows(Escalation, Escalation.state != "resolved", Escalation.about_id == dispatch_id)


def test_the_export_has_the_shape_of_an_eido_and_is_written_down(house: House, emergency: Emergency) -> None:
    _, dispatch_id = emergency()
    milestone(house, dispatch_id, "en_route")
    desk = house.desk("dispatcher")
    whole = desk.post(f"/api/dispatches/{dispatch_id}/eido", json={"reason": "119 요청"}).json()
    names = {part["$id"] for value in whole.values() if isinstance(value, list) for part in value}
    (incident,) = whole["incidentComponent"]
    assert incident["incidentCommonPriorityNumber"] == 1
    assert all(one["$ref"] in names for one in (*incident["locationReference"], *incident["personReference"]))
    (place,), (sent,) = whole["locationComponent"], whole["dispatchComponent"]
    assert place["locationDescriptionText"] == DISPATCH["place"]
    assert [unit["unitStatusText"] for unit in sent["unitStatus"]] == ["requested", "acknowledged", "en_route"]
    kept = house.desk("supervisor").get(f"/api/audit?kind=dispatch&id={dispatch_id}").json()
    assert "dispatch.export" in {entry["action"] for entry in kept}
    assert desk.post(f"/api/dispatches/{dispatch_id}/eido", json={"reason": "no"}).status_code == 422
    assert (
        house.desk("counselor").post(f"/api/dispatches/{dispatch_id}/eido", json={"reason": "want it"}).status_code
        == 403
    )
