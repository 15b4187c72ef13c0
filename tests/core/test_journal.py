"""Facts are kept once, together, and before anybody is answered; trouble with one is nobody else's."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.journal import OUTBOX_COLUMNS, Fact, Journal, Unkeepable, Unkept
from core.outbox import BELL
from tests.services import connect

SIDES = {"outbox_message": OUTBOX_COLUMNS}
AT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@asynccontextmanager
async def opened(url: str, **more: Any) -> AsyncIterator[Journal]:
    journal = Journal(url, SIDES, **more)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def fact(source: str, key: str = "1", *, messages: int = 0, **row: Any) -> Fact:
    """Make a fact whose messages have ids of their own each time, so that one written twice would be seen."""
    one = {"kind": "Told", "body": {}, "lane": "work", "due": AT, "posted_at": AT}
    return Fact(source, key, AT, {"n": 1}, {"outbox_message": [{**one, "id": uuid4(), **row} for _ in range(messages)]})


def count(url: str, what: str, source: str) -> int:
    with connect(url) as connection:
        row = connection.execute(f"select count(*) from {what}", {"source": source}).fetchone()
        assert row is not None
        return int(str(row[0]))


FACTS = "journal where source = %(source)s"
MESSAGES = "outbox_message where kind = %(source)s"


async def every(*waits: Coroutine[Any, Any, bool]) -> list[bool | BaseException]:
    return await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), 20)


@settings(max_examples=20, deadline=None)
@given(
    bursts=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=12), max_size=3),
    lanes=st.integers(1, 3),
)
def test_whatever_comes_however_often_and_together_is_kept_once(
    database_url: str, bursts: list[list[tuple[str, int]]], lanes: int
) -> None:
    source = uuid4().hex
    wanted = {key for burst in bursts for key in burst}

    async def scene() -> list[tuple[tuple[str, int], bool]]:
        told: list[tuple[tuple[str, int], bool]] = []
        async with opened(database_url, lanes=lanes) as journal:
            for burst in bursts:
                facts = [fact(source, f"{key}", messages=key[1], kind=source) for key in burst]
                told += zip(burst, await asyncio.gather(*map(journal.keep, facts)), strict=True)
        return told

    new = [key for key, first in asyncio.run(scene()) if first]
    assert sorted(new) == sorted(wanted), "each is new exactly once"
    assert count(database_url, FACTS, source) == len(wanted)
    assert count(database_url, MESSAGES, source) == sum(n for _, n in wanted)


def test_a_fact_is_committed_when_its_keeper_is_told(clean_database: str) -> None:
    async def scene() -> int:
        async with opened(clean_database) as journal:
            assert await journal.keep(fact("a", messages=1))
            return await asyncio.to_thread(count, clean_database, FACTS, "a")

    assert asyncio.run(scene()) == 1


def test_many_facts_share_few_commits(clean_database: str) -> None:
    async def scene() -> None:
        async with opened(clean_database) as journal:
            assert await every(*(journal.keep(fact("many", str(n))) for n in range(1000))) == [True] * 1000

    asyncio.run(scene())
    assert count(clean_database, f"(select distinct xmin::text from {FACTS}) as commits", "many") <= 4


def test_two_processes_that_hear_the_same_keep_it_once(clean_database: str) -> None:
    async def scene() -> list[bool | BaseException]:
        async with opened(clean_database) as one, opened(clean_database) as other:
            return await every(*(journal.keep(fact("a", messages=1, kind="a")) for journal in (one, other)))

    assert sorted(map(bool, asyncio.run(scene()))) == [False, True]
    assert (count(clean_database, FACTS, "a"), count(clean_database, MESSAGES, "a")) == (1, 1)


REFUSED = {
    "a key too long": lambda: fact("bad", "x" * 161),
    "a source too long": lambda: fact("s" * 65),
    "a NUL character": lambda: Fact("bad", "nul", AT, {"name": "a\0b"}),
    "a NUL character in a message": lambda: fact("bad", messages=1, body={"a": "\0"}),
    "an id that is none": lambda: fact("bad", messages=1, id="no uuid"),
    "a missing value": lambda: fact("bad", messages=1, kind=None),
    "a value JSON does not know": lambda: Fact("bad", "object", AT, {"n": object()}),
    "half a character": lambda: Fact("bad", "surrogate", AT, {"n": "\ud800"}),
    "a moment that is none": lambda: fact("bad", messages=1, due="yesterday, perhaps"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_value_the_database_refuses_takes_no_neighbor_down(clean_database: str, what: str) -> None:
    async def scene() -> list[bool | BaseException]:
        async with opened(clean_database, lanes=1) as journal:
            good = [journal.keep(fact("good", str(n), messages=1)) for n in range(4)]
            told = await every(*good[:2], journal.keep(REFUSED[what]()), *good[2:])
            assert await journal.keep(fact("later")), "the lane lives on"
            return told

    told = asyncio.run(scene())
    assert [told[n] for n in (0, 1, 3, 4)] == [True] * 4
    if what == "a NUL character" and told[2] is True:
        pytest.fail("PostgreSQL kept what it cannot read back")
    assert isinstance(told[2], Unkeepable)
    assert count(clean_database, FACTS, "bad") == 0, "nothing of it is half-written"


def test_a_lost_connection_is_made_anew(clean_database: str) -> None:
    async def scene() -> None:
        async with opened(clean_database, lanes=1) as journal:
            assert await journal.keep(fact("before"))
            await asyncio.to_thread(hang_up_on_everybody, clean_database)
            told = await every(*(journal.keep(fact("after", str(n))) for n in range(3)))
            assert told == [True] * 3 or all(isinstance(one, Unkept) for one in told)
            assert await journal.keep(fact("again"))

    asyncio.run(scene())
    assert count(clean_database, FACTS, "again") == 1


def hang_up_on_everybody(url: str) -> None:
    others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    with connect(url) as connection:
        connection.execute(f"select pg_terminate_backend(pid) {others}")


def test_without_a_database_everybody_is_told_at_once() -> None:
    async def scene() -> list[bool | BaseException]:
        async with opened("postgresql://nobody@127.0.0.1:9/none") as journal:
            return await every(*(journal.keep(fact("a", str(n))) for n in range(5)))

    assert [type(one) for one in asyncio.run(scene())] == [Unkept] * 5


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Hold the journal's table: every commit waits."""
    plain = url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(plain) as connection:
        await connection.execute("lock table journal in access exclusive mode")
        yield connection
        await connection.rollback()


def test_a_slow_database_is_waited_for_no_longer_than_promised(clean_database: str) -> None:
    async def scene() -> None:
        async with opened(clean_database, lanes=1, timeout=0.2) as journal:
            async with locked(clean_database):
                with pytest.raises(Unkept):
                    await asyncio.wait_for(journal.keep(fact("slow")), 5)
            assert await journal.keep(fact("later"))

    asyncio.run(scene())


def test_closing_leaves_nobody_waiting(clean_database: str) -> None:
    async def scene() -> list[bool | BaseException]:
        journal = Journal(clean_database, SIDES, lanes=1)
        await journal.open()
        async with locked(clean_database):
            in_flight = asyncio.create_task(journal.keep(fact("flying")))
            await until_somebody_waits_for_the_lock(clean_database)
            in_line = [asyncio.create_task(journal.keep(fact("standing", str(n % 2)))) for n in range(3)]
            await asyncio.sleep(0)
            await asyncio.wait_for(journal.close(), 5)
            told = await asyncio.wait_for(asyncio.gather(in_flight, *in_line, return_exceptions=True), 5)
        with pytest.raises(Unkept):
            await journal.keep(fact("too late"))
        return told

    assert [type(one) for one in asyncio.run(scene())] == [Unkept] * 4
    assert count(clean_database, FACTS, "standing") == 0


async def until_somebody_waits_for_the_lock(url: str) -> None:
    waiting = "pg_locks where not granted and relation = 'journal'::regclass and %(source)s = ''"
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(count, url, waiting, ""):
            continue


def test_who_gives_up_waiting_takes_neither_the_fact_nor_the_repeat_with_them(clean_database: str) -> None:
    async def scene() -> bool:
        async with opened(clean_database, lanes=1) as journal:
            async with locked(clean_database):
                ahead = asyncio.create_task(journal.keep(fact("ahead")))
                await until_somebody_waits_for_the_lock(clean_database)
                first, repeat = (asyncio.create_task(journal.keep(fact("same"))) for _ in range(2))
                await asyncio.sleep(0)
                first.cancel()
            await ahead
            return await asyncio.wait_for(repeat, 5)

    assert asyncio.run(scene()) is False
    assert count(clean_database, FACTS, "same") == 1


@pytest.mark.parametrize(("messages", "rings"), [(1, 1), (0, 0)])
def test_a_message_rings_the_bell_and_a_bare_fact_does_not(clean_database: str, messages: int, rings: int) -> None:
    async def scene() -> None:
        async with opened(clean_database) as journal:
            await journal.keep(fact("a", messages=messages))

    with connect(clean_database) as bell:
        bell.execute(f"LISTEN {BELL}")
        asyncio.run(scene())
        bell.execute("select 1")
        assert len(list(bell.notifies(timeout=0, stop_after=1))) == rings
