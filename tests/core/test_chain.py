"""What was written down stays as it was, or somebody sees that it did not."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core import audit, chain, db
from core.access_log import AccessEntry
from core.audit import AuditEntry
from core.chain import AT_ONCE, Head
from core.db import Sessions
from core.ids import new_id


@pytest.fixture
def keyed(sessions: Sessions) -> Sessions:
    """Sessions that sign with a key, as the product's do."""
    bind = sessions.kw["bind"]
    assert isinstance(bind, Engine)
    return db.sessions(bind, chain_key=b"a key")


@pytest.fixture
def written(keyed: Sessions, at: datetime) -> Sessions:
    """Six acts, linked."""
    act(keyed, at, 6)
    assert link(keyed) == 6
    return keyed


def act(sessions: Sessions, at: datetime, times: int = 1, **more: Any) -> None:
    for n in range(times):
        with sessions.begin() as tx:
            audit.record(tx, uuid4(), "case.move", ("case", n), at=at + timedelta(seconds=n), reason="이사 🙂", **more)


def link(sessions: Sessions) -> int:
    with sessions.begin() as tx:
        return chain.link(tx, AuditEntry)


def verify(sessions: Sessions, noted: Head | None = None) -> chain.Verdict:
    with sessions() as tx:
        return chain.verify(tx, AuditEntry, noted)


def tamper(sessions: Sessions, statement: str, **values: object) -> None:
    with sessions.begin() as tx:
        assert tx.connection().execute(text(statement), values).rowcount > 0


def test_an_untouched_chain_has_no_fault_and_ends_where_it_ends(written: Sessions, at: datetime) -> None:
    act(written, at + timedelta(minutes=1))
    found = verify(written)
    assert (found.faults, found.head.n, found.waiting) == ([], 6, 1)
    assert verify(written, found.head).faults == []
    assert link(written) == 1
    assert verify(written, found.head).faults == [], "a noted head stays in the chain"


ALTERED = {
    "another time": "update audit_entry set at = at + interval '1 second' where n = 3",
    "another person": "update audit_entry set actor_id = gen_random_uuid() where n = 3",
    "another act": "update audit_entry set action = 'case.read' where n = 3",
    "another thing": "update audit_entry set object_id = '7' where n = 3",
    "another reason": "update audit_entry set reason = 'none' where n = 3",
    "no reason": "update audit_entry set reason = null where n = 3",
    "another detail": 'update audit_entry set detail = \'{"before": "open"}\' where n = 3',
    "another signature": "update audit_entry set mac = repeat('0', 64) where n = 3",
    "no signature": "update audit_entry set mac = null where n = 3",
    "another link": "update audit_entry set digest = repeat('0', 64) where n = 3",
}


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_row_is_found(written: Sessions, what: str) -> None:
    tamper(written, ALTERED[what])
    faults = verify(written).faults
    assert faults
    assert faults[0].startswith("audit_entry 3 ")


def test_a_removed_row_is_found_also_when_those_after_it_are_numbered_anew(written: Sessions) -> None:
    tamper(written, "delete from audit_entry where n = 3")
    assert verify(written).faults == ["audit_entry 3: removed"]
    tamper(written, "update audit_entry set n = -n where n > 3")
    tamper(written, "update audit_entry set n = -n - 1 where n < 0")
    assert verify(written).faults[0].startswith("audit_entry 3 ")


def test_several_removed_rows_and_the_first_are_found(written: Sessions) -> None:
    tamper(written, "delete from audit_entry where n in (1, 3, 4, 5)")
    assert verify(written).faults == ["audit_entry 1: removed", "audit_entry 3 to 5: removed"]


def test_the_newest_rows_removed_together_are_found_by_a_head_that_was_noted(written: Sessions) -> None:
    noted = verify(written).head
    tamper(written, "delete from audit_entry where n > 4")
    assert verify(written).faults == []
    assert len(verify(written, noted).faults) == 1


COPY = (
    "insert into audit_entry select gen_random_uuid(), at, actor_id, action, object_kind, object_id, reason, detail, {}"
    " from audit_entry where n = 3"
)


@pytest.mark.parametrize("last", ["mac, null, null", "null, null, null", "repeat('0', 64), null, null"])
def test_an_inserted_row_is_found_before_it_is_linked_and_after(written: Sessions, last: str) -> None:
    tamper(written, COPY.format(last))
    assert "inserted" in verify(written).faults[0]
    assert link(written) == 1
    assert "inserted" in verify(written).faults[0]


def test_a_row_that_was_copied_whole_cannot_take_a_place_in_the_chain(written: Sessions) -> None:
    tamper(written, "update audit_entry set n = n + 1 where n = 6")
    tamper(written, COPY.format("mac, 6, digest"))
    assert len(verify(written).faults) >= 2


def test_whoever_has_not_the_key_cannot_write_the_chain_anew(written: Sessions, sessions: Sessions) -> None:
    tamper(written, "update audit_entry set action = 'nothing' where n = 2")
    tamper(written, "update audit_entry set n = null, digest = null")
    assert link(sessions) == 6, "with another key"
    assert len(verify(written).faults) >= 6


def test_what_was_written_before_rows_were_signed_stands_at_the_beginning_only(keyed: Sessions, at: datetime) -> None:
    act(keyed, at, 2)
    tamper(keyed, "update audit_entry set mac = null")
    assert verify(keyed).faults == []
    act(keyed, at + timedelta(minutes=1))
    assert link(keyed) == 3
    assert verify(keyed).faults == []
    tamper(keyed, "update audit_entry set mac = null where n = 3")
    assert verify(keyed).faults != []


def test_a_row_that_commits_late_is_linked_late_and_holds_up_nobody(keyed: Sessions, at: datetime) -> None:
    with keyed() as late:
        audit.record(late, None, "case.move", ("case", 1), at=at)
        late.flush()
        act(keyed, at + timedelta(seconds=1), 2)
        assert link(keyed) == 2, "nobody waits for who has not committed"
        late.commit()
    assert link(keyed) == 1
    found = verify(keyed)
    assert (found.faults, found.head.n) == ([], 3)


def test_relays_that_link_at_once_make_one_chain_while_people_go_on_writing(keyed: Sessions, at: datetime) -> None:
    start = threading.Barrier(4)

    def writer() -> None:
        start.wait()
        act(keyed, at, 20)

    def linker() -> None:
        start.wait()
        for _ in range(20):
            link(keyed)

    threads = [threading.Thread(target=each) for each in (writer, writer, linker, linker)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    link(keyed)
    found = verify(keyed)
    assert (found.faults, found.head.n, found.waiting) == ([], 40, 0)


def test_a_long_absence_is_made_good_batch_by_batch(keyed: Sessions, at: datetime) -> None:
    with keyed.begin() as tx:
        for n in range(AT_ONCE + 1):
            audit.record(tx, None, "touched", ("case", n), at=at)
    assert [link(keyed), link(keyed), link(keyed)] == [AT_ONCE, 1, 0]
    assert verify(keyed).faults == []


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
DETAIL = st.dictionaries(
    WORDS,
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    max_size=4,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=DETAIL)
def test_whatever_was_told_is_signed_as_the_database_gives_it_back(
    keyed: Sessions, at: datetime, detail: dict[str, Any]
) -> None:
    with keyed() as tx:
        entry = AuditEntry(id=new_id(at), at=at, action="told", object_kind="case", object_id="1", detail=detail)
        chain.add(tx, entry)
        tx.flush()
        tx.expire(entry)
        assert chain.verify(tx, AuditEntry).faults == []


def test_the_two_logs_have_a_chain_each(keyed: Sessions, at: datetime) -> None:
    act(keyed, at)
    with keyed.begin() as tx:
        look(tx, at)
        assert (chain.link(tx, AccessEntry), chain.link(tx, AuditEntry)) == (1, 1)
    with keyed() as tx:
        assert chain.head(tx, AccessEntry).n == chain.head(tx, AuditEntry).n == 1
        assert chain.head(tx, AccessEntry) != chain.head(tx, AuditEntry)


def look(tx: Session, at: datetime) -> None:
    entry = AccessEntry(id=new_id(at), at=at, actor_id=uuid4(), source="10.0.0.7", action="read", object_kind="case")
    entry.object_ids, entry.person_ids = [uuid4(), uuid4()], []
    chain.add(tx, entry)
    tx.flush()


LOOKED: dict[str, Callable[[], str]] = {
    "whose": lambda: f"object_ids = array['{uuid4()}'::uuid]",
    "nobody's": lambda: "person_ids = person_ids || actor_id",
    "from elsewhere": lambda: "source = '10.0.0.8'",
}


@pytest.mark.parametrize("what", LOOKED)
def test_an_altered_look_is_found(keyed: Sessions, at: datetime, what: str) -> None:
    with keyed.begin() as tx:
        look(tx, at)
        chain.link(tx, AccessEntry)
    tamper(keyed, f"update access_entry set {LOOKED[what]()}")
    with keyed() as tx:
        assert chain.verify(tx, AccessEntry).faults != []
