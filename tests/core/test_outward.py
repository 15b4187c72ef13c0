"""What is asked of the outside is written down before it is asked, and what came of it afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import audit
from core.audit import AuditEntry
from core.db import Sessions
from core.delivery import Handlers, Outward, deliver
from tests.core.test_delivery import LEASED, Clock, Told, post, row


@pytest.fixture
def clock(at: datetime) -> Clock:
    return Clock(at)


def acts(sessions: Sessions) -> list[str]:
    with sessions() as tx:
        return list(tx.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def note(tx: Session, words: str, at: datetime) -> None:
    audit.record(tx, None, words, ("told", 1), at=at)


def asking(send: Callable[[str], Any], *, hears_failure: bool = True, record: Any = None) -> Outward:
    """An outside call whose every phase leaves a line."""

    def prepare(tx: Session, _: Told, at: datetime) -> str:
        note(tx, "attempted", at)
        return "please"

    def recorded(tx: Session, _: Told, reply: str, at: datetime) -> None:
        note(tx, reply, at)

    def failed(tx: Session, _: Told, error: Exception, at: datetime) -> None:
        note(tx, f"failed: {error}", at)

    return Outward(prepare, send, record or recorded, failed if hears_failure else None)


def test_the_attempt_is_committed_before_the_outside_hears_of_it(sessions: Sessions, clock: Clock) -> None:
    seen: list[list[str]] = []

    def send(_: str) -> str:
        seen.append(acts(sessions))
        return "thanks"

    assert deliver(sessions, {Told: asking(send)}, post(sessions, clock), clock) == "done"
    assert seen == [["attempted"]]
    assert sorted(acts(sessions)) == ["attempted", "thanks"]


def test_no_transaction_is_open_during_the_outside_call(sessions: Sessions, clock: Clock) -> None:
    open_ones: list[object] = []

    def send(_: str) -> str:
        idle = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'"
        with sessions() as tx:
            open_ones.append(tx.scalar(text(idle)))
        return "thanks"

    deliver(sessions, {Told: asking(send)}, post(sessions, clock), clock)
    assert open_ones == [0]


@pytest.mark.parametrize("hears_failure", [True, False])
def test_an_outside_call_that_fails_is_told_and_tried_again(
    sessions: Sessions, clock: Clock, *, hears_failure: bool
) -> None:
    replies: Iterator[TimeoutError | str] = iter([TimeoutError("nobody there"), "thanks"])

    def send(_: str) -> str:
        reply = next(replies)
        if isinstance(reply, Exception):
            raise reply
        return reply

    key = post(sessions, clock)
    handlers: Handlers = {Told: asking(send, hears_failure=hears_failure)}
    assert deliver(sessions, handlers, key, clock) == "retry"
    told = ["failed: nobody there"] if hears_failure else []
    assert sorted(acts(sessions)) == ["attempted", *told]
    assert row(sessions, key).error == "TimeoutError: nobody there"
    clock.forward(LEASED)
    assert deliver(sessions, handlers, key, clock) == "done"
    assert sorted(acts(sessions)) == ["attempted", "attempted", *told, "thanks"]


def test_what_is_not_needed_any_more_is_not_asked(sessions: Sessions, clock: Clock) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the outside was asked")

    key = post(sessions, clock)
    assert deliver(sessions, {Told: Outward(lambda *_: None, never, never)}, key, clock) == "done"
    assert row(sessions, key).state == "done"


def test_while_one_asks_another_does_not(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)
    others: list[str] = []

    def send(_: str) -> str:
        others.append(deliver(sessions, {Told: asking(lambda _: "again")}, key, clock))
        return "thanks"

    deliver(sessions, {Told: asking(send)}, key, clock)
    assert others == ["taken"]
    assert sorted(acts(sessions)) == ["attempted", "thanks"]


def test_an_answer_that_cannot_be_written_down_is_asked_for_again(sessions: Sessions, clock: Clock) -> None:
    def stumble(*_: object) -> None:
        raise ValueError("out of ink")

    key = post(sessions, clock)
    assert deliver(sessions, {Told: asking(lambda _: "thanks", record=stumble)}, key, clock) == "retry"
    clock.forward(LEASED)
    assert deliver(sessions, {Told: asking(lambda _: "thanks")}, key, clock) == "done"


def test_an_answer_that_comes_after_the_lease_is_written_down_all_the_same(sessions: Sessions, clock: Clock) -> None:
    key = post(sessions, clock)

    def send(_: str) -> str:
        clock.forward(LEASED)
        deliver(sessions, {Told: asking(lambda _: "thanks to the other")}, key, clock)
        return "thanks"

    assert deliver(sessions, {Told: asking(send)}, key, clock) == "done"
    assert sorted(acts(sessions)) == ["attempted", "attempted", "thanks", "thanks to the other"]
    assert row(sessions, key).state == "done"
