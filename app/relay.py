"""Carries messages on once they are committed: to the caller's side at once, to the workers by RQ; and keeps time.

It listens for the bell that a commit rings, and looks for itself five times a second in case a bell was missed. What no
worker takes up, because Redis or the workers are away, it delivers itself.
"""

import logging
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from redis.exceptions import RedisError
from rq import Queue
from rq.queue import EnqueueData
from sqlalchemy.exc import SQLAlchemyError

import routing.service as queue
from app.audit import TABLES as CHAINS
from app.handlers import handlers
from app.jobs import JOB, QUEUE
from app.world import World, clock
from core import chain, delivery, outbox
from core.chain import Chained
from core.db import libpq_url
from core.delivery import Outward

log = logging.getLogger(__name__)

TICK = 0.2
TALLY_PAUSE = 10.0
"""Seconds between two looks at the tallies and the chains, where there was nothing more to do."""
RECONCILE = timedelta(seconds=5)
RELEARN = timedelta(seconds=30)
"""How old the rates may be by which callers are told their wait."""
OWN_HANDS = timedelta(seconds=15)
"""A message due this long, and still not done, is delivered by the relay itself."""
THREADS = 8
TOGETHER = 10
"""How many quick messages make one job: a job costs a worker about as much as delivering three messages."""
OUTAGE_PAUSE = 0.5


class Relay:
    """One relay; several may run at once, for every row is taken by one of them only."""

    def __init__(self, world: World, *, own_hands: timedelta = OWN_HANDS, tally_pause: float = TALLY_PAUSE) -> None:
        """Prepare to carry; nothing is opened before `run`."""
        self._world, self._own_hands, self._tally_pause = world, own_hands, tally_pause
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="deliver")
        self._queue = Queue(QUEUE, connection=world.redis)
        self._stop = threading.Event()
        self._reconciled: datetime | None = None
        self._learned: datetime | None = None

    def stop(self, *_: object) -> None:
        """Finish what is in hand, then end `run`."""
        self._stop.set()

    def run(self) -> None:
        """Carry until stopped; an outage is waited out."""
        timekeeper = threading.Thread(target=self._keep_time, name="timekeeper")
        timekeeper.start()
        bookkeeper = threading.Thread(target=self._keep_books, name="bookkeeper")
        bookkeeper.start()
        while not self._stop.is_set():
            try:
                with self._bell() as bell:
                    while not self._stop.is_set():
                        more = self.tick(clock())
                        # Draining the bell gathers what rang meanwhile into one look; what has piled up waits for none.
                        for _ in bell.notifies(timeout=0 if more else TICK, stop_after=1):
                            pass
            except (psycopg.OperationalError, SQLAlchemyError) as error:
                log.error("the database is away: %s", error)  # noqa: TRY400 - an outage, waited out
                self._stop.wait(OUTAGE_PAUSE)
            except Exception:
                # A bug in one look must not keep everybody else's messages from being carried.
                log.exception("the relay stumbled")
                self._stop.wait(OUTAGE_PAUSE)
        timekeeper.join()
        bookkeeper.join()
        self._pool.shutdown()

    @contextmanager
    def _bell(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(libpq_url(self._world.settings.database_url), autocommit=True) as bell:
            bell.execute(f"LISTEN {outbox.BELL}")
            yield bell

    def tick(self, at: datetime) -> bool:
        """Carry what is due, the urgent first; tells whether more waits than one look takes."""
        with self._world.sessions.begin() as tx:
            now = outbox.due_now(tx, lane="call", at=at)
        for message in now:
            self._deliver(message.id)
        with self._world.sessions.begin() as tx:
            work = outbox.due_now(tx, lane="work", at=at)
        self._ring([message for message in work if at - message.due < self._own_hands])
        for message in work:
            if at - message.due >= self._own_hands:
                self._deliver(message.id)
        return max(len(now), len(work)) >= outbox.BATCH

    def _deliver(self, message_id: UUID) -> None:
        world = self._world
        self._pool.submit(delivery.deliver, world.sessions, handlers(world), message_id, clock)

    def _ring(self, messages: list[outbox.Due]) -> None:
        jobs = [_job(group) for group in self._together(messages)]
        try:
            if jobs:
                self._queue.enqueue_many(jobs)
        except RedisError:
            for message in messages:
                self._deliver(message.id)

    def _together(self, messages: list[outbox.Due]) -> Iterator[Sequence[outbox.Due]]:
        """Group what one worker does in one go: whoever speaks to the outside may be slow, and holds nobody else up."""
        handled = {kind.kind(): handler for kind, handler in handlers(self._world).items()}
        quick: list[outbox.Due] = []
        for message in messages:
            if message.urgent or isinstance(handled.get(message.kind), Outward):
                yield [message]
            else:
                quick.append(message)
        for first in range(0, len(quick), TOGETHER):
            yield quick[first : first + TOGETHER]

    def _keep_time(self) -> None:
        """Move the queue's own clocks, beside the carrying: neither waits for the other."""
        while not self._stop.wait(TICK):
            try:
                self.sweep(clock())
            except (RedisError, SQLAlchemyError) as error:
                log.error("the queue's clocks stand still: %s", error)  # noqa: TRY400 - an outage, waited out
                self._stop.wait(OUTAGE_PAUSE)
            except Exception:
                log.exception("the relay stumbled over the queue's clocks")
                self._stop.wait(OUTAGE_PAUSE)

    def _keep_books(self) -> None:
        """Keep the figures' tallies and link what was written down, beside everything that somebody waits for."""
        pause = 0.0
        while not self._stop.wait(pause):
            more = False
            try:
                with self._world.sessions.begin() as tx:
                    more = queue.keep_tallies(tx, self._world.routing)
                for table in CHAINS:
                    more |= self._link(table)
            except SQLAlchemyError as error:
                log.error("the books are not kept: %s", error)  # noqa: TRY400 - an outage, waited out
            except Exception:
                log.exception("the relay stumbled over the books")
            # After an upgrade there may be years to count: then on without a pause.
            pause = 0.0 if more else self._tally_pause

    def _link(self, table: type[Chained]) -> bool:
        with self._world.sessions.begin() as tx:
            linked = chain.link(tx, table)
            end = chain.head(tx, table)
        if linked:
            # Where the database cannot reach: a head that was logged proves later that nothing before it is gone.
            log.info("%s:%s:%s", table.__tablename__, end.n, end.digest)
        return linked == chain.AT_ONCE

    def sweep(self, at: datetime) -> None:
        """Do what has come due in the queue, and now and then mend its index and relearn its rates."""
        world = self._world
        with world.sessions.begin() as tx:
            queue.sweep(tx, board=world.board, at=at, written=world.written)
        if self._reconciled is None or at - self._reconciled >= RECONCILE:
            self._reconciled = at
            with world.sessions.begin() as tx:
                queue.reconcile(tx, board=world.board, at=at)
        if self._learned is None or at - self._learned >= RELEARN:
            self._learned = at
            with world.sessions.begin() as tx:
                queue.relearn(tx, board=world.board, at=at)


def _job(group: Sequence[outbox.Due]) -> EnqueueData:
    first = group[0]
    name, ids = f"{first.id}-{first.attempts}-{first.rung}", tuple(str(message.id) for message in group)
    return Queue.prepare_data(JOB, ids, job_id=name, result_ttl=0, failure_ttl=60, at_front=first.urgent)


def run(world: World) -> None:
    """Run a relay until SIGINT or SIGTERM."""
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    # Its own words only: the libraries would tell of every request, and so of people.
    log.setLevel(world.settings.log_level.upper())
    relay = Relay(world)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, relay.stop)
    relay.run()
