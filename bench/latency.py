"""How long people wait for us: accept to talking, finalize to delivered, and the same after kill -9 of a worker."""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.city import City, Partner, city, listening

CALLS = int(os.environ.get("CALLS", "60"))
FORM: dict[str, Any] = {
    "relation": "self", "topic": "isolation", "outcome_class": "data", "triage_level": "emergency",
    "subject": {"district": "11500"}, "consent": {"answer": "given"}, "notes": "bench",
    "next_step": {"dispatch": {"kind": "119", "place": "x", "place_source": "caller", "confidence": "exact",
                               "people": "1", "danger": "x", "callback_number": "010-1234-5678"}},
}  # fmt: skip


def until(client: httpx.Client, state: str, patience: float = 15) -> dict[str, Any]:
    """Ask every 2 ms until a seat is in a state, and give the seat."""
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        seat: dict[str, Any] = client.get("/api/seat").json()
        if seat["state"] == state:
            return seat
        time.sleep(0.002)
    raise TimeoutError(state)


def one_call(town: City, client: httpx.Client, n: int) -> tuple[str, float]:
    """Carry one call to a conversation and its end; give the contact and the ms from accept to talking."""
    simulator = town.local.simulator_url
    client.post("/api/seat/heartbeat").raise_for_status()
    wish = {"from": f"+8210{n:08d}", "press": "5 1", "speed": 0.0}
    call = httpx.post(f"{simulator}/sim/calls", json=wish).json()["sid"]
    offer = until(client, "reserved")["offer"]
    began = time.perf_counter()
    client.post(f"/api/offers/{offer['offer_id']}/accept").raise_for_status()
    until(client, "on_contact")
    took = (time.perf_counter() - began) * 1000
    httpx.post(f"{simulator}/sim/calls/{call}/hangup").raise_for_status()
    until(client, "wrapping")
    client.post("/api/seat/wrap-up").raise_for_status()
    return str(offer["contact_id"]), took


def finalize(client: httpx.Client, contact: str) -> tuple[str, float]:
    """Finalize a contact as an emergency; give the dispatch and the moment of asking."""
    end = time.perf_counter() + 10
    while client.get(f"/api/contacts/{contact}").json()["state"] != "draft" and time.perf_counter() < end:
        time.sleep(0.005)
    began = time.perf_counter()
    done = client.post(f"/api/contacts/{contact}/finalize", json={"form": FORM})
    done.raise_for_status()
    return dispatch_of(client, contact), began


def dispatch_of(client: httpx.Client, contact: str) -> str:
    """Find the dispatch that a contact started."""
    listed = client.get("/api/dispatches").json()
    return next(str(d["id"]) for d in listed if d["contact_id"] == contact)


def percentile_99(values: list[float]) -> float:
    """Give the 99th percentile, or the largest of fewer than a hundred values."""
    return max(values) if len(values) < 100 else statistics.quantiles(values, n=100)[98]


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory(prefix="g120b-") as folder,
        listening() as (partner, url),
        city(Path(folder), url) as town,
    ):
        client = town.client("sun")
        client.put("/api/seat/activity", json={"activity": "available"}).raise_for_status()
        _measure(town, client, partner)


def _measure(town: City, client: httpx.Client, partner: Partner) -> None:
    one_call(town, client, 0)
    joined, delivered = [], []
    for n in range(1, CALLS + 1):
        contact, took = one_call(town, client, n)
        joined.append(took)
        dispatch, began = finalize(client, contact)
        delivered.append((partner.arrival(dispatch) - began) * 1000)
    print(f"{CALLS} calls, one after the other, the whole helpline on this machine:")
    for what, found, target in (("accept to talking", joined, 250), ("finalize to delivered", delivered, 1000)):
        print(f"  {what}: p50 {statistics.median(found):.0f} ms, p99 {percentile_99(found):.0f} ms (target {target})")
    print(f"  after kill -9 of the worker that had it: {_killed(town, client, partner):.1f} s (target 10)")


def _killed(town: City, client: httpx.Client, partner: Partner) -> float:
    contact, _ = one_call(town, client, CALLS + 1)
    # One worker only, so that it is certain who has the message; the other is there again once it is killed.
    spare = next(process for process in town.local.processes if process.name == "worker-2")
    town.running.pop("worker-2").kill()
    partner.hang.set()
    dispatch, _ = finalize(client, contact)
    if not partner.hung.wait(10):
        raise TimeoutError("the worker never came")
    partner.hang.clear()
    killed = time.perf_counter()
    town.running.pop("worker-1").kill()
    town.start(spare)
    return partner.arrival(dispatch) - killed


if __name__ == "__main__":
    main()
