"""Half a transition, a wiped Redis, a dead process: what the database says comes back, in its order."""

import contextlib
from collections.abc import Callable
from uuid import uuid4

import pytest
from redis import Redis
from redis.exceptions import RedisError

import routing.service as queue
from core.errors import Stale
from routing import queries
from routing.board import Board
from routing.errors import BoardGone
from routing.service.seats import lose
from tests.routing.desk import Desk, actor, contact


class Dies(Exception):
    """The process ends here."""


def dying(desk: Desk, act: Callable[..., object], *args: object) -> None:
    """Do something, and die before its commit."""
    with contextlib.suppress(Dies), desk.sessions.begin() as tx:
        act(tx, *args, board=desk.board, at=desk.at)
        tx.flush()
        raise Dies


def test_a_wiped_index_is_rebuilt_with_everybody_at_their_place(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(1)
    desk.sit("duri")
    desk.call("talking", ago=30)
    desk.talk("talking")
    desk.call("offered", ago=20)
    for n in range(20):
        desk.call(f"w{n}", priority="danger" if n == 19 else "normal", ago=19 - n)
    before = desk.board.contacts()
    offer = desk.offer("offered")
    assert offer is not None
    desk.redis.flushdb()
    with desk.sessions.begin() as tx, pytest.raises(BoardGone):
        queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at)
    desk.sweep()
    assert desk.board.epoch() == 2
    # Who was held out waits again, behind the one in danger: the same seat takes that one first.
    assert (desk.to("w19"), desk.state("offered"), desk.state("talking")) == ("duri", "waiting", "connected")
    with desk.sessions.begin() as tx, pytest.raises(Stale, match="taken back"):
        queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at)
    after = desk.board.contacts()
    order = [sorted(rows, key=lambda key: (rows[key]["score"], rows[key]["member"])) for rows in (before, after)]
    assert order[0] == order[1]
    assert desk.agrees()
    assert desk.finish("talking")
    assert desk.seat("hana").state == "wrapping"
    assert desk.agrees()


def test_an_offer_of_an_earlier_epoch_does_nothing(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    desk.redis.flushdb()
    desk.reconcile()
    with pytest.raises(Stale):
        desk.board.accept((contact("A"), offer.id, offer.epoch, 99), desk.at)


def test_a_caller_being_connected_goes_on_through_a_wipe(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.accept("A")
    desk.redis.flushdb()
    desk.sweep()
    desk.connect("A")
    assert desk.seat("hana").state == "on_contact"
    assert desk.agrees()


def test_scripts_that_redis_forgot_are_sent_again(desk: Desk) -> None:
    desk.sit("hana")
    desk.redis.script_flush()
    desk.call("A")
    assert desk.to("A") == "hana"


def test_a_caller_the_queue_never_heard_of_is_brought_in_by_the_reconciler(desk: Desk) -> None:
    desk.call("B")
    desk.write("A", ago=9)
    assert desk.reconcile() == 1
    desk.sit("hana")
    assert desk.to("A") == "hana"
    assert desk.agrees()


def test_with_redis_away_the_row_stays_and_comes_in_later(desk: Desk) -> None:
    key = desk.write("A")
    with Redis(unix_socket_path="/nowhere/redis.sock") as away:
        board = Board(away, "test", desk.config)
        with pytest.raises(RedisError), desk.sessions.begin() as tx:
            queue.enter(tx, key, board=board, at=desk.at)
    assert desk.state("A") == "waiting"
    desk.reconcile()
    assert desk.board.outlook(key, desk.at).place == 1


def test_dying_before_the_commit_of_entering_loses_nobody(desk: Desk) -> None:
    desk.call("B")
    key = desk.write("A", ago=9)
    dying(desk, queue.enter, key)
    desk.reconcile()
    desk.sit("hana")
    assert desk.to("A") == "hana"


@pytest.mark.parametrize("act", ["accept", "reject", "leave", "raise"])
def test_dying_before_the_commit_leaves_an_offer_as_it_was(desk: Desk, act: str) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    if act == "accept":
        dying(desk, queue.accept, offer.id, offer.counselor_id)
    elif act == "reject":
        dying(desk, queue.reject, offer.id, offer.counselor_id, "why")
    elif act == "leave":
        dying(desk, queue.leave, contact("A"), "abandoned")
    else:
        dying(desk, queue.raise_to_danger, contact("A"))
    assert desk.reconcile() > 0
    assert (desk.state("A"), desk.seat("hana").state, desk.to("A")) == ("offered", "reserved", "hana")
    assert desk.accept("A").id == offer.id
    assert desk.agrees()


@pytest.mark.parametrize("dead", [queue.reject, queue.leave])
def test_a_seat_that_changes_after_a_process_died_is_what_its_row_says(desk: Desk, dead: Callable[..., object]) -> None:
    desk.sit("hana")
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    dying(desk, dead, *((contact("A"), "abandoned") if dead is queue.leave else (offer.id, offer.counselor_id, "why")))
    desk.sit("hana", "break")
    assert (desk.seat("hana").state, desk.seat("hana").next_activity, desk.to("A")) == ("reserved", "break", "hana")
    desk.reconcile()
    assert desk.accept("A").id == offer.id
    assert desk.agrees()


def test_an_offer_held_out_while_a_rebuild_dies_can_still_be_accepted(desk: Desk) -> None:
    for login, name in (("hana", "A"), ("duri", "B")):
        desk.sit(login)
        desk.call(name)
    desk.talk("B")
    desk.redis.flushdb()
    dying(desk, queue.rebuild)
    assert desk.board.epoch() == 2
    assert desk.reconcile() > 0
    desk.accept("A")
    assert desk.finish("B")
    assert desk.agrees()
    desk.redis.flushdb()
    desk.sweep()
    assert desk.board.epoch() == 3, "no epoch counts twice"


@pytest.mark.parametrize("act", ["connected", "failed", "finish"])
def test_what_happened_is_so_even_after_dying_once_in_the_middle(desk: Desk, act: str) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.accept("A")
    if act == "finish":
        desk.connect("A")
        dying(desk, queue.finish, contact("A"), "caller")
        assert desk.finish("A")
        assert (desk.state("A"), desk.seat("hana").state) == ("completed", "wrapping")
    elif act == "failed":
        dying(desk, queue.connect_failed, contact("A"), "no-answer")
        assert desk.fail("A", "no-answer")
        assert (desk.state("A"), desk.seat("hana").state) == ("waiting", "not_responding")
    else:
        dying(desk, queue.connected, contact("A"))
        desk.connect("A")
        assert (desk.state("A"), desk.seat("hana").state) == ("connected", "on_contact")
    assert desk.agrees()


def test_a_claim_whose_process_died_is_put_back_and_offered_again(desk: Desk) -> None:
    desk.sit("hana")
    desk.write("A")
    desk.reconcile()
    assert desk.to("A") == "hana"
    desk.reject("A")
    desk.later(4)
    assert desk.board.claim(uuid4(), desk.at) is not None
    assert desk.reconcile() == 1
    assert desk.to("A") == "hana"
    assert desk.agrees()


def test_a_claim_whose_process_died_is_found_by_its_deadline_too(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.reject("A")
    desk.later(4)
    assert desk.board.claim(uuid4(), desk.at) is not None
    desk.later(10)
    desk.beat("hana")
    desk.later(10)
    desk.sweep()
    desk.sweep()
    assert desk.to("A") == "hana"


def test_a_matching_that_finds_the_row_changed_puts_the_index_right(desk: Desk) -> None:
    desk.call("A")
    desk.call("B")
    with desk.sessions.begin() as tx:
        gone = queries.lock_entry(tx, contact("A"))
        assert gone is not None
        gone.state, gone.left_at, gone.version = "abandoned", desk.at, gone.version + 1
    desk.sit("hana")
    assert desk.to("B") == "hana"
    assert desk.agrees()


def test_a_seat_the_index_forgot_is_remembered_by_its_row(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.redis.hdel(desk.board._keys[2], str(actor("hana").id))
    desk.beat("hana")
    assert desk.seat("hana").state == "on_contact"
    assert desk.agrees()


def test_what_was_mended_is_counted(desk: Desk) -> None:
    desk.call("A")
    desk.write("B")
    desk.write("C")
    desk.reconcile()
    with desk.sessions() as tx:
        assert queries.mended(tx) == 2


def test_a_desk_that_is_marked_lost_by_a_dying_process_is_lost_by_the_next(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(16)
    dying(desk, lose, actor("hana").id)
    assert desk.seat("hana").state == "idle"
    assert desk.reconcile() == 1
    desk.sweep()
    assert desk.seat("hana").state == "lost"
    assert desk.agrees()
