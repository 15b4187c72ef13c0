"""Facts written before the reply: the rows of all webhooks in flight share one commit, and a repeat changes nothing.

A fact is keyed by (source, key). Rows that hang on it (a contact, a queue entry, a message) are written only if
the fact is new, in the same statement; so whatever comes twice happens once.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from sqlalchemy import JSON, BigInteger, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, libpq_url
from core.outbox import BELL, OutboxMessage

Columns = Mapping[str, str]
"""Column name to PostgreSQL type, of the rows that may hang on a fact."""

OUTBOX = OutboxMessage.__tablename__
OUTBOX_COLUMNS: Columns = {
    "id": "uuid", "kind": "text", "body": "jsonb", "lane": "text", "due": "timestamptz", "posted_at": "timestamptz",
}  # fmt: skip


_FACTS = """fact as (
    insert into journal (source, key, at, heard)
    select source, key, at, heard
    from json_to_recordset($1::json) as r(source text, key text, at timestamptz, heard json)
    order by source, key on conflict do nothing returning source, key
)"""
_LARGEST_BATCH = 400
_APART = "\x1f"
"""Stands between source and key where both are one text; no source holds it."""


class JournalFact(Base):
    """One fact of one call, in the order of `n`: what was heard from the provider, enough to work it out again."""

    __tablename__ = "journal"

    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    at: Mapped[datetime] = mapped_column(Moment)
    heard: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact to keep, and the rows that hang on it by table name; values are JSON-ready."""

    source: str
    key: str
    at: datetime
    heard: Mapping[str, Any]
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


_Batch = dict[tuple[str, str], tuple[Fact, list["asyncio.Future[bool]"]]]
"""Facts by their key, each with everybody who waits for it, the first of whom brought it."""


class Unkept(Exception):
    """The database is away, too slow, or refuses the fact."""


class Unkeepable(Unkept):
    """The database is there, and refuses this very fact: trying again is no use."""


_REFUSALS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, TypeError)
"""What one bad value gives: PostgreSQL's own words, or the JSON writer's TypeError."""


def statement(sides: Mapping[str, Columns]) -> str:
    """Write the one statement that keeps a batch: $1 the facts, then one JSON array for each of these side tables."""
    parts = [_FACTS]
    for n, (table, columns) in enumerate(sides.items(), start=2):
        names = ", ".join(columns)
        types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        parts.append(
            f"side{n} as (insert into {table} ({names}) select {names} from json_to_recordset(${n}::json)"  # noqa: S608
            f" as r(source text, key text, {types}) join fact using (source, key) on conflict do nothing)"
        )
    rung = f", pg_notify('{BELL}', '')" if OUTBOX in sides else ""
    return f"with {', '.join(parts)} select array(select source || '{_APART}' || key from fact){rung}"  # noqa: S608


class Journal:
    """Keeps facts for many requests at once; `keep` returns when the fact is committed.

    A batch with a message for the outbox in it rings the bell.
    """

    def __init__(self, url: str, sides: Mapping[str, Columns], *, lanes: int = 1, timeout: float = 4.0) -> None:
        """Name the database and the side tables; `lanes` commits are in flight at most, each `timeout` s at most.

        One lane is the fastest: what comes while it commits is the next batch, and larger batches cost less each.
        """
        self._url, self._sides, self._lanes, self._timeout = libpq_url(url), dict(sides), lanes, timeout
        self._statements: dict[tuple[str, ...], str] = {}
        self._waiting: _Batch = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Start the lanes; a database that is away is tried again at every batch."""
        self._tasks = [asyncio.create_task(self._lane()) for _ in range(self._lanes)]

    async def close(self) -> None:
        """Stop the lanes; whatever is not committed by now is Unkept, and so is whatever comes later."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        _fail(self._waiting, Unkept("The journal was closed."))
        self._waiting.clear()
        # One round of the loop, in which the closed connections let go of their sockets.
        await asyncio.sleep(0)

    async def keep(self, fact: Fact) -> bool:
        """Commit a fact and its rows, True if it was new; raises Unkept when the database is away or refuses it."""
        if not self._tasks:
            raise Unkept("The journal is closed.")
        key = (fact.source, fact.key)
        # Everybody waits for a future of their own: who gives up takes neither the fact nor a repeat's answer away.
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        known = self._waiting.get(key)
        if known is not None:
            known[1].append(future)
        else:
            self._waiting[key] = (fact, [future])
            self._wake.set()
        return await future

    async def _lane(self) -> None:
        connection: asyncpg.Connection | None = None
        try:
            while True:
                await self._wake.wait()
                # The other lane may have taken everything that both were woken for.
                if batch := self._take():
                    connection = await self._carry(connection, batch)
        finally:
            if connection is not None:
                connection.terminate()

    async def _carry(self, connection: asyncpg.Connection | None, batch: "_Batch") -> asyncpg.Connection | None:
        try:
            if connection is None or connection.is_closed():
                connection = await asyncpg.connect(self._url, timeout=self._timeout, command_timeout=self._timeout)
            await self._commit(connection, batch)
        except BaseException as error:
            # Whatever it is, nobody waits for ever, and the lane lives on; a cancellation is the journal's own end.
            _fail(batch, Unkept(f"{type(error).__name__}: {error}"))
            if connection is not None:
                connection.terminate()
            if not isinstance(error, Exception):
                raise
            return None
        return connection

    def _take(self) -> "_Batch":
        first = dict(itertools.islice(self._waiting.items(), _LARGEST_BATCH))
        for key in first:
            del self._waiting[key]
        if not self._waiting:
            self._wake.clear()
        return first

    async def _commit(self, connection: asyncpg.Connection, batch: "_Batch") -> None:
        try:
            new = await self._insert(connection, [fact for fact, _ in batch.values()])
        except _REFUSALS as error:
            # One unreadable value must not take its neighbors down with it.
            for key, entry in batch.items() if len(batch) > 1 else ():
                await self._commit(connection, {key: entry})
            _fail(batch, Unkeepable(f"The database refused a value: {error}"))
            return
        for key, (_, futures) in batch.items():
            is_new = _APART.join(key) in new
            for future in futures:
                if not future.done():
                    future.set_result(is_new)
                is_new = False

    async def _insert(self, connection: asyncpg.Connection, facts: Sequence[Fact]) -> set[str]:
        heads = [{"source": f.source, "key": f.key, "at": f.at, "heard": f.heard} for f in facts]
        rows = _rows(facts)
        sides = {table: orjson.dumps(rows[table]).decode() for table in self._sides if table in rows}
        new = await connection.fetchval(self._for(tuple(sides)), orjson.dumps(heads).decode(), *sides.values())
        return set(new)

    def _for(self, tables: tuple[str, ...]) -> str:
        # Tables that nothing of a batch goes into are not named: each would cost the database a join all the same.
        if tables not in self._statements:
            self._statements[tables] = statement({table: self._sides[table] for table in tables})
        return self._statements[tables]


def _rows(facts: Sequence[Fact]) -> dict[str, list[dict[str, Any]]]:
    """Gather the rows that hang on facts, by table, each with the fact it hangs on."""
    gathered: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        for table, rows in fact.rows.items():
            gathered.setdefault(table, []).extend({"source": fact.source, "key": fact.key, **row} for row in rows)
    return {table: rows for table, rows in gathered.items() if rows}


def _fail(batch: "_Batch", error: Exception) -> None:
    for _, futures in batch.values():
        for future in futures:
            if not future.done():
                future.set_exception(error)
