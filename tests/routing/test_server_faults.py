"""Redis and PostgreSQL as they fail: full, read-only, silent, killed, cut off; nothing half done counts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import routing.service as queue
from app.embedded import Started, start_valkey
from routing import queries
from tests.house import waited_for
from tests.routing.desk import Desk, contact

LINE = 1_000
Fault = Callable[[Redis], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def valkey(service_folder: Path) -> Iterator[list[Started]]:
    """A Redis of these tests' own, in a list so that one that was killed can be replaced."""
    running = [start_valkey(service_folder / "faulty", quick=True)]
    yield running
    running[0].stop()


@pytest.fixture
def faulty(desk: Desk, valkey: list[Started]) -> Iterator[Desk]:
    """The helpline on that Redis, with short patience."""
    with Redis.from_url(valkey[0].url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)) as redis:
        redis.flushdb()
        yield Desk(desk.sessions, redis, desk.at)


@contextmanager
def full(redis: Redis) -> Iterator[None]:
    redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        redis.config_set("maxmemory", 0)


@contextmanager
def read_only(redis: Redis) -> Iterator[None]:
    redis.replicaof("127.0.0.1", "1")
    try:
        yield
    finally:
        redis.replicaof("NO", "ONE")


@contextmanager
def silent(redis: Redis) -> Iterator[None]:
    redis.client_pause(600)
    try:
        yield
    finally:
        waited_for(lambda: answers(redis))


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


@pytest.mark.parametrize("fault", [full, read_only, silent])
def test_a_redis_that_takes_nothing_leaves_the_rows_as_they_were_and_all_goes_on(faulty: Desk, fault: Fault) -> None:
    faulty.sit("hana")
    faulty.call("A")
    faulty.call("B")
    # A full Redis still lets through what begins by taking something out; whoever is new it takes never.
    with fault(faulty.redis), pytest.raises(RedisError):
        faulty.call("C")
    assert [faulty.state(name) for name in "ABC"] == ["offered", "waiting", "waiting"]
    faulty.sweep()
    faulty.reconcile()
    faulty.talk("A")
    assert faulty.leave("B")
    assert faulty.board.outlook(contact("C"), faulty.at).place == 1
    assert faulty.agrees()


def test_a_redis_killed_under_a_long_line_is_made_anew_in_order(
    faulty: Desk, valkey: list[Started], service_folder: Path
) -> None:
    faulty.call("first", ago=LINE + 1)
    line = "insert into routing_queue_entry (contact_id, queue, priority, language, provider_ref, entered_at, state)"
    with faulty.sessions.begin() as tx:
        tx.execute(
            text(line + " select gen_random_uuid(), 'loneliness', 'normal', 'ko', '', :at - n * interval '1 s',"
                 " 'waiting' from generate_series(1, :line) n"), {"at": faulty.at, "line": LINE},
        )  # fmt: skip
    valkey[0].child.kill()
    valkey[0].child.wait()
    with pytest.raises(RedisError):
        faulty.sweep()
    valkey[0] = start_valkey(service_folder / "faulty", quick=True)
    faulty.sweep()
    with faulty.sessions() as tx:
        wanted = [entry.contact_id for entry in queries.live_entries(tx)]
    held = faulty.board.contacts()
    assert sorted(held, key=lambda key: (held[key]["score"], held[key]["member"])) == wanted
    assert (len(wanted), faulty.agrees()) == (LINE + 1, True)
    faulty.sit("hana")
    assert faulty.to("first") == "hana"


def cut_off(desk: Desk, act: Callable[..., object], *args: object) -> None:
    """Do something whose connection to the database is gone before the commit."""
    with desk.sessions.begin() as tx:
        act(tx, *args, board=desk.board, at=desk.at)
        tx.flush()
        pid = tx.scalar(text("select pg_backend_pid()"))
        with desk.sessions() as other:
            other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})


def test_a_database_that_goes_away_before_the_commit_takes_nothing_with_it(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    with pytest.raises(OperationalError):
        cut_off(desk, queue.accept, offer.id, offer.counselor_id)
    assert desk.reconcile() > 0
    with pytest.raises(OperationalError):
        cut_off(desk, queue.leave, contact("A"), "abandoned")
    assert desk.reconcile() > 0
    assert (desk.state("A"), desk.to("A")) == ("offered", "hana")
    assert desk.accept("A").id == offer.id


def somebody_waits_for_a_lock(desk: Desk) -> bool:
    with desk.sessions() as tx:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        return bool(tx.scalar(text(waiting)))


def test_a_deadlock_leaves_everything_as_it_was(desk: Desk) -> None:
    hana = desk.sit("hana")
    desk.call("A")
    with ThreadPoolExecutor(1) as elsewhere, desk.sessions() as other:
        # Whoever takes the locks the wrong way round is patient here, so that the queue's own transaction is given up.
        other.execute(text("set local deadlock_timeout = '1min'"))
        queries.lock_seat(other, hana)
        accepting = elsewhere.submit(desk.accept, "A")
        waited_for(lambda: somebody_waits_for_a_lock(desk))
        queries.lock_entry(other, contact("A"))
        with pytest.raises(OperationalError, match="deadlock"):
            accepting.result()
    assert (desk.state("A"), desk.to("A")) == ("offered", "hana")
    desk.talk("A")
    assert desk.agrees()
