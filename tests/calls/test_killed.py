"""Processes that are killed in the middle of a call: the call goes on, is written down once, and frees its desk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bench.city import City, city
from core.db import libpq_url
from tests.house import waited_for

PATIENCE = 30.0
RELAYS, WORKERS = ("relay-1", "relay-2"), ("worker-1", "worker-2")


@pytest.fixture(scope="module")
def town(service_folder: Path) -> Iterator[City]:
    """The whole helpline as it runs on one machine."""
    folder = service_folder / "town"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ENDPOINTS", "PARTNER_SECRET", "LOG_LEVEL", "LEASE_SECONDS", "OUTCOME_REQUIRED"):
            # The town sets these; so they are put back after it.
            patch.setenv(name, "")
        with city(folder, "http://127.0.0.1:9") as made:
            yield made


@pytest.fixture(scope="module")
def hana(town: City) -> Iterator[httpx.Client]:
    """The only counselor on shift."""
    client = town.client("hana")
    yield client
    client.close()


def restarted(town: City, *names: str) -> None:
    """End processes without a word, and start them again; a database is stopped as its own supervisor would."""
    known = {process.name: process for process in town.local.processes}
    for name in names:
        child = town.running[name]
        child.send_signal(known[name].stop_signal) if name == "postgres" else child.kill()
        child.wait(20)
    for name in names:
        town.start(known[name])


def comes_to(hana: httpx.Client, state: str) -> dict[str, Any]:
    """Wait until the seat is in a state, heard of all the while, and give it."""
    seen: dict[str, Any] = {}

    def there() -> bool:
        try:
            hana.post("/api/seat/heartbeat")
            seen.update(hana.get("/api/seat").raise_for_status().json())
        except httpx.HTTPError:
            return False
        return bool(seen["state"] == state)

    waited_for(there, PATIENCE)
    return seen


def answers(hana: httpx.Client, method: str, path: str, **more: Any) -> None:
    """Ask until it is done: whatever is asked here is harmless twice."""

    def done() -> bool:
        try:
            return hana.request(method, path, **more).is_success
        except httpx.HTTPError:
            return False

    waited_for(done, PATIENCE)


@pytest.mark.parametrize(
    ("at_offer", "at_talk"),
    [
        (RELAYS, RELAYS),
        (WORKERS, WORKERS),
        # A caller in the line asks the web every few moments what comes next; without a second one they are lost.
        ((), ("web",)),
        ((), ("postgres",)),
    ],
)
def test_a_call_goes_on_when_processes_are_killed(
    town: City, hana: httpx.Client, at_offer: tuple[str, ...], at_talk: tuple[str, ...]
) -> None:
    answers(hana, "PUT", "/api/seat/activity", json={"activity": "available"})
    simulator = town.local.simulator_url
    wish = {"from": "+821012345678", "press": "5 1", "speed": 0.0}
    call = httpx.post(f"{simulator}/sim/calls", json=wish).raise_for_status().json()["sid"]
    offer = comes_to(hana, "reserved")["offer"]
    restarted(town, *at_offer)
    answers(hana, "POST", f"/api/offers/{offer['offer_id']}/accept")
    comes_to(hana, "on_contact")
    restarted(town, *at_talk)
    comes_to(hana, "on_contact")
    httpx.post(f"{simulator}/sim/calls/{call}/hangup").raise_for_status()
    comes_to(hana, "wrapping")
    answers(hana, "POST", "/api/seat/wrap-up")
    with psycopg.connect(libpq_url(town.local.environment["DATABASE_URL"])) as database:
        of_contact = "select state from {} where contact_id = %s"
        rows = [
            database.execute(of_contact.format(table), (offer["contact_id"],)).fetchall()
            for table in ("routing_queue_entry", "routing_offer")
        ]
    assert rows == [[("completed",)], [("completed",)]]
