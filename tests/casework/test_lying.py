"""Whatever a partner says of it, a deadline that passes without an acknowledgment is seen by a supervisor."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from casework import signing
from casework.tables import Dispatch, Duty, Escalation, Milestone
from tests.casework.conftest import SECRET, House
from tests.casework.partner import Partner
from tests.casework.test_at_once import at_once

Emergency = Callable[..., tuple[UUID, UUID]]
TAKEN = b'{"acknowledged": true, "by": "desk 7", "receipt": "R-1"}'


def answered(house: House, dispatch_id: UUID, at: datetime) -> Any:
    """Let the partner acknowledge at our address too."""
    signed = {signing.HEADER: signing.sign(SECRET, at, TAKEN)}
    return house.visitor(**signed).post(f"/api/partner/dispatches/{dispatch_id}/acknowledge", content=TAKEN)


def listed(house: House, about: UUID) -> list[dict[str, Any]]:
    found = house.desk("supervisor").get("/api/escalations").json()
    return [one for one in found if one["about_id"] == str(about)]


def acknowledged_steps(house: House, dispatch_id: UUID) -> int:
    return len(house.rows(Milestone, Milestone.of_id == dispatch_id, Milestone.state == "acknowledged"))


def test_a_partner_that_takes_it_and_does_nothing_is_found_out_at_the_deadline(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    _, dispatch_id = emergency()
    house.work()
    assert house.row(Dispatch, dispatch_id).delivered_at == house.clock.at, "it said that all was well"
    house.clock.forward(minutes=2, seconds=59)
    house.work()
    assert not house.reasons(dispatch_id), "there is still time"
    house.clock.forward(seconds=1)
    house.work()
    (seen,) = listed(house, dispatch_id)
    assert (seen["reason"], seen["state"]) == ("not_acknowledged", "notified")
    (duty,) = house.rows(Duty, Duty.escalation_id == UUID(seen["id"]))
    assert (duty.kind, duty.state, duty.ended_at) == ("review", "due", None)


def test_a_partner_that_lies_for_ever_stays_before_the_supervisor(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    _, dispatch_id = emergency()
    for _ in range(12):
        house.work()
        house.clock.forward(minutes=3)
    (late,) = house.rows(Escalation, Escalation.about_id == dispatch_id, Escalation.reason == "not_acknowledged")
    assert (late.state, late.rung) == ("notified", house.config.rungs)
    assert "not_acknowledged" in {one["reason"] for one in listed(house, dispatch_id)}


def test_an_acknowledgment_after_the_lie_ends_the_escalation_and_its_duty(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    _, dispatch_id = emergency()
    house.work()
    partner.answer = TAKEN
    house.clock.forward(minutes=3)
    house.work()
    (late,) = house.rows(Escalation, Escalation.about_id == dispatch_id)
    assert (late.reason, late.state) == ("not_acknowledged", "resolved")
    assert [duty.state for duty in house.rows(Duty, Duty.escalation_id == late.id)] == ["done"]
    assert {
        headers["Idempotency-Key"] for headers, body in partner.heard if json.loads(body)["kind"] == "dispatch"
    } == {str(dispatch_id)}, "whoever did it the first time knows it by its key"


def test_answering_twice_and_at_once_is_one_acknowledgment(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    partner.answer = TAKEN
    _, dispatch_id = emergency()
    at = house.clock.at
    replies = at_once([house.work, *(lambda: answered(house, dispatch_id, at),) * 3])
    assert [reply.json()["acknowledged_at"] is not None for reply in replies[1:]] == [True] * 3
    house.work()
    assert answered(house, dispatch_id, at).status_code == 200
    assert acknowledged_steps(house, dispatch_id) == 1
    assert (house.row(Dispatch, dispatch_id).state, house.row(Dispatch, dispatch_id).receipt) == ("acknowledged", "R-1")


def test_answering_twice_at_the_very_deadline_is_one_acknowledgment_and_nothing_is_left_open(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    _, dispatch_id = emergency()
    house.work()
    at = house.clock.forward(minutes=3)
    at_once([house.work, *(lambda: answered(house, dispatch_id, at),) * 2])
    house.work()
    assert acknowledged_steps(house, dispatch_id) == 1
    assert not house.reasons(dispatch_id, open_only=True)
