"""What is asked of the outside arrives there, or somebody hears that it did not."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from casework.signing import HEADER
from casework.tables import Dispatch, DispatchAttempt, Duty, Escalation, Milestone, Visit
from core.outbox import OutboxMessage
from tests.casework.conftest import DISPATCH, SECRET, VISIT, House
from tests.casework.partner import Partner

Emergency = Callable[..., tuple[UUID, UUID]]


def test_both_arrive_signed_minimal_and_with_a_key_against_doubling(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    visit_id, dispatch_id = emergency()
    house.work()
    packets = {json.loads(body)["kind"]: (headers, body) for headers, body in partner.heard}
    assert set(packets) == {"visit", "dispatch"}
    headers, body = packets["dispatch"]
    moment, mac = (part.split("=", 1)[1] for part in headers[HEADER].split(","))
    assert int(moment) == int(house.clock.at.timestamp())
    assert mac == hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Idempotency-Key"] == str(dispatch_id)
    packet = json.loads(body)
    assert packet["place"] == DISPATCH["place"]
    assert packet["callback_number"] == "+821012345678"
    assert packet["acknowledge_url"].endswith(f"/api/partner/dispatches/{dispatch_id}/acknowledge")
    assert "notes" not in packet
    assert packets["visit"][0]["Idempotency-Key"] == str(visit_id)
    assert {row.state for row in house.rows(DispatchAttempt)} == {"delivered"}
    assert house.row(Dispatch, dispatch_id).state == "requested", "delivered is not acknowledged"


def test_an_acknowledgment_in_the_reply_counts(house: House, partner: Partner, emergency: Emergency) -> None:
    partner.answer = json.dumps({"acknowledged": True, "by": "desk 7", "receipt": "R-1"}).encode()
    visit_id, dispatch_id = emergency()
    house.work()
    dispatch = house.row(Dispatch, dispatch_id)
    assert (dispatch.state, dispatch.acknowledged_by, dispatch.receipt) == ("acknowledged", "desk 7", "R-1")
    assert house.row(Visit, visit_id).acknowledged_at is not None
    house.clock.forward(minutes=4)
    house.work()
    assert not house.rows(Escalation, Escalation.reason == "not_acknowledged")


@pytest.mark.parametrize("answer", [b"", b"[]", b"\xff", b'{"acknowledged": "true"}', b"x" * 200_000])
def test_a_strange_answer_is_delivered_but_never_an_acknowledgment(
    house: House, partner: Partner, emergency: Emergency, answer: bytes
) -> None:
    partner.answer = answer
    _, dispatch_id = emergency()
    house.work()
    dispatch = house.row(Dispatch, dispatch_id)
    assert (dispatch.state, dispatch.delivered_at) == ("requested", house.clock.at)


@pytest.mark.parametrize(("mood", "status"), [("well", 500), ("well", 302), ("hangs", 200), ("drips", 200)])
def test_a_failure_is_written_down_and_tried_again_with_the_same_key(
    house: House, partner: Partner, emergency: Emergency, mood: str, status: int
) -> None:
    partner.mood, partner.status = mood, status
    _, dispatch_id = emergency(next_step={"dispatch": DISPATCH, "visit": VISIT})
    assert "DispatchRequested:retry" in house.work()
    failed = house.rows(DispatchAttempt, DispatchAttempt.of_id == dispatch_id)
    assert [attempt.state for attempt in failed] == ["failed"]
    assert failed[0].error
    partner.mood, partner.status = "well", 200
    house.clock.forward(seconds=2)
    assert "DispatchRequested" in house.work()
    keys = [headers["Idempotency-Key"] for headers, body in partner.heard if b'"dispatch"' in body]
    assert keys == [str(dispatch_id)] * 2
    bodies = {body for _, body in partner.heard if b'"dispatch"' in body}
    assert len(bodies) == 1, "a repeat says the same"


def test_a_partner_that_is_away_ends_in_a_dead_letter_a_supervisor_can_send_again(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    partner.status = 503
    house.configure(replace(house.config, pages=1))
    _, dispatch_id = emergency()
    for _ in range(9):
        house.work()
        house.clock.forward(minutes=1)
    supervisor = house.desk("supervisor")
    dead = [one for one in supervisor.get("/api/dead-letters").json() if one["kind"] == "DispatchRequested"]
    assert dead
    assert dead[0]["body"]["dispatch_id"] == str(dispatch_id)
    assert "503" in dead[0]["error"]
    assert "not_acknowledged" in house.reasons(dispatch_id)
    path = f"/api/dead-letters/{dead[0]['id']}"
    assert house.desk("counselor").post(f"{path}/retry").status_code == 403
    assert supervisor.post(f"{path}/retry").json()["state"] == "pending"
    assert supervisor.post(f"{path}/retry").status_code == 409
    other = next(one for one in supervisor.get("/api/dead-letters").json())
    assert supervisor.post(f"/api/dead-letters/{other['id']}/close", json={"reason": ""}).status_code == 422
    closed = supervisor.post(f"/api/dead-letters/{other['id']}/close", json={"reason": "told them by telephone"})
    assert closed.json()["state"] == "closed"
    assert supervisor.post(f"/api/dead-letters/{uuid4()}/retry").status_code == 404


def test_no_acknowledgment_pages_again_and_tells_the_supervisor(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    _, dispatch_id = emergency()
    house.work()
    house.clock.forward(minutes=3)
    house.work()
    assert house.row(Dispatch, dispatch_id).page == 2
    assert house.reasons(dispatch_id) == {"not_acknowledged"}
    for _ in range(8):
        house.clock.forward(minutes=3)
        house.work()
    assert house.row(Dispatch, dispatch_id).page == house.config.pages
    assert "no_arrival" in house.reasons(dispatch_id)
    pages = [
        headers["Goodbye120-Page"] for headers, body in partner.heard if json.loads(body)["id"] == str(dispatch_id)
    ]
    assert pages == ["1", "2", "3", "4", "5"]


def test_without_an_endpoint_it_stands_on_the_board_and_the_supervisor_is_told_at_once(
    house: House, emergency: Emergency
) -> None:
    visit_id, dispatch_id = emergency()
    house.work()
    (listed,) = house.desk("dispatcher").get("/api/dispatches").json()
    assert (listed["id"], listed["state"], listed["via"]) == (str(dispatch_id), "requested", "board")
    assert house.reasons(dispatch_id) == house.reasons(visit_id) == {"no_endpoint"}
    assert len(house.rows(Duty, Duty.kind == "review")) == 2
    house.desk("dispatcher").post(f"/api/dispatches/{dispatch_id}/acknowledge", json={"receipt": "119-5"})
    assert house.rows(Escalation, Escalation.about_id == dispatch_id)[0].state == "resolved"


def test_a_message_delivered_twice_by_a_dying_worker_changes_nothing_more(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    partner.answer = b'{"acknowledged": true}'
    _, dispatch_id = emergency()
    house.work()
    before = len(house.rows(Milestone))
    with house.sessions.begin() as tx:
        for row in tx.query(OutboxMessage).filter(OutboxMessage.kind == "DispatchRequested"):
            row.state, row.quiet_until = "leased", house.clock.at - timedelta(seconds=1)
    house.work()
    assert len(house.rows(Milestone)) == before
    assert house.row(Dispatch, dispatch_id).state == "acknowledged"
