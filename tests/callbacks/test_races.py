"""Two at once about one call-back: one wins, nobody is rung for nothing, and nobody stands in the line twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from uuid import UUID

import httpx
import pytest
from sqlalchemy import ColumnElement, select, text

from app.handlers import handlers
from casework.queries.contacts import lock_contact
from core import delivery
from core.outbox import OPEN, OutboxMessage
from ivr.callbacks.messages import CallbackClosing, CallbackDue, DialCheckDue, PersonToCall
from ivr.messages import CallOver, PersonDeclined, PersonReached
from ivr.record import contact_of
from tests.callbacks.conftest import NUMBER, Office
from tests.house import waited_for


def at_once(*acts: Callable[[], object]) -> list[object]:
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        together.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def seated(office: Office, login: str = "hana") -> tuple[httpx.Client, str]:
    client = office.house.sign_in(login)
    assert client.put("/api/seat/activity", json={"activity": "available"}).status_code == 200
    waited_for(lambda: client.get("/api/seat").json()["offer"] is not None)
    return client, client.get("/api/seat").json()["offer"]["offer_id"]


@pytest.mark.parametrize("_round", range(5))
def test_accepting_and_calling_off_at_once_leaves_the_counselor_free_or_the_call_off(
    office: Office, _round: int
) -> None:
    promised = office.promised()
    hana, offer = seated(office)
    sun = office.house.sign_in("sun")
    answers = at_once(
        lambda: hana.post(f"/api/offers/{offer}/accept").status_code,
        lambda: sun.post(f"/api/callbacks/{promised.id}/cancel", json={"reason": "called off"}).status_code,
    )
    assert answers[0] in {200, 409}
    assert answers[1] == 200
    office.settle()
    assert hana.get("/api/seat").json()["state"] == "idle"
    assert office.entry(promised.stay_id).state == "withdrawn"
    assert [each.state for each in office.callbacks()] == ["canceled"]


@pytest.mark.parametrize("_round", range(5))
def test_calling_in_and_accepting_at_once_leaves_one_place_in_the_line(office: Office, _round: int) -> None:
    promised = office.promised()
    hana, offer = seated(office)
    at_once(
        lambda: hana.post(f"/api/offers/{offer}/accept").status_code,
        lambda: office.arrives(NUMBER, "5", "1"),
    )
    office.settle()
    line = office.house.sign_in("sun").get("/api/queues/loneliness/entries").json()
    assert len(line) == 1
    assert office.entry(promised.stay_id).state == "resumed"
    assert [each.ended_why for each in office.callbacks()] == ["resumed"]


def test_two_supervisors_who_call_it_off_at_once_are_both_right(office: Office) -> None:
    promised = office.promised()
    clients = [office.house.sign_in("sun") for _ in range(2)]
    path = f"/api/callbacks/{promised.id}/cancel"
    answers = at_once(*(lambda c=c: c.post(path, json={"reason": "twice"}).status_code for c in clients))
    assert set(answers) <= {200, 409}
    assert 200 in answers
    assert [each.state for each in office.callbacks()] == ["canceled"]


def test_a_call_that_was_asked_for_is_not_asked_for_again_whoever_died_meanwhile(office: Office) -> None:
    dial, message = accepted(office)
    world = office.house.world
    with world.sessions.begin() as tx:
        asked = dial.prepare(tx, message, office.at)
    assert asked is not None
    assert NUMBER not in repr(asked)
    with world.sessions.begin() as tx:
        assert dial.prepare(tx, message, office.at) is None
    assert [(each.n, each.result) for each in office.attempts()] == [(1, None)]
    office.later(timedelta(seconds=11))
    assert [each.result for each in office.attempts()] == ["failed"]
    assert [each.state for each in office.callbacks()] == ["scheduled"]


def test_calls_wait_for_the_pace_and_one_in_danger_does_not(office: Office) -> None:
    dial, message = accepted(office)
    world = office.house.world
    assert not world.pace.take(office.at, urgent=False), "somebody else's call goes out just now"
    with world.sessions.begin() as tx:
        assert dial.prepare(tx, message, office.at) is None
    assert (office.messages("PersonToCall"), office.attempts()) == (1, [])
    with world.sessions.begin() as tx:
        tx.execute(text("update ivr_callback set priority = 'danger'"))
    with world.sessions.begin() as tx:
        assert dial.prepare(tx, message, office.at) is not None


def accepted(office: Office) -> tuple[delivery.Outward, PersonToCall]:
    """Let a counselor accept a call-back, and give what is to call the person."""
    promised = office.promised()
    hana, offer = seated(office)
    assert hana.post(f"/api/offers/{offer}/accept").status_code == 200
    assert promised.stay_id is not None
    dial = handlers(office.house.world)[PersonToCall]
    assert isinstance(dial, delivery.Outward)
    return dial, PersonToCall(promised.stay_id, UUID(offer))


def test_every_message_about_a_call_back_told_twice_changes_nothing(office: Office) -> None:
    office.promised()
    before = [(each.state, each.stays, each.tries) for each in office.callbacks()]
    world = office.house.world
    (one,) = office.callbacks()
    assert one.stay_id is not None
    told = [
        CallbackDue(one.id, one.due_at), CallbackClosing(one.id, one.contact_id), DialCheckDue(one.stay_id),
        PersonReached(one.stay_id), PersonDeclined(one.stay_id), CallOver("CA" + f"{1:032x}"), CallOver("CAunknown"),
    ]  # fmt: skip
    for message in told * 2:
        handler = handlers(world)[type(message)]
        assert not isinstance(handler, delivery.Outward)
        with world.sessions.begin() as tx:
            handler(tx, message, office.at)
    assert [(each.state, each.stays, each.tries) for each in office.callbacks()] == before
    assert len(office.attempts()) == 0


def test_somebody_who_is_to_be_called_back_and_calls_in_danger_is_let_in_and_raised_at_the_first_try(
    office: Office,
) -> None:
    office.promised()
    call = office.comes_in(NUMBER, "0")
    office.at, world = datetime.now(UTC), office.house.world
    deliver, contact = partial(delivery.deliver, world.sessions, handlers(world)), contact_of(call)
    with ThreadPoolExecutor(2) as pool, world.sessions.begin() as tx:
        # Both wait for the contact, the news of the danger first: whoever comes second may hold nothing of the queue.
        lock_contact(tx, contact)
        told = []
        for kind in ("CallerInDanger", "CallerWaiting"):
            message = tx.scalars(select(OutboxMessage.id).where(*pending(kind))).one()
            told.append(pool.submit(deliver, message, lambda: office.at))
            waited_for(lambda: waiting_for_a_lock(office) == len(told))
        tx.rollback()
        assert [each.result(20) for each in told] == ["done", "done"]
    office.settle()
    assert office.entry(contact).priority == "danger"


def pending(kind: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OutboxMessage.kind == kind, OutboxMessage.state.in_(OPEN)


def waiting_for_a_lock(office: Office) -> int:
    asked = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    with office.house.world.sessions() as tx:
        return tx.scalar(asked) or 0
