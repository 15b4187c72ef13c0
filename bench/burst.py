"""Fifty new calls a second through the whole helpline: how many are refused, and how long webhooks take.

The simulator is the provider; desks accept what they are offered and are free again at once. Whoever is not reached in
their patience hangs up, as in a real burst. RATE and SECONDS set other numbers.
"""

import os
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.demo import CITY
from bench.city import City, city
from core.db import libpq_url

RATE, SECONDS = float(os.environ.get("RATE", "50")), float(os.environ.get("SECONDS", "10"))
TALK_S, PATIENCE_S, TARGET_MS = 1.0, 20.0, 200
REFUSED = ("failed", "busy", "unknown number")


def serve(client: httpx.Client, over: threading.Event, answered: Counter[int]) -> None:
    """Be a desk that takes every offer and writes nothing; counts what it was answered to `accept`."""
    client.put("/api/seat/activity", json={"activity": "available"}).raise_for_status()
    while not over.wait(0.05):
        client.post("/api/seat/heartbeat")
        seat = client.get("/api/seat").json()
        if seat["state"] == "wrapping":
            client.post("/api/seat/wrap-up")
        elif seat["state"] == "not_responding":
            client.put("/api/seat/activity", json={"activity": "available"})
        elif seat["state"] == "reserved":
            answered[client.post(f"/api/offers/{seat['offer']['offer_id']}/accept").status_code] += 1


def burst(town: City) -> dict[str, Any]:
    """Let the calls come, wait until the last is over, and give what the provider says of them."""
    simulator = f"{town.local.simulator_url}/sim/load"
    wish = {"per_second": RATE, "seconds": SECONDS, "talk_s": TALK_S, "patience_s": PATIENCE_S, "speed": 0.0, "seed": 1}
    run: dict[str, Any] = httpx.post(simulator, json=wish).raise_for_status().json()
    while not run["over"]:
        time.sleep(0.5)
        run = httpx.get(f"{simulator}/{run['id']}").raise_for_status().json()
    return run


def written(town: City) -> tuple[int, int]:
    """Count everybody who came into the queue, and those who are still in it: call-backs of who hung up."""
    with psycopg.connect(libpq_url(town.local.environment["DATABASE_URL"])) as database:
        row = database.execute(
            "select count(*), count(*) filter (where state in ('waiting', 'offered', 'connecting', 'connected'))"
            " from routing_queue_entry"
        ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="g120b-") as folder, city(Path(folder), "http://127.0.0.1:9") as town:
        over, answered = threading.Event(), Counter[int]()
        clients = [town.client(person.login) for person in CITY if person.role == "counselor"]
        desks = [threading.Thread(target=serve, args=(client, over, answered)) for client in clients]
        for desk in desks:
            desk.start()
        try:
            run = burst(town)
        finally:
            over.set()
            for desk in desks:
                desk.join()
        tell(run, answered, written(town))


def tell(run: dict[str, Any], answered: Counter[int], entries: tuple[int, int]) -> None:
    """Print what came of it."""
    refused = run["failures"] + sum(run["endings"].get(how, 0) for how in REFUSED)
    took = run["webhook_ms"]
    print(f"{run['placed']} calls at {RATE:g} a second for {SECONDS:g} s, the whole helpline on this machine:")
    print(f"  refused: {refused} (target 0); ends by the provider's word: {run['endings']}")
    print(f"  webhook: p50 {took['p50']:.0f} ms, p99 {took['p99']:.0f} ms (target {TARGET_MS})")
    print(f"  in the queue: {entries[0]}, of which still, as call-backs: {entries[1]}; put through: {run['connected']}")
    print(f"  answers to accept: {dict(answered)}")


if __name__ == "__main__":
    main()
