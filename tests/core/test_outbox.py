"""Messages are rows of the change they tell of: with it or not at all, once, in their time, and never in two hands."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import outbox
from core.db import Sessions
from core.messages import Message
from core.outbox import BELL, LEASE, OutboxMessage, due_now
from tests.house import waited_for
from tests.services import connect


@dataclass(frozen=True, slots=True)
class Told(Message):
    """Something happened."""

    words: str


def due(sessions: Sessions, at: datetime, lane: str = "work") -> list[str]:
    with sessions.begin() as tx:
        return [tx.get_one(OutboxMessage, one.id).body["words"] for one in due_now(tx, lane=lane, at=at)]


def test_a_message_exists_with_the_change_it_tells_of_or_not_at_all(sessions: Sessions, at: datetime) -> None:
    with sessions() as tx:
        outbox.post(tx, Told("taken back"), at=at)
        tx.rollback()
    with sessions.begin() as tx:
        outbox.post(tx, Told("kept"), at=at)
    assert due(sessions, at) == ["kept"]


def test_a_message_with_an_id_is_posted_once(sessions: Sessions, at: datetime) -> None:
    key = uuid4()
    for words in ("first", "second"):
        with sessions.begin() as tx:
            assert outbox.post(tx, Told(words), at=at, id=key) == key
    assert due(sessions, at) == ["first"]


def test_the_same_id_posted_at_once_from_two_sides_is_one_message(sessions: Sessions, at: datetime) -> None:
    key, start = uuid4(), threading.Barrier(6)

    def side() -> None:
        start.wait()
        with sessions.begin() as tx:
            outbox.post(tx, Told("once"), at=at, id=key)

    threads = [threading.Thread(target=side) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert due(sessions, at) == ["once"]


def test_a_timer_waits_for_its_time(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        outbox.post(tx, Told("later"), at=at, due=at + timedelta(minutes=3))
    assert due(sessions, at + timedelta(seconds=179)) == []
    assert due(sessions, at + timedelta(minutes=3)) == ["later"]


def test_a_canceled_timer_never_comes(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        key = outbox.post(tx, Told("later"), at=at, due=at + timedelta(minutes=3))
        outbox.cancel(tx, key, at=at)
    assert due(sessions, at + timedelta(days=1)) == []
    with sessions() as tx:
        row = tx.get_one(OutboxMessage, key)
    assert (row.state, row.error) == ("closed", "canceled")


def test_canceling_what_is_done_or_never_was_changes_nothing(tx: Session, at: datetime) -> None:
    key = outbox.post(tx, Told("done"), at=at)
    tx.get_one(OutboxMessage, key).state = "done"
    tx.flush()
    outbox.cancel(tx, key, at=at)
    outbox.cancel(tx, uuid4(), at=at)
    tx.expire_all()
    assert tx.get_one(OutboxMessage, key).state == "done"


def test_the_oldest_comes_first_and_lanes_do_not_mix(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        for ago in (1, 3, 2):
            outbox.post(tx, Told(f"{ago} s ago"), at=at, due=at - timedelta(seconds=ago))
    assert due(sessions, at, "call") == []
    assert due(sessions, at) == ["3 s ago", "2 s ago", "1 s ago"]


def test_whoever_was_told_is_trusted_for_one_lease(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        outbox.post(tx, Told("once"), at=at)
    assert due(sessions, at) == ["once"]
    assert due(sessions, at + LEASE - timedelta(milliseconds=1)) == []
    assert due(sessions, at + LEASE) == ["once"], "what was told may have died with whom it was told"


def test_two_relays_take_different_messages(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        for n in range(6):
            outbox.post(tx, Told(str(n)), at=at)
    with sessions.begin() as one, sessions.begin() as other:
        mine = {each.id for each in due_now(one, lane="work", at=at, limit=4)}
        others = {each.id for each in due_now(other, lane="work", at=at)}
    assert (len(mine), len(others)) == (4, 2)
    assert not mine & others


@pytest.mark.parametrize("state", ["done", "dead", "closed"])
def test_what_is_over_is_never_due(sessions: Sessions, at: datetime, state: str) -> None:
    with sessions.begin() as tx:
        key = outbox.post(tx, Told(state), at=at)
        tx.get_one(OutboxMessage, key).state = state
    assert due(sessions, at + timedelta(days=1)) == []
    with sessions() as tx:
        assert [row.id for row in outbox.dead_letters(tx)] == ([key] if state == "dead" else [])


def test_what_another_only_looks_at_is_waited_for(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        key = outbox.post(tx, Told("held"), at=at)
        assert outbox.lock_messages(tx, [uuid4()]) == []
    found: list[OutboxMessage | None] = []

    def take() -> None:
        with sessions.begin() as tx:
            found.extend(outbox.lock_messages(tx, [key]))

    taker = threading.Thread(target=take)
    with sessions.begin() as looking:
        looking.get_one(OutboxMessage, key, with_for_update=True)
        taker.start()
        waiting = text("select count(*) from pg_locks where not granted")
        waited_for(lambda: looking.scalar(waiting) == 1)
    taker.join()
    assert [row is not None for row in found] == [True]


@pytest.mark.parametrize(("later", "rings"), [(0, 1), (60, 0)])
def test_the_bell_rings_for_what_is_due_and_only_after_the_commit(
    clean_database: str, sessions: Sessions, at: datetime, later: int, rings: int
) -> None:
    with connect(clean_database) as bell:
        bell.execute(f"LISTEN {BELL}")
        with sessions.begin() as tx:
            outbox.post(tx, Told("x"), at=at, due=at + timedelta(seconds=later))
            tx.flush()
            bell.execute("select 1")
            assert list(bell.notifies(timeout=0)) == []
        bell.execute("select 1")
        assert len(list(bell.notifies(timeout=0, stop_after=1))) == rings


def test_messages_posted_together_are_saved_by_one_statement_that_rings_once(
    clean_database: str, sessions: Sessions, at: datetime
) -> None:
    key, later = uuid4(), at + timedelta(hours=1)
    with connect(clean_database) as bell:
        bell.execute(f"LISTEN {BELL}")
        with sessions.begin() as tx:
            with outbox.together(tx):
                for words, when, name in (("one", at, None), ("two", at, key), ("timer", later, None), ("x", at, key)):
                    outbox.post(tx, Told(words), at=at, due=when, id=name)
                assert tx.scalar(text("select count(*) from outbox_message")) == 0
            outbox.post(tx, Told("three"), at=at)
        bell.execute("select 1")
        assert len(list(bell.notifies(timeout=0))) == 1
    assert sorted(due(sessions, at)) == ["one", "three", "two"]
    assert "timer" in due(sessions, later)


def test_nothing_is_saved_of_what_was_posted_together_when_it_fails(sessions: Sessions, at: datetime) -> None:
    def fail() -> None:
        with sessions.begin() as tx, outbox.together(tx):
            outbox.post(tx, Told("never"), at=at)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert due(sessions, at) == []


def test_after_an_outage_the_urgent_are_carried_before_what_has_piled_up(sessions: Sessions, at: datetime) -> None:
    with sessions.begin() as tx:
        for n in range(3):
            outbox.post(tx, Told(f"calm {n}"), at=at, due=at + timedelta(minutes=n))
        outbox.post(tx, Told("life"), at=at, due=at + timedelta(minutes=50), urgent=True)
    later = at + timedelta(hours=1)
    assert due(sessions, later) == ["life", "calm 0", "calm 1", "calm 2"]
    with sessions.begin() as tx:
        assert [m.body["words"] for m in tx.scalars(select(OutboxMessage).where(OutboxMessage.urgent))] == ["life"]
