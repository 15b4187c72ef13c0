"""A caller and one counselor by name: past the line, taken over, brought back; and index and database agree on it."""

from uuid import UUID

import pytest

import routing.service as queue
from core.errors import Conflict, Stale
from routing import queries
from tests.routing.desk import Desk, actor, contact

NEXT = contact("next")


def go_on(desk: Desk, name: str = "A", only: str | None = None) -> None:
    onward = queue.Onward(NEXT, "loneliness", actor(only).id if only else None)
    with desk.sessions.begin() as tx:
        queue.go_on(tx, contact(name), onward, board=desk.board, at=desk.at)


def pull(desk: Desk, name: str, to: str, *, oneself: bool = False) -> None:
    with desk.sessions.begin() as tx:
        whom = actor(to) if oneself else actor(to).id
        queue.pull(tx, "loneliness", contact(name), whom, board=desk.board, at=desk.at)


def take_over(desk: Desk, by: str) -> None:
    with desk.sessions.begin() as tx:
        queue.take_over(tx, contact("A"), actor(by), UUID(int=5), board=desk.board, at=desk.at)


def bring_back(desk: Desk) -> bool:
    with desk.sessions.begin() as tx:
        return queue.bring_back(tx, contact("A"), "gone", board=desk.board, at=desk.at)


@pytest.fixture
def talking(desk: Desk) -> Desk:
    """Let hana talk with A, and duri be free."""
    desk.sit("hana")
    desk.call("A", ago=30)
    desk.talk("A")
    desk.sit("duri")
    return desk


def test_a_conversation_that_goes_on_waits_before_whoever_waits_already(talking: Desk) -> None:
    talking.sit("duri", "break")
    talking.call("B", ago=60)
    go_on(talking)
    talking.sit("duri")
    assert (talking.to("next"), talking.to("B")) == ("duri", None)
    assert (talking.entry("next").priority, talking.agrees()) == ("transfer", True)


def test_danger_stays_danger_when_it_goes_on(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A", priority="danger")
    desk.talk("A")
    go_on(desk)
    assert desk.entry("next").priority == "danger"


def test_one_that_is_for_one_counselor_is_held_out_to_them_only(talking: Desk) -> None:
    talking.sit("sena")
    go_on(talking, only="sena")
    assert (talking.to("next"), talking.seat("sena").state, talking.agrees()) == ("sena", "reserved", True)
    talking.talk("next")
    assert (talking.state("next"), talking.seat("sena").state, talking.agrees()) == ("connected", "on_contact", True)
    talking.finish("A", "transfer")
    assert (talking.state("A"), talking.seat("hana").state, talking.agrees()) == ("transferred", "wrapping", True)


@pytest.mark.parametrize("how", ["rejected", "timed out", "telephone silent", "board lost"])
def test_one_that_is_not_taken_leaves_and_is_offered_to_nobody_else(talking: Desk, how: str) -> None:
    talking.sit("sena")
    go_on(talking, only="duri")
    if how == "rejected":
        talking.reject("next")
    elif how == "telephone silent":
        talking.accept("next")
        assert talking.fail("next", "no-answer")
    elif how == "board lost":
        talking.redis.flushdb()
        talking.sweep()
    else:
        talking.later(21)
        talking.beat("sena", "duri")
        talking.sweep()
    assert (talking.state("next"), talking.to("next"), talking.agrees()) == ("withdrawn", None, True)
    assert [told["contact_id"] for told in talking.told("NotTaken")] == [str(NEXT)]
    assert talking.seat("sena").state == "idle"
    assert talking.seat("duri").state == {"rejected": "idle", "board lost": "idle"}.get(how, "not_responding")


@pytest.mark.parametrize("activity", ["offline", "break", "training"])
def test_nobody_is_called_from_their_break(talking: Desk, activity: str) -> None:
    talking.sit("duri", activity)
    with pytest.raises(Conflict):
        go_on(talking, only="duri")
    assert talking.agrees()


def test_nobody_is_called_from_another_conversation(talking: Desk) -> None:
    talking.call("B")
    with pytest.raises(Conflict):
        go_on(talking, only="duri")
    assert (talking.to("B"), talking.agrees()) == ("duri", True)


def test_what_does_not_talk_does_not_go_on(desk: Desk) -> None:
    desk.call("A")
    with pytest.raises(Conflict):
        go_on(desk)


def test_a_pulled_caller_overtakes_the_line_and_keeps_their_place_when_passed_on(desk: Desk) -> None:
    desk.call("A", language="en", ago=20)
    desk.call("B", language="en", ago=10)
    desk.sit("hana")
    pull(desk, "B", "hana")
    assert (desk.to("B"), desk.agrees()) == ("hana", True)
    desk.reject("B")
    assert (desk.state("B"), desk.agrees()) == ("waiting", True)
    desk.sit("sena", languages=("ko", "en"))
    assert desk.to("A") == "sena"


def test_a_supervisor_can_pull_to_a_seat_that_is_not_available_but_not_twice(desk: Desk) -> None:
    desk.call("A")
    desk.call("B")
    with pytest.raises(Conflict):
        pull(desk, "A", "sun")
    pull(desk, "A", "sun", oneself=True)
    with pytest.raises(Conflict):
        pull(desk, "B", "sun", oneself=True)
    desk.talk("A")
    assert desk.finish("A")
    desk.wrap_up("sun")
    assert (desk.seat("sun").state, desk.seat("sun").activity, desk.agrees()) == ("idle", "offline", True)
    assert desk.to("B") is None


def test_a_call_that_is_taken_over_leaves_the_first_counselor_to_write(talking: Desk) -> None:
    take_over(talking, "sun")
    assert (talking.to("A"), talking.state("A")) == ("sun", "connected")
    assert (talking.seat("hana").state, talking.seat("sun").state) == ("wrapping", "on_contact")
    assert talking.agrees()
    with talking.sessions.begin() as tx:
        assert queue.hold(tx, contact("A"), board=talking.board, at=talking.at)
    assert talking.seat("sun").state == "on_hold"
    talking.finish("A")
    assert (talking.seat("sun").state, talking.agrees()) == ("wrapping", True)


def test_who_is_busy_takes_nothing_over(talking: Desk) -> None:
    talking.call("B")
    with pytest.raises(Conflict):
        take_over(talking, "duri")
    assert (talking.to("A"), talking.agrees()) == ("hana", True)


def test_a_caller_who_is_brought_back_has_the_place_they_had(talking: Desk) -> None:
    talking.sit("duri", "break")
    talking.call("B", ago=10)
    assert bring_back(talking)
    assert not bring_back(talking)
    assert (talking.state("A"), talking.seat("hana").state, talking.agrees()) == ("waiting", "wrapping", True)
    talking.sit("duri")
    assert talking.to("A") == "duri"
    talking.talk("A")
    talking.finish("A")
    assert talking.agrees()


def test_a_caller_who_is_brought_back_and_hangs_up_has_left_the_queue(talking: Desk) -> None:
    talking.sit("duri", "break")
    bring_back(talking)
    assert talking.leave("A")
    with talking.sessions() as tx:
        assert not queries.was_connected(tx, contact("A"))


def test_an_offer_by_name_is_not_accepted_after_it_ran_out(talking: Desk) -> None:
    go_on(talking, only="duri")
    offer = talking.offer("next")
    assert offer is not None
    talking.later(21)
    talking.sweep()
    with pytest.raises(Stale), talking.sessions.begin() as tx:
        queue.accept(tx, offer.id, offer.counselor_id, board=talking.board, at=talking.at)


def test_one_who_was_handed_on_by_name_and_is_brought_back_waits_for_everybody(talking: Desk) -> None:
    go_on(talking, only="duri")
    talking.talk("next")
    talking.finish("A", "transfer")
    with talking.sessions.begin() as tx:
        assert queue.bring_back(tx, NEXT, "gone", board=talking.board, at=talking.at)
    talking.sit("sena")
    assert talking.to("next") == "sena"
    talking.reject("next")
    assert talking.state("next") == "waiting"
    talking.later(4)
    talking.sweep()
    assert (talking.to("next"), talking.agrees()) == ("sena", True)
