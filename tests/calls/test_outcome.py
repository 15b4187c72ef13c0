"""A counselor is ready for the next caller once the last conversation is written down, or put off by a deadline."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import network_at
from tests.calls.test_figures import FORM
from tests.house import ACCOUNT, TOKEN, open_house, waited_for, worker_port


@pytest.fixture
def strict_line(clean_database: str, clean_redis: str, tmp_path: Path) -> Iterator[Line]:
    """A house with the rules that it works by."""
    port = worker_port(250)
    rules: dict[str, Any] = {"outcome_required": True, "recovery_seconds": 300}
    with (
        open_house(clean_database, clean_redis, tmp_path, twilio_api_url=f"http://127.0.0.1:{port}", **rules) as house,
        network_at(port, house.url, ACCOUNT, TOKEN) as telephone,
    ):
        yield Line(house, telephone)


def talk(line: Line, hana: Counselor) -> str:
    caller = line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    caller.hangs_up()
    hana.comes_to("wrapping")
    return contact


def test_a_record_is_finalized_or_put_off_before_the_next_caller(strict_line: Line) -> None:
    hana = strict_line.counselor()
    first = talk(strict_line, hana)
    refused = hana.client.post("/api/seat/wrap-up")
    assert (refused.status_code, "기록" in refused.json()["detail"]) == (409, True)

    later = f"/api/contacts/{first}/finish-later"
    assert hana.client.post(later, json={"because": "callers_wait"}).status_code == 200
    assert hana.client.post("/api/seat/wrap-up").json()["state"] == "idle"
    owed = [duty for duty in hana.client.get("/api/duties").json() if duty["kind"] == "record"]
    assert [(duty["contact_id"], duty["state"]) for duty in owed] == [(first, "due")]

    second = talk(strict_line, hana)
    assert hana.client.post("/api/seat/wrap-up").status_code == 409
    waited_for(lambda: hana.client.get(f"/api/contacts/{second}").json()["state"] == "draft")
    heavy = {**FORM, "triage_level": "urgent", "next_step": {"in_depth": {}}}
    done = hana.client.post(f"/api/contacts/{second}/finalize", json={"form": heavy})
    assert done.status_code == 200, done.text
    assert hana.client.post("/api/seat/wrap-up").json()["state"] == "recovering"
    assert hana.client.put("/api/seat/activity", json={"activity": "available"}).json()["state"] == "idle"

    waited_for(lambda: hana.client.get(f"/api/contacts/{first}").json()["state"] == "draft")
    assert hana.client.post(f"/api/contacts/{first}/finalize", json={"form": FORM}).status_code == 200
    assert not [duty for duty in hana.client.get("/api/duties").json() if duty["kind"] == "record"]
    assert hana.client.post(later, json={"because": "callers_wait"}).status_code == 409
