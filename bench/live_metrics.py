"""What a look at the live figures costs with ten finished contacts today, and with a million.

Two databases of one PostgreSQL are asked in turn, what `GET /api/queues/{name}` and `/metrics` show, each with the same
few callers in the open quarter of an hour. The contacts are written by SQL, and counted by the relay's own bookkeeping;
at the end every kept number is counted again from the events. CONTACTS sets another number than a million.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from redis import Redis
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

import routing.service as queue
from app.embedded import start_postgres, start_valkey
from app.migrate import upgrade
from core import db
from core.db import libpq_url
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
    from (select n, :night + (n::float8 / :upper) * :spread as at from generate_series(0, :upper - 1) n) came
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
    order by e.entered_at + after
"""

Show = Callable[[Session], object]
SHOWN: dict[str, Show] = {
    "GET /api/queues/loneliness": lambda tx: view.queue_view(tx, "loneliness", CONFIG, NOW),
    "GET /metrics": lambda tx: view.prometheus(tx, CONFIG, NOW),
}


@dataclass(frozen=True)
class Line:
    """One helpline: a database and a board of its own."""

    sessions: db.Sessions
    board: Board
    contacts: int

    def fill(self) -> float:
        """Bring in who is to have finished and who waits, all counted; gives how many seconds the counting took."""
        numbers = {"night": NIGHT, "spread": QUARTERS * INTERVAL, "upper": self.contacts}
        with self.sessions.begin() as tx:
            tx.execute(text(ENTRIES), numbers)
            tx.execute(text(EVENTS))
        took = self.count()
        for n in range(CALLERS):
            self._wait(UUID(int=n + 1))
        self._tidy()
        return took

    def count(self) -> float:
        """Count what is new as the relay does; gives how many seconds that took."""
        began, more = time.perf_counter(), True
        while more:
            with self.sessions.begin() as tx:
                more = queue.keep_tallies(tx, CONFIG)
        return time.perf_counter() - began

    def _wait(self, key: UUID) -> None:
        """Let a caller in who waits in the open quarter, and is in no tally yet."""
        with self.sessions.begin() as tx:
            entry = QueueEntry(contact_id=key, queue="loneliness", priority="normal", language="ko", provider_ref="CA")
            entry.state, entry.entered_at = "waiting", NOW - timedelta(seconds=30)
            tx.add(entry)
        with self.sessions.begin() as tx:
            queue.enter(tx, key, board=self.board, at=NOW)

    def _tidy(self) -> None:
        """Let the database tidy up as it would by itself."""
        with self.sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))

    def look(self, show: Show) -> float:
        """Give what one look costs, in ms."""
        began = time.perf_counter()
        with self.sessions() as tx:
            show(tx)
        return (time.perf_counter() - began) * 1000

    def recounted(self) -> bool:
        """Count every kept interval again, and tell whether every number is the same."""
        with self.sessions() as tx:
            found = (queue.recount(tx, interval, CONFIG) for interval in queue.intervals(tx, (None, None)))
            return all(each is None or each.same for each in found)


def looks(lines: tuple[Line, Line]) -> dict[str, tuple[float, float]]:
    """Give what each look costs in ms, with few and with many: medians of looks taken in turn."""
    told = {}
    for name, show in SHOWN.items():
        pairs = [[line.look(show) for line in lines] for _ in range(LOOKS)]
        told[name] = statistics.median(few for few, _ in pairs), statistics.median(many for _, many in pairs)
    return told


def main() -> None:
    """Measure and print a table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres, valkey = start_postgres(folder / "pg"), start_valkey(folder / "vk")
        stack.callback(valkey.stop)
        stack.callback(postgres.stop)
        redis = stack.enter_context(Redis.from_url(valkey.url))

        def line(name: str, contacts: int) -> Line:
            with psycopg.connect(libpq_url(postgres.url), autocommit=True) as connection:
                connection.execute(f"create database {name}")
            url = str(make_url(postgres.url).set(database=name).render_as_string(hide_password=False))
            upgrade(url)
            engine = db.connect(url, pool=2)
            stack.callback(engine.dispose)
            return Line(db.sessions(engine), Board(redis, name, CONFIG), contacts)

        few, many = line("few", FEW), line("many", CONTACTS)
        few.fill()
        counting = many.fill()
        with many.sessions() as tx:
            today = view.queue_view(tx, "loneliness", CONFIG, NOW)["today"]
        assert (today["offered"], today["answered"]) == (CONTACTS + CALLERS, CONTACTS)
        report(looks((few, many)))
        print(f"counted by the relay in {counting:.0f} s, {CONTACTS / counting:,.0f} contacts a second", flush=True)
        many.count()
        print(f"counted again from the events: every number {'the same' if many.recounted() else 'NOT the same'}")


def report(told: dict[str, tuple[float, float]]) -> None:
    """Print what each look costs with few and with many, and whether that is the same."""
    print(f"{'median of a look':<32}{f'{FEW} finished':>16}{f'{CONTACTS:,} finished':>22}{'ratio':>8}")
    for name, (few, many) in told.items():
        print(f"{name:<32}{few:>13.2f} ms{many:>19.2f} ms{many / few:>8.2f}")
    worst = max(many / few for few, many in told.values())
    print(f"target at most {TARGET:.1f}: {'met' if worst <= TARGET else 'NOT met'}")


if __name__ == "__main__":
    main()
