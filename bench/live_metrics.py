"""What a look at the live figures costs with ten finished contacts today, and with a million.

Both are asked in one run of one PostgreSQL: `GET /api/queues/{queue}`'s view and `/metrics`, each with the same few
callers in the open quarter of an hour. The contacts are written by SQL, and counted by the relay's own bookkeeping;
then every kept number is counted again from the events. CONTACTS sets another number than a million.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

import routing.service as queue
from app.embedded import start_postgres, start_valkey
from app.migrate import upgrade
from core import db
from routing import view
from routing.board import Board
from routing.config import RoutingConfig
from routing.metrics import INTERVAL
from routing.tables import QueueEntry

CONTACTS = int(os.environ.get("CONTACTS", "1000000"))
FEW, CALLERS, LOOKS, TARGET = 10, 10, 60, 1.5
CONFIG = RoutingConfig(wrap_up_seconds=0)
NIGHT = datetime(2026, 11, 23, 15, tzinfo=UTC)
NOW = NIGHT + timedelta(hours=18, minutes=7)
QUARTERS = 71
"""Of the day's finished quarters, those that contacts are spread over: the last before the open one stays quiet."""

ENTRIES = """
    insert into routing_queue_entry
        (contact_id, queue, priority, language, provider_ref, entered_at, state, admitted_at, connected_at, left_at)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'loneliness', 'normal', 'ko', 'CA' || n, at,
           'completed', at, at + interval '12 s', at + interval '10 min'
    from (select n, :night + (n::float8 / :upper) * :spread as at from generate_series(:lower, :upper - 1) n) came
"""
EVENTS = """
    insert into routing_event (at, kind, queue, contact_id, counselor_id, detail)
    select e.entered_at + after, kind, 'loneliness', contact_id, counselor, detail::jsonb
    from routing_queue_entry e
    cross join lateral (values
        (interval '0 s', 'entered', null, '{}'),
        (interval '12 s', 'connected', '00000000-0000-4000-9000-000000000001'::uuid, '{}'),
        (interval '10 min', 'finished', '00000000-0000-4000-9000-000000000001'::uuid, '{"talk_s": 588}')
    ) as happened(after, kind, counselor, detail)
    where e.state = 'completed' and not exists (select 1 from routing_event o where o.contact_id = e.contact_id)
    order by e.entered_at + after
"""

UNTALLY = """
    update routing_event set tallied = false
    where contact_id in (select contact_id from routing_queue_entry where state = 'waiting')
"""


def seed(sessions: db.Sessions, lower: int, upper: int) -> None:
    """Write finished contacts of today, spread over its finished quarters."""
    numbers = {"night": NIGHT, "spread": QUARTERS * INTERVAL, "lower": lower, "upper": upper}
    with sessions.begin() as tx:
        tx.execute(text(ENTRIES), numbers)
        tx.execute(text(EVENTS))


def settle(sessions: db.Sessions) -> float:
    """Count what is new as the relay does, and let the database tidy up as it would by itself; gives the seconds."""
    began, more = time.perf_counter(), True
    while more:
        with sessions.begin() as tx:
            more = queue.keep_tallies(tx, CONFIG)
    took = time.perf_counter() - began
    with sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    return took


def wait(sessions: db.Sessions, board: Board) -> None:
    """Let a few callers in who wait in the open quarter, and are in no tally yet."""
    for n in range(CALLERS):
        key = UUID(int=n + 1)
        with sessions.begin() as tx:
            entry = QueueEntry(contact_id=key, queue="loneliness", priority="normal", language="ko", provider_ref="CA")
            entry.state, entry.entered_at = "waiting", NOW - timedelta(seconds=30)
            tx.add(entry)
        with sessions.begin() as tx:
            queue.enter(tx, key, board=board, at=NOW)


def look(sessions: db.Sessions, ask: Callable[[Session], object]) -> float:
    """Give what one look costs, in ms: the median of many."""
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        with sessions() as tx:
            ask(tx)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def looks(sessions: db.Sessions) -> dict[str, float]:
    """Give what each view costs, in ms."""
    return {
        "GET /api/queues/loneliness": look(sessions, lambda tx: view.queue_view(tx, "loneliness", CONFIG, NOW)),
        "GET /metrics": look(sessions, lambda tx: view.prometheus(tx, CONFIG, NOW)),
    }


def recounted(sessions: db.Sessions) -> bool:
    """Count every kept interval again, and tell whether every number is the same."""
    with sessions() as tx:
        found = (queue.recount(tx, interval, CONFIG) for interval in queue.intervals(tx, (None, None)))
        return all(each is None or each.same for each in found)


def main() -> None:
    """Measure and print a table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres, valkey = start_postgres(folder / "pg"), start_valkey(folder / "vk")
        stack.callback(valkey.stop)
        stack.callback(postgres.stop)
        upgrade(postgres.url)
        engine = db.connect(postgres.url, pool=2)
        stack.callback(engine.dispose)
        sessions, board = db.sessions(engine), Board(stack.enter_context(Redis.from_url(valkey.url)), "bench", CONFIG)
        seed(sessions, 0, FEW)
        settle(sessions)
        wait(sessions, board)
        few = looks(sessions)
        seed(sessions, FEW, CONTACTS)
        counting = settle(sessions)
        with sessions() as tx:
            today = view.queue_view(tx, "loneliness", CONFIG, NOW)["today"]
        assert (today["offered"], today["answered"]) == (CONTACTS + CALLERS, CONTACTS)
        wait_again(sessions)
        many = looks(sessions)
        settle(sessions)
        same = recounted(sessions)
    report(few, many)
    print(f"counted by the relay in {counting:.0f} s, {CONTACTS / counting:,.0f} contacts a second")
    print(f"counted again from the events: every number {'the same' if same else 'NOT the same'}")


def wait_again(sessions: db.Sessions) -> None:
    """Let those who wait be in no tally again, as before the million."""
    with sessions.begin() as tx:
        tx.execute(text(UNTALLY))


def report(few: dict[str, float], many: dict[str, float]) -> None:
    """Print what each look costs with few and with many, and whether that is the same."""
    print(f"{'median of a look':<32}{f'{FEW} finished':>16}{f'{CONTACTS:,} finished':>22}{'ratio':>8}")
    for name, ms in few.items():
        print(f"{name:<32}{ms:>13.2f} ms{many[name]:>19.2f} ms{many[name] / ms:>8.2f}")
    worst = max(many[name] / ms for name, ms in few.items())
    print(f"target at most {TARGET:.1f}: {'met' if worst <= TARGET else 'NOT met'}")


if __name__ == "__main__":
    main()
