"""Led another way than through the queue, and back: never an abandonment, never a lost place."""

import pytest

import routing.service as queue
from tests.routing.desk import Desk, contact


def overflow(desk: Desk, name: str, way: str = "max_wait") -> bool:
    with desk.sessions.begin() as tx:
        return queue.overflow(tx, contact(name), way, board=desk.board, at=desk.at)


def come_back(desk: Desk, name: str) -> bool:
    with desk.sessions.begin() as tx:
        return queue.come_back(tx, contact(name), board=desk.board, at=desk.at)


@pytest.mark.parametrize("way", ["overflowed", "max_wait", "no_counselor", "voicemail", "exited_with_key"])
def test_who_is_led_another_way_leaves_by_that_name(desk: Desk, way: str) -> None:
    desk.call("A")
    assert overflow(desk, "A", way)
    assert desk.state("A") == way
    assert not overflow(desk, "A", way)
    assert desk.agrees()


def test_who_comes_back_has_the_place_they_had(desk: Desk) -> None:
    desk.call("A", ago=60)
    desk.call("B", ago=30)
    overflow(desk, "A")
    desk.call("C")
    assert come_back(desk, "A")
    assert not come_back(desk, "A")
    assert desk.agrees()
    desk.sit("hana")
    assert desk.to("A") == "hana"


def test_a_counselor_who_has_accepted_wins_over_the_other_way(desk: Desk) -> None:
    desk.call("A")
    desk.sit("hana")
    desk.accept("A")
    assert not overflow(desk, "A")
    assert desk.state("A") == "connecting"


def test_a_counselor_who_was_only_asked_is_free_again(desk: Desk) -> None:
    desk.call("A")
    desk.sit("hana")
    assert overflow(desk, "A")
    desk.call("B")
    assert desk.to("B") == "hana"


def test_who_hung_up_or_was_answered_does_not_come_back(desk: Desk) -> None:
    desk.call("A", ago=60)
    desk.leave("A")
    desk.call("B")
    desk.sit("hana")
    desk.talk("B")
    desk.finish("B")
    assert not come_back(desk, "A")
    assert not come_back(desk, "B")
    assert not come_back(desk, "nobody")


def test_the_figures_count_one_caller_once_by_what_became_of_them_last(desk: Desk) -> None:
    desk.call("A", ago=60)
    overflow(desk, "A")
    desk.call("B", ago=60)
    overflow(desk, "B", "voicemail")
    come_back(desk, "A")
    desk.sit("hana")
    desk.talk("A")
    figures = desk.figures()
    assert (figures.offered, figures.answered, figures.abandoned) == (2, 1, 0)
    assert figures.other_exits == {"voicemail": 1}


def test_another_queue_takes_a_caller_over_at_the_same_place(desk: Desk) -> None:
    desk.call("A", ago=60)
    desk.call("B", ago=30)
    with desk.sessions.begin() as tx:
        assert queue.change_queue(tx, contact("A"), "night", at=desk.at)
        assert not queue.change_queue(tx, contact("A"), "night", at=desk.at)
        assert not queue.change_queue(tx, contact("nobody"), "night", at=desk.at)
    assert desk.agrees()
    desk.sit("hana")
    desk.talk("A")
    first, second = desk.figures("loneliness"), desk.figures("night")
    assert (first.offered, first.answered, first.other_exits) == (2, 0, {"overflowed": 1})
    assert (second.offered, second.answered) == (1, 1)
