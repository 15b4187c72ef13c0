"""The oldest part of a chain goes by its time, what is left is proven whole, and nobody else can do the same."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from core import audit, chain, expiry
from core.access_log import AccessEntry
from core.audit import AuditEntry
from core.chain import Chained, Head, Verdict
from core.db import Sessions
from tests.core.test_chain import keyed, look, tamper

assert keyed
LATER = timedelta(days=1000)


@pytest.fixture
def looked(keyed: Sessions, at: datetime) -> Sessions:
    """Six looks, a day apart, linked."""
    with keyed.begin() as tx:
        for n in range(6):
            look(tx, at + timedelta(days=n))
        chain.link(tx, AccessEntry)
    return keyed


def destroy(sessions: Sessions, table: type[Chained], before: datetime, *, most: int = 100) -> int:
    """Destroy what is past its time, and link what was written down about it."""
    with sessions.begin() as tx:
        end = expiry.past(tx, table, before, most=most)
        number = expiry.destroy(tx, table, end, at=before + LATER) if end else 0
    with sessions.begin() as tx:
        chain.link(tx, AuditEntry)
    return number


def verify(sessions: Sessions, table: type[Chained], noted: Head | None = None) -> Verdict:
    with sessions() as tx:
        return chain.verify(tx, table, noted, begin=expiry.beginning(tx, table))


def test_what_is_left_of_a_chain_is_proven_whole_and_grows_on(looked: Sessions, at: datetime) -> None:
    old, whole = Head(1, "0" * 64), verify(looked, AccessEntry).head
    assert destroy(looked, AccessEntry, at + timedelta(days=3)) == 3
    assert destroy(looked, AccessEntry, at + timedelta(days=3)) == 0, "the same once more"
    with looked.begin() as tx:
        look(tx, at + timedelta(days=7))
        assert chain.link(tx, AccessEntry) == 1
    found = verify(looked, AccessEntry, whole)
    assert (found.faults, found.head.n) == ([], 7)
    assert verify(looked, AccessEntry, old).faults == [], "a noted head from before is gone on purpose"
    assert verify(looked, AuditEntry).faults == []


def test_the_newest_row_stays_however_old_it_is_and_no_more_than_a_batch_goes(looked: Sessions, at: datetime) -> None:
    assert destroy(looked, AccessEntry, at + LATER, most=2) == 2
    assert destroy(looked, AccessEntry, at + LATER) == 3
    assert destroy(looked, AccessEntry, at + LATER) == 0
    found = verify(looked, AccessEntry)
    assert (found.faults, found.head.n) == ([], 6)


@pytest.mark.parametrize(
    "forged",
    [
        "delete from access_entry where n = 4",
        "delete from access_entry where n = 5",
        "update access_entry set digest = repeat('0', 64) where n = 4",
        "delete from audit_entry",
        "update audit_entry set object_id = '2'",
        "update audit_entry set detail = jsonb_set(detail, '{digest}', '\"0\"')",
    ],
)
def test_whoever_destroys_more_or_moves_the_beginning_is_found(looked: Sessions, at: datetime, forged: str) -> None:
    destroy(looked, AccessEntry, at + timedelta(days=3))
    tamper(looked, forged)
    assert verify(looked, AccessEntry).faults


def test_a_beginning_without_the_key_counts_for_nothing(looked: Sessions, sessions: Sessions, at: datetime) -> None:
    assert destroy(sessions, AccessEntry, at + timedelta(days=3)) == 3
    assert "access_entry 1 to 3: removed" in verify(looked, AccessEntry).faults
    assert verify(looked, AuditEntry).faults


def test_the_audit_keeps_what_tells_where_chains_begin(looked: Sessions, at: datetime) -> None:
    with looked.begin() as tx:
        for n in range(4):
            audit.record(tx, uuid4(), "case.move", ("case", n), at=at + timedelta(days=n))
        chain.link(tx, AuditEntry)
    destroy(looked, AccessEntry, at + timedelta(days=3))
    for years in range(1, 4):
        destroy(looked, AuditEntry, at + years * 2 * LATER)
        assert verify(looked, AuditEntry).faults == verify(looked, AccessEntry).faults == []
    with looked() as tx:
        assert tx.scalar(text("select count(*) from audit_entry where action = 'case.move'")) == 0


def test_what_is_not_linked_yet_stays(keyed: Sessions, at: datetime) -> None:
    with keyed.begin() as tx:
        look(tx, at)
    assert destroy(keyed, AccessEntry, at + LATER) == 0
    assert verify(keyed, AccessEntry).waiting == 1
