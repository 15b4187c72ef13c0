"""Keeps what was written down as it was: each row signed when it is written, and all linked into one chain afterwards.

The signature is made in the row's own transaction and waits for nobody. The links are made over committed rows, a batch
at a time by one relay: so no request ever waits for another's commit to learn what came before it.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import CHAIN_KEY

LOCK = 120_000_122
AT_ONCE = 500
BEGINNING = ""
"""What the first row is linked to."""


class Chained:
    """A row that is only ever added: `mac` signs it, `n` and `digest` link it to the one before."""

    __tablename__: str
    SIGNED: ClassVar[tuple[str, ...]]
    """The columns that are signed, in this order for ever."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mac: Mapped[str | None] = mapped_column(String(64))
    n: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    digest: Mapped[str | None] = mapped_column(String(64))

    def content(self) -> str:
        """Write what is signed, in one way only."""
        return json.dumps([self.__tablename__, *(_plain(getattr(self, name)) for name in self.SIGNED)], sort_keys=True)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case UUID():
            return str(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value


class Head(NamedTuple):
    """Where a chain ends: the number and the digest of its last row."""

    n: int
    digest: str


NOTHING = Head(0, BEGINNING)


def add(tx: Session, row: Chained) -> None:
    """Sign a row and add it."""
    row.mac = _mac(tx, row.content())
    tx.add(row)


def _mac(tx: Session, words: str) -> str:
    key: bytes = tx.info.get(CHAIN_KEY, b"")
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()


def _linked(tx: Session, before: str, n: int, row: Chained) -> str:
    return _mac(tx, "\n".join((before, str(n), row.mac or "", row.content())))


def head(tx: Session, table: type[Chained]) -> Head:
    """Give the end of a chain; number 0 where it has not begun."""
    last = select(table.n, table.digest).where(table.n.is_not(None)).order_by(table.n.desc()).limit(1)
    found = tx.execute(last).one_or_none()
    return Head(found[0] or 0, found[1] or BEGINNING) if found else NOTHING


def link(tx: Session, table: type[Chained]) -> int:
    """Link the oldest committed rows that are not linked yet, and give how many; none while somebody else is at it."""
    if not tx.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
        return 0
    (n, digest), linked = head(tx, table), []
    for row in tx.scalars(select(table).where(table.n.is_(None)).order_by(table.id).limit(AT_ONCE)):
        n, digest = n + 1, _linked(tx, digest, n + 1, row)
        linked.append({"id": row.id, "n": n, "digest": digest})
    if linked:
        tx.execute(update(table), linked)
    return len(linked)


@dataclass(slots=True)
class Verdict:
    """What a look through a chain found."""

    table: str
    head: Head = NOTHING
    waiting: int = 0
    """Rows that are signed and not linked yet."""
    faults: list[str] = field(default_factory=list)


def is_ours(tx: Session, row: Chained) -> bool:
    """Tell whether a row is as it was signed, with our key."""
    return row.mac is not None and hmac.compare_digest(row.mac, _mac(tx, row.content()))


def verify(tx: Session, table: type[Chained], noted: Head | None = None, *, begin: Head = NOTHING) -> Verdict:
    """Look through a whole chain for rows that were altered, removed, inserted or moved.

    That the newest rows were removed together is found by a head that was `noted` elsewhere earlier. What is older than
    `begin` was destroyed on purpose.
    """
    found, signed = Verdict(table.__tablename__, begin), False
    kept = noted is None or noted.n < max(begin.n, 1) or noted == begin
    rows = tx.scalars(select(table).order_by(table.n.asc().nulls_last(), table.id).execution_options(yield_per=1000))
    for row in rows:
        found.faults += _faults(tx, row, found.head, signed=signed)
        signed = signed or row.mac is not None
        if row.n is None:
            found.waiting += 1
            continue
        found.head = Head(row.n, row.digest or BEGINNING)
        kept = kept or found.head == noted
        tx.expunge(row)
    if not kept and noted is not None:
        found.faults.append(f"{table.__tablename__} {noted.n}: it was there with another digest, or is gone")
    return found


def _faults(tx: Session, row: Chained, before: Head, *, signed: bool) -> Iterator[str]:
    name = f"{row.__tablename__} {row.n or 'not linked'} ({row.id})"
    if row.mac is None:
        # What was written before rows were signed stands at the beginning; later on nothing of ours comes unsigned.
        if signed:
            yield f"{name}: inserted, for it is not signed"
    elif not is_ours(tx, row):
        yield f"{name}: altered, or inserted by somebody without the key"
    if row.n is None:
        return
    if row.n != before.n + 1:
        gone = f"{before.n + 1} to {row.n - 1}" if row.n > before.n + 2 else f"{before.n + 1}"
        yield f"{row.__tablename__} {gone}: removed"
    elif row.digest != _linked(tx, before.digest, row.n, row):
        yield f"{name}: altered, or not what followed the one before"
