"""How many due messages the relay and its workers deliver, how old the oldest gets, and what a look costs.

The messages are timers of real duties, as a morning has them: each opens one duty and tells the team's screens. They
come due at a steady rate; then a backlog is drained; then a look for due messages is timed with few and with a million
finished ones. RATE, SECONDS and FINISHED set other numbers.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.city import City, city, listening
from core import db, outbox
from core.db import libpq_url

RATE, SECONDS = int(os.environ.get("RATE", "500")), int(os.environ.get("SECONDS", "20"))
FINISHED = int(os.environ.get("FINISHED", "1000000"))
LOOKS, TARGET_AGE, TARGET_LOOK = 60, 2.0, 1.5

DUTIES = """
    with made as (
        insert into casework_duty (id, kind, state, team, created_at, opens_at, due_at, watch_at, attempts)
        select gen_random_uuid(), 'follow_up', 'planned', 'counselors', now(), now(), now() + interval '1 day',
               now() + interval '1 day', 0
        from generate_series(1, %(count)s)
        returning id
    )
    insert into outbox_message (id, kind, body, lane, state, due, posted_at, attempts)
    select gen_random_uuid(), 'DutyOpens', jsonb_build_object('duty_id', id), 'work', 'pending',
           %(first)s::timestamptz + (row_number() over ()) * %(step)s::interval, now(), 0
    from made
"""
OLD = """
    insert into outbox_message (id, kind, body, lane, state, due, posted_at, attempts, done_at)
    select gen_random_uuid(), 'DutyOpens', '{}', 'work', 'done', yesterday, yesterday, 1, now()
    from generate_series(1, %s), (select now() - interval '1 day' as yesterday) as time
"""
OPEN = "state in ('pending', 'leased', 'retry')"
AGE = f"""
    select coalesce(extract(epoch from now() - min(due)), 0), count(*) from outbox_message where {OPEN} and due <= now()
"""  # noqa: S608 - only constants of ours


def seed(link: psycopg.Connection[Any], count: int, first: datetime, step: timedelta) -> None:
    """Bring in duties with the timers that open them, the first due at `first`, each `step` after the one before."""
    link.execute(DUTIES, {"count": count, "first": first, "step": step})


def watch(link: psycopg.Connection[Any], done: Callable[[float, int], bool]) -> list[float]:
    """Look ten times a second how old the oldest due message is, until `done` of that age and how many are due."""
    ages: list[float] = []
    while True:
        row = link.execute(AGE).fetchone()
        age, due = (float(row[0]), int(row[1])) if row else (0.0, 0)
        if done(age, due):
            return ages
        ages.append(age)
        time.sleep(0.1)


def steady(link: psycopg.Connection[Any]) -> None:
    """Let messages come due at the rate."""
    first = datetime.now(UTC) + timedelta(seconds=2)
    seed(link, RATE * SECONDS, first, timedelta(seconds=1 / RATE))
    end = first.timestamp() + SECONDS
    ages = watch(link, lambda _, due: time.time() > end and due == 0)
    took = time.time() - first.timestamp()
    oldest = (
        f"oldest due message p50 {statistics.median(ages):.2f} s, largest {max(ages):.2f} s (target {TARGET_AGE:g})"
    )
    print(f"{RATE} messages a second for {SECONDS} s: {RATE * SECONDS / took:.0f} a second delivered; {oldest}")


def backlog(link: psycopg.Connection[Any]) -> None:
    """Let an outage's worth come due at once."""
    count = RATE * 10
    seed(link, count, datetime.now(UTC), timedelta())
    began = time.perf_counter()
    watch(link, lambda _, due: due == 0)
    took = time.perf_counter() - began
    print(f"a backlog of {count}: drained in {took:.1f} s, {count / took:.0f} a second (target 500)")


def looks(town: City, link: psycopg.Connection[Any]) -> None:
    """Time a look that finds nothing due, before and after a great many are finished."""
    sessions = db.sessions(db.connect(town.local.environment["DATABASE_URL"], pool=2))
    before = _look(sessions)
    link.execute(OLD, (FINISHED,))
    link.execute("vacuum analyze outbox_message")
    after = _look(sessions)
    print(f"a look with {FINISHED:,} more finished / before: {after / before:.2f} (target {TARGET_LOOK})")


def _look(sessions: db.Sessions) -> float:
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        with sessions() as tx:
            outbox.due_now(tx, lane="work", at=datetime.now(UTC))
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory(prefix="g120b-") as folder,
        listening() as (_, url),
        city(Path(folder), url) as town,
        psycopg.connect(libpq_url(town.local.environment["DATABASE_URL"]), autocommit=True) as link,
    ):
        steady(link)
        backlog(link)
        looks(town, link)


if __name__ == "__main__":
    main()
