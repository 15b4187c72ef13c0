"""Every order of acts that race: the first holds its rows while the others come, and one outcome is right for each.

A transition locks its contact's row first, so acts on one contact come in some order; all orders are gone through. The
first act is not committed until each of the others has been refused, has given up, or waits for a lock.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import text

import routing.service as queue
from core.db import Sessions
from core.errors import Refusal
from routing.service.offers import time_out
from routing.service.seats import lose
from tests.house import waited_for
from tests.routing import invariants as holds
from tests.routing.desk import Desk, actor, contact

Act = Callable[..., object]
KEY = contact("A")
HANA, SUN, SOL = actor("hana"), actor("sun"), actor("sol")
WAITING = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


def accept(tx: Any, **more: Any) -> object:
    offer = queue.offer_at(tx, HANA.id)
    return queue.accept(tx, offer.id, HANA.id, **more) if offer else None


def reject(tx: Any, **more: Any) -> object:
    offer = queue.offer_at(tx, HANA.id)
    return queue.reject(tx, offer.id, HANA.id, "busy", **more) if offer else None


def hang_up(tx: Any, **more: Any) -> object:
    return queue.leave(tx, KEY, "abandoned", **more)


def run_out(tx: Any, **more: Any) -> object:
    return time_out(tx, KEY, lost=True, **more)


def seat_lost(tx: Any, **more: Any) -> object:
    return lose(tx, HANA.id, **more)


def in_danger(tx: Any, **more: Any) -> object:
    return queue.raise_to_danger(tx, KEY, **more)


def finish(tx: Any, **more: Any) -> object:
    return queue.finish(tx, KEY, "caller", **more)


def sun_takes_over(tx: Any, **more: Any) -> object:
    return queue.take_over(tx, KEY, SUN, UUID(int=1), **more)


def sol_takes_over(tx: Any, **more: Any) -> object:
    return queue.take_over(tx, KEY, SOL, UUID(int=2), **more)


def sun_pulls(tx: Any, **more: Any) -> object:
    return queue.pull(tx, "loneliness", KEY, SUN, **more)


def sol_pulls(tx: Any, **more: Any) -> object:
    return queue.pull(tx, "loneliness", KEY, SOL, **more)


def hana_sits(tx: Any, **more: Any) -> object:
    return queue.set_activity(tx, HANA, "available", **more)


def duri_sits(tx: Any, **more: Any) -> object:
    return queue.set_activity(tx, actor("duri"), "available", **more)


def mends(tx: Any, **more: Any) -> object:
    return queue.reconcile(tx, **more)


@pytest.fixture
def desk(sessions: Sessions, redis: Redis, at: datetime) -> Desk:
    return Desk(sessions, redis, at)


def go(desk: Desk, act: Act) -> object:
    try:
        with desk.sessions.begin() as tx:
            return act(tx, board=desk.board, at=desk.at)
    except Refusal as refusal:
        return refusal


def interleave(desk: Desk, first: Act, *others: Act) -> None:
    """Let the first hold its rows until every other has come, in this order, as far as it can."""
    with ThreadPoolExecutor(len(others)) as pool, desk.sessions() as tx:
        first(tx, board=desk.board, at=desk.at)
        tx.flush()
        come = list[Future[object]]()
        for other in others:
            come.append(pool.submit(go, desk, other))
            waited_for(lambda: blocked(desk) + sum(each.done() for each in come) == len(come))
        tx.commit()
        for each in come:
            each.result(10)


def blocked(desk: Desk) -> int:
    with desk.sessions() as tx:
        return int(tx.scalar(WAITING) or 0)


def check(desk: Desk) -> None:
    """See that nobody is lost, offered twice or left with a leaked seat, and that what is torn is mended."""
    desk.reconcile()
    desk.sweep()
    with desk.sessions() as tx:
        seen = holds.look(tx)
    holds.nobody_is_lost(seen, [KEY])
    holds.offers_are_of_those_who_are_offered(seen)
    holds.seats_are_where_their_offers_are(seen)
    holds.index_and_rows_agree(desk)


def orders(*races: tuple[Act, ...]) -> list[tuple[Act, ...]]:
    return [order for race in races for order in permutations(race)]


def named(order: tuple[Act, ...]) -> str:
    return " then ".join(act.__name__ for act in order)


OFFERED = orders(
    (accept, hang_up, run_out),
    (accept, reject, mends),
    (accept, in_danger, hang_up),
    (seat_lost, accept),
    (accept,) * 2,
)


@pytest.mark.parametrize("order", dict.fromkeys(OFFERED), ids=named)
def test_an_offer_has_one_outcome_in_every_order(desk: Desk, order: tuple[Act, ...]) -> None:
    desk.sit("hana")
    desk.call("A", ago=10)
    if seat_lost in order:
        # The lease is over, the offer is not.
        desk.later(16)
    interleave(desk, *order)
    check(desk)
    assert len(desk.told("OfferAccepted")) <= 1
    if hang_up in order:
        assert desk.state("A") == "abandoned"


@pytest.mark.parametrize("order", orders((sun_takes_over, sol_takes_over, finish)), ids=named)
def test_a_conversation_is_had_by_one_in_every_order(desk: Desk, order: tuple[Act, ...]) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    interleave(desk, *order)
    check(desk)
    assert desk.seat("hana").state == "wrapping"


@pytest.mark.parametrize("order", orders((sun_pulls, sol_pulls, hang_up), (sun_pulls, hana_sits, in_danger)), ids=named)
def test_a_waiting_caller_is_held_out_to_one_in_every_order(desk: Desk, order: tuple[Act, ...]) -> None:
    desk.call("A")
    interleave(desk, *order)
    check(desk)


@pytest.mark.parametrize("order", orders((hana_sits, duri_sits, hang_up), (hana_sits, duri_sits, mends)), ids=named)
def test_two_counselors_who_sit_down_get_one_caller_once(desk: Desk, order: tuple[Act, ...]) -> None:
    desk.call("A")
    interleave(desk, *order)
    check(desk)
    assert desk.state("A") == ("abandoned_short" if hang_up in order else "offered")
