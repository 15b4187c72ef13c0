"""Callers who cannot speak, and last words: what the pure flow makes of a key, a question and an end."""

from dataclasses import replace

import pytest

from ivr.catalog import BadFlow, check, load
from ivr.events import Answer, Asked, CannotSpeak, Closed, InDanger, KeysAnswered, Queued, Replied
from ivr.flow import step
from ivr.menu import Flow, Queue
from ivr.spot import read_spot
from ivr.verbs import Ask, Go, HangUp, Join
from tests.ivr.test_flow import FLOW, arrive, press, said


def test_nine_says_that_one_cannot_speak_at_the_question_and_in_the_queue() -> None:
    asked = press(arrive(), "5", "9")
    assert {CannotSpeak(), InDanger(), Queued("loneliness", "danger", "ko")} == set(asked.effects)
    waiting = press(press(arrive(), "5", "1"), "9")
    assert waiting.effects == (CannotSpeak(), InDanger())
    go = waiting.verbs[-1]
    assert isinstance(go, Go)
    assert "node=danger&" in go.to.spot


@pytest.mark.parametrize(("key", "answer"), [("1", "yes"), ("2", "no"), ("", "none"), ("7", "none")])
def test_a_question_takes_one_key_and_goes_back_to_the_counselor(key: str, answer: Answer) -> None:
    spot = press(arrive(), "5", "9").spot
    asked = step(FLOW, spot, Asked("danger_now")).verbs[-1]
    assert isinstance(asked, Ask)
    assert asked.to.spot.endswith("&question=danger_now")
    back = step(FLOW, read_spot(asked.to.spot), Replied("danger_now", key))
    assert back.effects == (KeysAnswered("danger_now", answer),)
    assert isinstance(back.verbs[-1], Join)


def test_a_question_that_nobody_prepared_brings_the_caller_straight_back() -> None:
    back = step(FLOW, press(arrive(), "5", "1").spot, Asked("your name?"))
    assert (isinstance(back.verbs[-1], Join), back.effects) == (True, ())


def test_a_call_that_began_with_an_older_menu_is_closed_with_a_goodbye() -> None:
    older = load().of(1)
    closed = step(older, replace(press(arrive(), "5", "1").spot, flow=1), Closed("abuse"))
    assert isinstance(closed.verbs[-1], HangUp)
    assert said(closed)


@pytest.mark.parametrize(
    ("queue", "questions", "fault"),
    [
        (Queue("x", cannot_speak="gone"), {"q": "goodbye"}, "no such queue"),
        (Queue("x", cannot_speak="a"), {}, "no questions"),
        (Queue("x", cannot_speak="a"), {"q": "unheard"}, "no words in"),
        (Queue("x", "danger", cannot_speak="b"), {"q": "goodbye"}, "no such queue"),
    ],
)
def test_a_key_for_callers_who_cannot_speak_needs_a_queue_and_questions(
    queue: Queue, questions: dict[str, str], fault: str
) -> None:
    with pytest.raises(BadFlow, match=fault):
        check(Flow(9, "a", {"a": queue, "b": Queue("x")}, FLOW.words, questions=questions))
