"""How soon a counselor who becomes free, or passes a caller on, sees the next offer in their stream."""

import json
import queue
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
from redis import Redis

from bench.city import City, city
from bench.latency import percentile_99
from core.db import libpq_url

SIZES = ((100, 200), (10_000, 1_000))
TURNS, LOGINS = 150, ("hana", "duri", "sena", "sun")
TARGET_MS, TARGET_RATIO = 50, 2.0
CALLERS = """
    insert into routing_queue_entry
        (contact_id, queue, priority, language, provider_ref, entered_at, state, admitted_at)
    select gen_random_uuid(), 'loneliness', 'normal', 'ko', 'CA' || md5(n::text), now() - n * interval '1 ms',
        'waiting', now()
    from generate_series(1, %s) n
"""
SEATS = """
    insert into routing_seat (counselor_id, login, languages, activity, idle_since, changed_at)
    select gen_random_uuid(), 'seat' || n, '["ko"]', 'break', now(), now() from generate_series(1, %s) n
"""


class Desk:
    """One counselor with an open stream."""

    def __init__(self, client: httpx.Client) -> None:
        """Open the stream."""
        self.client = client
        self.offers: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with self.client.stream("GET", "/api/seat/events", timeout=None) as stream:
            kind = ""
            for row in stream.iter_lines():
                if row.startswith("event:"):
                    kind = row.removeprefix("event:").strip()
                elif row.startswith("data:") and kind == "offer":
                    self.offers.put((time.perf_counter(), json.loads(row.removeprefix("data:"))))

    def wait(self, since: float) -> tuple[float, str]:
        """Wait for the next offer; give the ms since then, and the offer."""
        heard, offer = self.offers.get(timeout=30)
        return (heard - since) * 1000, str(offer["offer_id"])

    def choose(self, activity: str) -> None:
        """Choose an activity."""
        self.client.put("/api/seat/activity", json={"activity": activity}).raise_for_status()

    def reject(self, offer: str) -> None:
        """Pass a caller on."""
        self.client.post(f"/api/offers/{offer}/reject", json={"reason": "bench"}).raise_for_status()


def fill(town: City, waiting: int, seats: int) -> None:
    """Let callers wait and seats be there, and lose the index: it is rebuilt from these rows."""
    url = libpq_url(town.local.environment["DATABASE_URL"])
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("truncate routing_queue_entry, routing_offer, routing_seat")
        database.execute(CALLERS, (waiting,))
        database.execute(SEATS, (seats,))
        database.execute("analyze routing_queue_entry")
    with Redis.from_url(town.local.environment["REDIS_URL"]) as index:
        began = time.perf_counter()
        index.flushdb()
        while not index.exists("{goodbye120:seoul}:epoch"):
            time.sleep(0.01)
        took = time.perf_counter() - began
        print(f"a wiped index of {waiting:,} callers and {seats:,} seats was whole after {took:.2f} s")


def turns(desks: list[Desk]) -> Iterator[tuple[float, float]]:
    """Become free and see an offer, pass it on and see the next; give the ms of both.

    Desks take turns: who passes on a whole line is not offered it anew before the pause is over.
    """
    for n in range(TURNS):
        desk = desks[n % len(desks)]
        began = time.perf_counter()
        desk.choose("available")
        offered, offer = desk.wait(began)
        again = time.perf_counter()
        desk.reject(offer)
        offered_again, offer = desk.wait(again)
        desk.choose("break")
        desk.reject(offer)
        yield offered, offered_again


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory(prefix="g120b-") as folder, city(Path(folder), "http://127.0.0.1:9") as town:
        found = {}
        for waiting, seats in SIZES:
            fill(town, waiting, seats)
            desks = [Desk(town.client(login)) for login in LOGINS]
            for desk in desks:
                desk.choose("break")
            found[waiting, seats] = list(turns(desks))
    print("| waiting, seats | free to offer, p50, p99 ms | passed on to next offer, p50, p99 ms |\n|---|---|---|")
    tails = []
    for (waiting, seats), both in found.items():
        shown = [f"{statistics.median(ms):.0f}, {percentile_99(list(ms)):.0f}" for ms in zip(*both, strict=True)]
        tails.append(percentile_99([offered for offered, _ in both]))
        print(f"| {waiting:,}, {seats:,} | {' | '.join(shown)} |")
    print(f"target: p99 under {TARGET_MS} ms, and at most {TARGET_RATIO} times that: {tails[-1] / tails[0]:.2f} times")


if __name__ == "__main__":
    main()
