"""Who takes a message and dies gives it up: the next one rung may have it, and the dead one's work does not count."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import db, delivery, outbox
from core.messages import Message


@dataclass(frozen=True, slots=True)
class Promised(Message):
    """Something was promised."""

    to: str


def test_a_lease_that_ran_out_is_given_to_whoever_is_rung_next(sessions: db.Sessions, at: datetime) -> None:
    done: list[str] = []

    def keep(_: Session, message: Promised, __: datetime) -> None:
        done.append(message.to)

    with sessions.begin() as tx:
        key = outbox.post(tx, Promised("a caller"), at=at)
        assert [rung.id for rung in outbox.due_now(tx, lane="work", at=at)] == [key]
    with sessions.begin() as tx:
        # A worker takes it, and is killed.
        row = tx.get_one(outbox.OutboxMessage, key)
        row.state, row.attempts, row.quiet_until = "leased", 1, at + outbox.LEASE
    early, late = at + outbox.LEASE / 2, at + outbox.LEASE + timedelta(milliseconds=1)
    assert delivery.deliver(sessions, {Promised: keep}, key, lambda: early) == "taken"
    with sessions.begin() as tx:
        assert outbox.due_now(tx, lane="work", at=early) == []
        assert [rung.id for rung in outbox.due_now(tx, lane="work", at=late)] == [key]
    assert delivery.deliver(sessions, {Promised: keep}, key, lambda: late) == "done"
    assert done == ["a caller"]
