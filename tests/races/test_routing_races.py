"""Two at once in the queue: one wins, the other is told why, and nobody and no seat is lost."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import func, select

import routing.service as queue
from core.db import Sessions
from core.errors import Refusal
from routing.service.offers import time_out
from routing.tables import Offer
from tests.guards.tree import ROOT
from tests.routing.desk import Desk, contact

KILLED = """
import os, signal, sys
from datetime import datetime
from functools import partial
from uuid import UUID
from redis import Redis
import routing.service as queue
from core import db
from routing.board import Board
database, redis, offer, counselor, at = sys.argv[1:]
with db.sessions(db.connect(database))() as tx:
    board = Board(Redis.from_url(redis), "test")
    queue.accept(tx, UUID(offer), UUID(counselor), board=board, at=datetime.fromisoformat(at))
    tx.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def desk(sessions: Sessions, redis: Redis, at: datetime) -> Desk:
    return Desk(sessions, redis, at)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all of them at the same moment, each in a thread; gives what each answered, or how it was refused."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        together.wait(10)
        try:
            return act()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def pending(desk: Desk, name: str) -> Offer:
    offer = desk.offer(name)
    assert offer is not None
    return offer


def settle(desk: Desk) -> None:
    desk.sweep()
    assert desk.agrees()


def test_accepting_in_two_tabs_connects_once(desk: Desk) -> None:
    desk.sit("hana")
    for n in range(10):
        desk.call(f"A{n}")
        answers = at_once(*[lambda n=n: desk.accept(f"A{n}").state for _ in range(4)])
        assert answers == ["accepted"] * 4
        assert len(desk.told("OfferAccepted")) == n + 1
        desk.leave(f"A{n}")
    settle(desk)


def test_accept_against_hang_up_against_time_out_has_one_winner(desk: Desk) -> None:
    desk.sit("hana")
    outcomes = set()
    for n in range(30):
        name = f"A{n}"
        desk.call(name, ago=10)
        offer = pending(desk, name)

        def accept(offer: Offer = offer) -> str:
            with desk.sessions.begin() as tx:
                return queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at).state

        def run_out(key: UUID = offer.contact_id) -> bool:
            # The seat's being lost ends an offer before its time, as the deadline does after it.
            with desk.sessions.begin() as tx:
                return time_out(tx, key, board=desk.board, at=desk.at, lost=True)

        accepted, left, timed_out = at_once(accept, partial(desk.leave, name), run_out)
        assert left is True
        assert desk.state(name) == "abandoned"
        assert accepted == "accepted" or isinstance(accepted, Refusal)
        assert not (accepted == "accepted" and timed_out is True)
        outcomes.add((accepted == "accepted", timed_out))
        assert desk.offer(name) is None
        desk.sit("hana")
        assert desk.seat("hana").state == "idle"
        assert desk.agrees()
    assert len(outcomes) > 1


def test_callers_and_counselors_who_come_at_once_all_find_each_other_without_a_sweep(desk: Desk) -> None:
    desk.board.clear()
    desk.board.open(1)
    for round_ in range(3):
        callers = [f"{round_}-{n}" for n in range(6)]
        acts: list[Callable[[], object]] = [partial(desk.call, name) for name in callers]
        acts += [partial(desk.sit, f"c{n}") for n in range(6)]
        at_once(*acts)
        assert sorted(str(desk.to(name)) for name in callers) == [f"c{n}" for n in range(6)]
        assert at_once(*[partial(desk.leave, name) for name in callers]) == [True] * 6
        assert desk.agrees()


def test_counselors_who_all_pass_on_at_once_leave_nobody_behind(desk: Desk) -> None:
    for n in range(4):
        desk.sit(f"c{n}")
    for n in range(4):
        desk.call(f"A{n}")
    at_once(*[lambda n=n: desk.reject(f"A{n}") for n in range(4)])
    desk.later(4)
    desk.sweep()
    assert sorted(str(desk.to(f"A{n}")) for n in range(4)) == ["c0", "c1", "c2", "c3"]
    settle(desk)


def test_two_reconcilers_and_a_storm_offer_nobody_twice(desk: Desk) -> None:
    for n in range(4):
        desk.sit(f"c{n}")

    def storm(n: int) -> None:
        for turn in range(5):
            name = f"{n}-{turn}"
            desk.call(name)
            offer = desk.offer(name)
            if offer is not None:
                desk.accept(name)
                desk.connect(name)
                desk.finish(name)
                desk.wrap_up(offer.counselor_login)
            else:
                desk.leave(name)

    mend = [lambda: [desk.reconcile() for _ in range(15)]] * 2
    answers = at_once(*[lambda n=n: storm(n) for n in range(4)], *mend)
    assert not [answer for answer in answers if isinstance(answer, Refusal) and answer.more.get("reason") == "late"]
    settle(desk)
    with desk.sessions() as tx:
        held = select(func.count(), Offer.contact_id).where(Offer.state.in_(("pending", "accepted", "connected")))
        assert all(count == 1 for count, _ in tx.execute(held.group_by(Offer.contact_id)))


def test_two_processes_rebuild_a_wiped_index_once(desk: Desk) -> None:
    for n in range(30):
        desk.call(f"A{n}", ago=30 - n)
    desk.redis.flushdb()
    at_once(*[desk.sweep] * 4)
    assert desk.board.epoch() == 2
    assert [desk.board.outlook(contact(f"A{n}"), desk.at).place for n in (0, 15, 29)] == [1, 16, 30]
    assert desk.agrees()


def test_a_process_killed_between_index_and_commit_leaves_the_offer_standing(
    desk: Desk, database_url: str, redis_url: str
) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = pending(desk, "A")
    told = (database_url, redis_url, str(offer.id), str(offer.counselor_id), desk.at.isoformat())
    killed = subprocess.run([sys.executable, "-c", KILLED, *told], check=False, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    record = desk.board.contact(contact("A"))
    assert record is not None
    assert record["state"] == "connecting"
    # The row may still be locked by the dead process's connection; waiting for its lock waits for that to end.
    with desk.sessions.begin() as tx:
        queue.raise_to_danger(tx, contact("A"), board=desk.board, at=desk.at)
    desk.reconcile()
    assert (desk.state("A"), desk.seat("hana").state) == ("offered", "reserved")
    assert desk.accept("A").id == offer.id
    settle(desk)
