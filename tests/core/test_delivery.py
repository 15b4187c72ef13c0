"""A message is delivered once that counts, however often, wherever and by how many it is tried."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit, outbox
from core.audit import AuditEntry
from core.db import Sessions
from core.delivery import Handler, backoff, deliver
from core.messages import Message
from core.outbox import LEASE, OutboxMessage

LEASED = LEASE + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Told(Message):
    """Something happened."""

    tries = 3
    n: int


class Clock:
    """A clock that a test sets, and that many threads read."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, time: timedelta) -> None:
        self.at += time


@pytest.fixture
def clock(at: datetime) -> Clock:
    return Clock(at)


def write(tx: Session, message: Told, at: datetime) -> None:
    audit.record(tx, None, "told", ("told", message.n), at=at)


def post(sessions: Sessions, clock: Clock, n: int = 1) -> UUID:
    with sessions.begin() as tx:
        return outbox.post(tx, Told(n), at=clock())


def row(sessions: Sessions, key: UUID) -> OutboxMessage:
    with sessions() as tx:
        return tx.get_one(OutboxMessage, key)


def written(sessions: Sessions) -> dict[str, int]:
    with sessions() as tx:
        counted = select(AuditEntry.object_id, func.count()).group_by(AuditEntry.object_id)
        return {str(n): int(count) for n, count in tx.execute(counted)}


def at_once(what: Callable[[int], object], people: int) -> list[object]:
    """Run `what` in many threads that start together."""
    start = threading.Barrier(people)
    told: list[object] = [None] * people

    def one(n: int) -> None:
        start.wait()
        told[n] = what(n)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_many_deliverers_of_one_message_make_it_count_once(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    told = at_once(lambda _: deliver(sessions, {Told: write}, key, clock), 8)
    assert sorted(map(str, told)) == ["done", *["taken"] * 7]
    assert written(sessions) == {"1": 1}
    assert (row(sessions, key).state, row(sessions, key).attempts) == ("done", 1)


def test_many_deliverers_of_many_messages_deliver_each_once(sessions: Sessions, clock: Clock) -> None:
    keys = [post(sessions, clock, n) for n in range(12)]
    at_once(lambda n: [deliver(sessions, {Told: write}, key, clock) for key in (keys if n % 2 else reversed(keys))], 4)
    assert written(sessions) == {str(n): 1 for n in range(12)}


def test_what_is_done_is_not_done_again(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    assert deliver(sessions, {Told: write}, key, clock) == "done"
    clock.forward(LEASED)
    assert deliver(sessions, {Told: write}, key, clock) == "taken"
    assert deliver(sessions, {Told: write}, uuid4(), clock) == "taken"
    assert written(sessions) == {"1": 1}


def test_a_timer_is_not_delivered_before_its_time(sessions: Sessions, clock: Clock) -> None:
    with sessions.begin() as tx:
        key = outbox.post(tx, Told(1), at=clock(), due=clock() + timedelta(seconds=10))
    assert deliver(sessions, {Told: write}, key, clock) == "taken"
    clock.forward(timedelta(seconds=10))
    assert deliver(sessions, {Told: write}, key, clock) == "done"


def failing(*, until: int = 99) -> tuple[Handler, list[int]]:
    """A handler that writes and then fails, until its so-manieth time."""
    tried: list[int] = []

    def handler(tx: Session, message: Told, at: datetime) -> None:
        write(tx, message, at)
        tried.append(message.n)
        if len(tried) < until:
            raise RuntimeError("out of paper\0")

    return handler, tried


def test_a_failure_leaves_nothing_behind_and_is_tried_again_later_each_time(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    handler, tried = failing(until=3)
    for attempt, wait in ((1, 1), (2, 2)):
        assert deliver(sessions, {Told: handler}, key, clock) == "retry"
        left = row(sessions, key)
        assert (left.error, left.due) == ("RuntimeError: out of paper", clock() + timedelta(seconds=wait))
        assert written(sessions) == {}
        clock.forward(timedelta(seconds=wait, milliseconds=-1))
        assert deliver(sessions, {Told: handler}, key, clock) == "taken"
        clock.forward(timedelta(milliseconds=1))
        assert len(tried) == attempt
    assert deliver(sessions, {Told: handler}, key, clock) == "done"
    assert written(sessions) == {"1": 1}
    assert row(sessions, key).error is None


def test_what_fails_too_often_is_a_dead_letter_with_its_reason(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    handler, _ = failing()
    states = []
    for _ in range(3):
        states.append(deliver(sessions, {Told: handler}, key, clock))
        clock.forward(timedelta(minutes=2))
    assert states == ["retry", "retry", "dead"]
    assert deliver(sessions, {Told: write}, key, clock) == "taken"
    with sessions() as tx:
        (dead,) = outbox.dead_letters(tx)
    assert (dead.id, dead.error, dead.attempts) == (key, "RuntimeError: out of paper", 3)


@pytest.mark.parametrize(("kind", "body"), [("Untold", {"n": 1}), ("Told", {"n": "many"}), ("Told", {}), ("Told", [])])
def test_what_nobody_can_read_ends_where_a_person_sees_it(
    sessions: Sessions, clock: Clock, kind: str, body: object
) -> None:
    key = post(sessions, clock)
    with sessions.begin() as tx:
        message = tx.get_one(OutboxMessage, key)
        message.kind, message.body = kind, body  # type: ignore[assignment] # Written by another version of us.
    for _ in range(Message.tries):
        state = deliver(sessions, {Told: write}, key, clock)
        clock.forward(timedelta(minutes=2))
    assert state == "dead" or row(sessions, key).state == "dead"
    assert row(sessions, key).error


@given(st.integers(1, 60))
def test_the_pause_doubles_and_never_exceeds_a_minute(attempts: int) -> None:
    pause = backoff(attempts)
    assert timedelta(seconds=1) <= pause <= timedelta(minutes=1)
    assert backoff(attempts + 1) in {pause * 2, timedelta(minutes=1)}


def meanwhile(happens: Callable[[], object]) -> Handler:
    """A handler that is slow enough for something to happen before it ends."""

    def handler(tx: Session, message: Told, at: datetime) -> None:
        write(tx, message, at)
        happens()

    return handler


def test_who_is_slower_than_the_lease_is_overtaken_and_does_not_count(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    others: list[str] = []

    def overtake() -> None:
        clock.forward(LEASED)
        others.append(deliver(sessions, {Told: write}, key, clock))

    assert deliver(sessions, {Told: meanwhile(overtake)}, key, clock) == "taken"
    assert others == ["done"]
    assert written(sessions) == {"1": 1}


def test_who_was_overtaken_and_fails_does_not_bring_the_message_back(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)

    def overtake() -> None:
        clock.forward(LEASED)
        deliver(sessions, {Told: write}, key, clock)
        raise RuntimeError("too late")

    assert deliver(sessions, {Told: meanwhile(overtake)}, key, clock) == "taken"
    assert row(sessions, key).state == "done"


@pytest.mark.parametrize("fails", [False, True])
def test_a_timer_that_is_taken_back_while_it_runs_has_not_run(sessions: Sessions, clock: Clock, *, fails: bool) -> None:
    key = post(sessions, clock)

    def cancel() -> None:
        with sessions.begin() as tx:
            outbox.cancel(tx, key, at=clock())
        if fails:
            raise RuntimeError("and fails")

    assert deliver(sessions, {Told: meanwhile(cancel)}, key, clock) == "taken"
    assert row(sessions, key).state == "closed"
    assert written(sessions) == {}


WORKER = """
import sys
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from core import audit, db
from core.delivery import deliver
from core.messages import Message

@dataclass(frozen=True, slots=True)
class Told(Message):
    n: int

def handler(tx, message, at):
    audit.record(tx, None, "told", ("told", message.n), at=at)
    tx.flush()
    print("at work", flush=True)
    sys.stdin.read()

database, message, at = sys.argv[1:]
deliver(db.sessions(db.connect(database)), {Told: handler}, UUID(message), lambda: datetime.fromisoformat(at))
"""


def test_what_a_killed_process_had_in_hand_is_delivered_by_another(
    sessions: Sessions, clock: Clock, database_url: str
) -> None:
    key = post(sessions, clock)
    command = [sys.executable, "-c", WORKER, database_url, str(key), clock().isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "at work\n"
        assert deliver(sessions, {Told: write}, key, clock) == "taken"
        worker.send_signal(signal.SIGKILL)
    clock.forward(LEASE - timedelta(seconds=1))
    assert deliver(sessions, {Told: write}, key, clock) == "taken", "the lease still holds"
    clock.forward(timedelta(seconds=1))
    assert deliver(sessions, {Told: write}, key, clock) == "done"
    assert written(sessions) == {"1": 1}
