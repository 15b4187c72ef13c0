"""Emergencies by the thousand, one in twenty met by a fault: none is lost, done twice, or late without a supervisor.

Counselors finalize emergencies through the API while the partner fails, hangs, lies and answers twice, and while
workers and relays are killed, Redis is killed and PostgreSQL cuts everybody off, each in the middle of a dispatch. Then
the clock of all processes is moved past every deadline, with another fault of ours at each step. Nobody ever reports an
arrival, so that every emergency ends as an escalation. EMERGENCIES sets how many.
"""

import itertools
import os
import queue
import statistics
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from psycopg.rows import namedtuple_row

from bench.bad_partner import OURS, BadPartner, Fault, partnering
from bench.city import City, city
from bench.latency import FORM
from bench.moved_clock import MovedClock
from core.db import libpq_url

COUNT = int(os.environ.get("EMERGENCIES", "200"))
DESKS, STEP, END, TARGET = 4, timedelta(seconds=30), timedelta(minutes=17), 60.0
SIGN_OF_LIFE, PATIENCE, LONGEST_LIST = 10.0, 300.0, 200

WAITING = """
    select count(*) filter (where due <= %(at)s) as due, min(due) filter (where due > %(at)s) as following
    from outbox_message where state in ('pending', 'leased', 'retry')
"""
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null"
FOLLOWED = """
    select d.id::text, d.acknowledged_at, d.requested_at + interval '3 minutes' as acknowledge_by,
           d.requested_at + interval '15 minutes' as arrive_by,
           (select count(*) from casework_milestone m where m.of_id = d.id and m.state = 'acknowledged') as steps,
           late.raised_at as late_at, late.state as late_state, lost.raised_at as lost_at, lost.notified_at, lost.duty
    from casework_dispatch d
    left join casework_escalation late on late.about_id = d.id and late.reason = 'not_acknowledged'
    left join lateral (
        select e.raised_at, e.notified_at, u.id as duty from casework_escalation e
        left join casework_duty u on u.escalation_id = e.id and u.ended_at is null
        where e.about_id = d.id and e.reason = 'no_arrival' and e.state <> 'resolved'
    ) lost on true
"""


class Soak:
    """The running helpline, what befalls it, and the figures."""

    def __init__(self, town: City, partner: BadPartner, clock: MovedClock) -> None:
        self.town, self.partner, self.clock = town, partner, clock
        self.faults, self._turn = 0, itertools.cycle(OURS)
        self.database = libpq_url(town.local.environment["DATABASE_URL"])

    def ask(self, sql: str, **values: Any) -> list[Any]:
        """Ask the database on a connection of its own, for every other may be cut."""
        with psycopg.connect(self.database, autocommit=True, row_factory=namedtuple_row) as link:
            return link.execute(sql, values).fetchall()

    def befall(self, name: str) -> None:
        """Do one thing to ourselves, and mend it."""
        self.faults += 1
        if name == "PostgreSQL cut off":
            self.ask(CUT)
            return
        prefix = {"workers killed": "worker", "relays killed": "relay", "Redis killed": "valkey"}[name]
        struck = [process for process in self.town.local.processes if process.name.startswith(prefix)]
        for process in struck:
            child = self.town.running.pop(process.name)
            child.kill()
            child.wait()
        for process in struck:
            self.town.start(process)

    def serve(self, seconds: float) -> None:
        """Do what befalls us in the middle of dispatches, for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                fault: Fault = self.partner.wanted.get(timeout=left)
            except queue.Empty:
                return
            self.befall(fault.name)
            fault.done.set()

    def rest(self) -> Any:
        """Wait until nothing is due, and give when something will be."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            due, following = self.ask(WAITING, at=self.clock())[0]
            if due == 0:
                return following
            self.serve(0.2)
        raise TimeoutError("the outbox does not come to rest")

    def emergencies(self) -> None:
        """Let counselors finalize them all."""
        work: queue.Queue[int] = queue.Queue()
        for n in range(COUNT):
            work.put(n)
        with ThreadPoolExecutor(DESKS) as pool:
            desks = [pool.submit(desk, self.town, work) for _ in range(DESKS)]
            self._until(desks)

    def _until(self, desks: list[Future[None]]) -> None:
        said = time.monotonic()
        while not all(desk.done() for desk in desks):
            self.serve(0.5)
            if time.monotonic() - said > SIGN_OF_LIFE:
                said = time.monotonic()
                print(f"  {len(self.partner.fates)} of {COUNT} heard by the partner", file=sys.stderr)
        for each in desks:
            each.result()

    def deadlines(self) -> None:
        """Let every deadline pass, a step at a time, with another fault while what has come due is under way."""
        end = self.clock() + END
        while True:
            following = self.rest()
            if following is None or following > end:
                return
            self.clock.forward(following - self.clock() + STEP)
            self.befall(next(self._turn))


def desk(town: City, work: queue.Queue[int]) -> None:
    """Finalize emergencies until there are no more; what is refused for an outage is asked again."""
    with closing(town.client("hana")) as client:
        while True:
            try:
                n = work.get_nowait()
            except queue.Empty:
                return
            body = {"key": str(uuid4()), "channel": "walk_in", "phone": f"010{n:08d}"}
            contact = insisted(client, "/api/contacts", body)["id"]
            insisted(client, f"/api/contacts/{contact}/finalize", {"form": FORM})


def insisted(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask until it is granted, as a counselor does whose screen says to try again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        reply = client.post(path, json=body)
        if reply.is_success:
            found: dict[str, Any] = reply.json()
            return found
        if reply.status_code != 503:
            raise AssertionError(reply.text)
        time.sleep(0.1)
    raise TimeoutError(path)


def broken(soak: Soak, rows: list[Any]) -> dict[str, int]:
    """Count how often each promise was broken."""
    partner, overdue = soak.partner, overdue_of(rows)
    arrived = sum(row.id in partner.heard for row in rows)
    with closing(soak.town.client("sun")) as supervisor:
        listed = len(supervisor.get("/api/escalations", params={"limit": LONGEST_LIST}).json())
    return {
        "lost: never arrived at the partner": COUNT - arrived,
        "under a key of something else": len(partner.strange),
        "acknowledged more than once": sum(row.steps > 1 for row in rows),
        "done by the partner, and not known here": sum(not row.steps for row in rows if row.id in partner.acted),
        "known as acknowledged, and not done": sum(row.steps for row in rows if row.id not in partner.acted),
        "not acknowledged in time, and no escalation": sum(row.late_at is None for row in overdue),
        "still not acknowledged, and off the list": sum(not row.steps and row.late_state == "resolved" for row in rows),
        "not arrived in time, and no supervisor told": sum(row.notified_at is None for row in rows),
        "not arrived in time, and nobody's duty": sum(row.duty is None for row in rows),
        "missing on the supervisor's list": min(COUNT, LONGEST_LIST) - listed,
    }


def overdue_of(rows: list[Any]) -> list[Any]:
    """Give those that were not acknowledged in time."""
    return [row for row in rows if row.acknowledged_at is None or row.acknowledged_at > row.acknowledge_by]


def table(soak: Soak) -> bool:
    """Print what became of them, and tell whether none was lost, done twice, or silently late."""
    rows, partner = soak.ask(FOLLOWED), soak.partner
    wrong = broken(soak, rows)
    late = [row.late_at - row.acknowledge_by for row in rows if row.late_at]
    late += [row.lost_at - row.arrive_by for row in rows if row.lost_at]
    delays = [delay.total_seconds() for delay in late] or [0.0]
    met = sum(fate != "none" for fate in partner.fates.values())
    print(f"{COUNT} emergencies, {met} met by a fault, and {soak.faults} times a part of ours killed or cut off:")
    print(f"  requests to the partner: {sum(partner.heard.values())}, done: {len(partner.acted)}")
    print(f"  not acknowledged in time: {len(overdue_of(rows))}; escalations: {len(late)}")
    median, longest = statistics.median(delays), max(delays)
    print(f"  raised after the deadline: p50 {median:.1f} s, longest {longest:.1f} s (target {TARGET:g})")
    for what, count in wrong.items():
        print(f"  {what}: {count}")
    return not any(wrong.values()) and longest <= TARGET


def main() -> None:
    """Soak, and print what became of it; a broken promise is an exit code of 1."""
    with tempfile.TemporaryDirectory(prefix="g120b-") as folder:
        clock = MovedClock(Path(folder) / "clock")
        with partnering(clock) as (partner, url), city(Path(folder), url, clock.given_to) as town:
            soak = Soak(town, partner, clock)
            soak.emergencies()
            soak.deadlines()
            kept = table(soak)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
