"""What was said becomes a case, a visit and a dispatch that arrive somewhere, and a duty that somebody closes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.faults import Faults, WebhookFault
from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import network_at
from tests.casework.partner import Partner
from tests.house import ACCOUNT, TOKEN, open_house, waited_for, worker_port

SECRET = "a secret that the partner knows"
EMERGENCY: dict[str, Any] = {
    "relation": "neighbor",
    "reporter": {"name": "이웃 👩‍👧"},
    "subject": {"name": "김말순 مرحبا", "district": "11500", "address": "화곡로 1, 203호"},
    "topic": "isolation",
    "outcome_class": "data",
    "triage_level": "emergency",
    "consent": {"answer": "overridden", "reason": "no answer at the door", "legal_basis": "PIPA 15(1)5"},
    "notes": "사흘째 인기척이 없다고 함.",
    "next_step": {
        "visit": {"district": "11500", "address": "화곡로 1, 203호", "reason": "no sign of life"},
        "dispatch": {
            "kind": "119", "place": "화곡로 1, 203호", "place_source": "reporter", "confidence": "exact",
            "people": "one, 70s", "danger": "collapsed?", "callback_number": "010-1234-5678",
        },
    },
}  # fmt: skip


@pytest.fixture
def partner() -> Iterator[Partner]:
    made = Partner()
    yield made
    made.close()


@pytest.fixture
def line_to_partner(clean_database: str, clean_redis: str, tmp_path: Path, partner: Partner) -> Iterator[Line]:
    port = worker_port(250)
    endpoints = dict.fromkeys(("visit", "119", "112", "joint"), partner.url)
    more: dict[str, Any] = {
        "twilio_api_url": f"http://127.0.0.1:{port}",
        "endpoints": endpoints,
        "partner_secret": SECRET,
    }
    with (
        open_house(clean_database, clean_redis, tmp_path, **more) as house,
        network_at(port, house.url, ACCOUNT, TOKEN) as telephone,
    ):
        yield Line(house, telephone)


def talk(line: Line) -> tuple[Counselor, str]:
    hana = line.counselor()
    caller = line.telephone.dial()
    caller.press("5", "2")
    contact = hana.accept()
    hana.comes_to("on_contact")
    caller.talks()
    caller.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["state"] == "draft")
    return hana, contact


@pytest.mark.parametrize("twice", [0.0, 1.0])
def test_a_call_becomes_a_visit_and_a_dispatch_that_arrive(
    line_to_partner: Line, partner: Partner, twice: float
) -> None:
    line = line_to_partner
    line.telephone.network.trouble(Faults((WebhookFault(twice=twice),), seed=1))
    hana, contact = talk(line)
    done = hana.client.post(f"/api/contacts/{contact}/finalize", json={"form": EMERGENCY})
    assert done.status_code == 200, done.text
    assert hana.client.post("/api/seat/wrap-up").status_code == 200
    waited_for(lambda: len(partner.heard) == 2)
    kinds = sorted(json.loads(body)["kind"] for _, body in partner.heard)
    assert kinds == ["dispatch", "visit"]
    assert len({headers["Idempotency-Key"] for headers, _ in partner.heard}) == 2

    mirae = line.house.sign_in("mirae")
    dispatch = mirae.get("/api/dispatches").json()[0]
    acknowledged = mirae.post(f"/api/dispatches/{dispatch['id']}/acknowledge", json={})
    assert acknowledged.status_code == 200, acknowledged.text
    for state in ("en_route", "on_scene", "contact_made", "resolved"):
        moved = mirae.post(f"/api/dispatches/{dispatch['id']}/milestone", json={"state": state})
        assert moved.status_code == 200, moved.text
    assert mirae.get(f"/api/dispatches/{dispatch['id']}").json()["state"] == "resolved"

    metrics = line.house.sign_in("sun").get("/api/queues/loneliness").json()["today"]
    assert (metrics["offered"], metrics["answered"], metrics["abandoned"]) == (1, 1, 0)
    assert metrics["service_level_strict"] == 1.0
