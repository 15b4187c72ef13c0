"""Looks through the chains of the audit and of the access log, and says what was tampered with."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from app.world import World
from core import chain, expiry
from core.access_log import AccessEntry
from core.audit import AuditEntry
from core.chain import Chained, Head, Verdict

TABLES = (AuditEntry, AccessEntry)
MOST_FAULTS = 50
"""One row that is gone is one line; a chain that somebody wrote anew would be as many as it has rows."""


def read_heads(noted: list[str]) -> dict[str, Head]:
    """Read heads as `verify` prints them (`audit_entry:120:7f...`); raises ValueError for what is none."""
    heads = {}
    for words in noted:
        table, number, digest = words.split(":")
        if table not in {each.__tablename__ for each in TABLES}:
            raise ValueError(words)
        heads[table] = Head(int(number), digest)
    return heads


def verified(world: World, noted: Mapping[str, Head]) -> list[Verdict]:
    """Look through every chain as it stands now."""
    with world.sessions() as tx:
        return [_verified(tx, table, noted.get(table.__tablename__)) for table in TABLES]


def _verified(tx: Session, table: type[Chained], noted: Head | None) -> Verdict:
    return chain.verify(tx, table, noted, begin=expiry.beginning(tx, table))


def lines(verdicts: list[Verdict]) -> Iterator[str]:
    """Say it in words: each fault, then each chain's head to note elsewhere."""
    for verdict in verdicts:
        yield from verdict.faults[:MOST_FAULTS]
        if more := len(verdict.faults[MOST_FAULTS:]):
            yield f"{verdict.table}: and {more} more"
    for verdict in verdicts:
        state = f"{len(verdict.faults)} faults" if verdict.faults else "as it was written"
        head = f"{verdict.table}:{verdict.head.n}:{verdict.head.digest}"
        yield f"{head} {state}, {verdict.waiting} not linked yet"
