"""No way out of a wait is a dead end, and nobody in danger comes to a machine."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.catalog import BadFlow, check, load
from ivr.events import (
    Arrived,
    CallbackAsked,
    Forwarded,
    InDanger,
    Left,
    OutOfQueue,
    Overflowed,
    Pressed,
    Queued,
    Recorded,
    VoicemailLeft,
    VoicemailOffered,
    Waited,
)
from ivr.flow import step
from ivr.menu import Callback, Flow, Forward, Menu, Node, Overflow, Queue, Tell, Voicemail
from ivr.overflow import due, leaving
from ivr.spot import Spot, read_spot
from ivr.steps import ENDED, Step
from ivr.verbs import Ask, Dial, HangUp, Leave, Next, Record, Wait

FLOW = load().newest
QUEUES = {name: node for name, node in FLOW.nodes.items() if isinstance(node, Queue)}
steps = st.sampled_from([(name, n) for name, node in QUEUES.items() for n in range(len(node.overflow))])
keys = st.sampled_from([*"0123456789*#", ""])


def spot_of(to: Next) -> Spot:
    return read_spot(to.spot)


def waiting(node: str = "queue", *, past: int = 0, reachable: bool = True) -> Spot:
    return Spot(FLOW.version, node, turn=3, reachable=reachable, past=past)


def goes_on(done: Step, *, answered: bool, heard: int) -> Step:
    """Let somebody who does nothing go on to the next end: a queue, a talk with a person, or goodbye."""
    for _ in range(12):
        match done.verbs[-1]:
            case Ask(to=to):
                done = step(FLOW, spot_of(to), Pressed(""))
            case Dial(then=then):
                done = step(FLOW, spot_of(then), Forwarded(answered))
            case Record(then=then):
                done = step(FLOW, spot_of(then), Recorded("RE1" if heard else "", heard))
            case _:
                break
    return done


@given(steps, st.lists(keys, max_size=3), st.booleans(), st.sampled_from([0, 30]), st.booleans())
def test_every_way_out_of_a_queue_ends_with_a_person_a_promise_or_in_the_queue(
    taken: tuple[str, int],
    pressed: list[str],
    answered: bool,  # noqa: FBT001
    heard: int,
    reachable: bool,  # noqa: FBT001
) -> None:
    done = step(FLOW, waiting(taken[0], reachable=reachable), Overflowed(*taken))
    for key in pressed:
        if isinstance(ask := done.verbs[-1], Ask):
            done = step(FLOW, spot_of(ask.to), Pressed(key))
    done = goes_on(done, answered=answered, heard=heard)
    assert isinstance(done.verbs[-1], Wait) or done.spot.node == ENDED
    assert isinstance(done.verbs[-1], Wait | HangUp)


@given(st.sampled_from(range(len(QUEUES["danger"].overflow))), st.lists(keys, max_size=4), st.booleans())
def test_somebody_in_danger_never_comes_to_a_machine(
    n: int,
    pressed: list[str],
    reachable: bool,  # noqa: FBT001
) -> None:
    done = step(FLOW, waiting("danger", reachable=reachable), Overflowed("danger", n))
    for key in pressed:
        assert not isinstance(done.verbs[-1], Record | HangUp)
        match done.verbs[-1]:
            case Ask(to=to):
                done = step(FLOW, spot_of(to), Pressed(key))
            case Dial(then=then):
                done = step(FLOW, spot_of(then), Forwarded(answered=False))
            case Wait(loop=loop):
                done = step(FLOW, spot_of(loop), Pressed(key))
            case _:
                break
        assert not {CallbackAsked(), VoicemailOffered()} & set(done.effects)


@pytest.mark.parametrize(
    ("news", "n"),
    [
        (Waited(1, size=1, waited=60, staffed=0, lost=2), 0),
        (Waited(1, size=1, waited=60, staffed=0), None),
        (Waited(1, size=1, waited=120, staffed=0), 1),
        (Waited(1, waited=0, size=200, staffed=1), 2),
        (Waited(1, size=1, waited=1200, staffed=1), 3),
        (Waited(1, size=1, waited=119, staffed=1), None),
        (Waited(), None),
        (Waited(away=True, waited=9999), None),
        (Waited(summoned=True, waited=9999, staffed=0), None),
    ],
)
def test_a_step_is_due_when_its_condition_holds_for_long_enough(news: Waited, n: int | None) -> None:
    assert due(QUEUES["queue"], 0, news) == n
    asked = step(FLOW, waiting(), news).verbs
    assert (asked == (Leave(),)) == (n is not None or news.summoned)


def test_whom_the_queue_has_in_danger_waits_among_those_however_they_came() -> None:
    news = Waited(1, size=1, staffed=0, danger=True)
    calm = step(FLOW, waiting(past=3), news)
    assert (calm.spot.node, calm.spot.past) == ("danger", 0)
    asked = calm.verbs[-1]
    assert isinstance(asked, Ask)
    assert FLOW.say("waiting_choices", "ko") not in asked.prompts
    assert due(QUEUES["queue"], 0, replace(news, waited=9999)) is None
    assert step(FLOW, waiting(), replace(news, waited=9999)).verbs == (Leave(),)
    assert leaving(FLOW, waiting(), replace(news, waited=9999)) == Overflowed("danger", 0)


def test_each_step_is_taken_once_and_none_before_an_earlier_one_again() -> None:
    news, past, taken = Waited(1, waited=9999, size=999, staffed=0, lost=1), 0, []
    while (n := due(QUEUES["queue"], past, news)) is not None:
        taken.append(n)
        past = n + 1
    assert taken == [0, 1, 2, 3, 4]


def test_who_leaves_at_our_word_is_led_by_what_the_queue_knows_then() -> None:
    assert leaving(FLOW, waiting(), Waited(summoned=True)) == Left("leave")
    assert leaving(FLOW, waiting(), Waited(1, size=1, waited=120, staffed=0)) == Overflowed("queue", 1)
    assert leaving(FLOW, waiting(), Waited(1, size=1, waited=120, staffed=2)) == Left("stay")
    assert leaving(FLOW, waiting(), Waited()) == Left("stay")


def test_who_said_they_are_in_danger_while_waiting_is_led_as_such_though_their_address_is_older() -> None:
    news = Waited(1, size=1, waited=130, staffed=0, danger=True)
    assert leaving(FLOW, waiting(past=4), news) == Overflowed("danger", 0)
    not_raised_yet = replace(news, danger=False)
    assert due(QUEUES["danger"], 0, not_raised_yet) is None


def test_who_stays_waits_on_with_rounds_that_were_never_numbered_before() -> None:
    first = step(FLOW, waiting(), Left("stay")).verbs[-1]
    assert isinstance(first, Wait)
    assert spot_of(first.loop).turn > 100_000
    again = step(FLOW, spot_of(first.then), Left("stay")).verbs[-1]
    assert isinstance(again, Wait)
    assert spot_of(again.loop).turn > spot_of(first.loop).turn + 1000


def test_the_exit_is_named_by_the_condition_or_by_what_the_caller_chose() -> None:
    at_once = step(FLOW, waiting(), Overflowed("queue", 0))
    assert at_once.effects == (OutOfQueue("no_counselor"),)
    asked = step(FLOW, waiting(), Overflowed("queue", 3))
    assert asked.effects == (), "who is only asked keeps their place"
    assert step(FLOW, asked.spot, Pressed("3")).effects == (OutOfQueue("exited_with_key"),)
    assert step(FLOW, asked.spot, Pressed("2")).effects == (VoicemailOffered(), OutOfQueue("voicemail"))
    assert step(FLOW, asked.spot, Pressed("1")).effects == (CallbackAsked(),)
    assert step(FLOW, waiting(), Overflowed("queue", 4)).effects == (OutOfQueue("max_wait"),)


def test_a_partner_who_does_not_answer_gives_the_caller_back_to_the_queue() -> None:
    dialed = step(FLOW, waiting(), Overflowed("queue", 4))
    assert isinstance(dialed.verbs[-1], Dial)
    assert dialed.verbs[-1].desk == "109"
    back = step(FLOW, spot_of(dialed.verbs[-1].then), Forwarded(answered=False))
    assert isinstance(back.verbs[-1], Wait)
    assert back.effects == (Queued("loneliness", "normal", "ko"),)
    assert back.spot.past == 5


def test_a_callback_is_not_promised_to_a_withheld_number() -> None:
    asked = step(FLOW, waiting(reachable=False), Overflowed("queue", 3))
    assert isinstance(step(FLOW, asked.spot, Pressed("1")).verbs[-1], Record)


def test_words_that_cannot_be_heard_are_asked_for_once_more_and_never_scolded() -> None:
    spot = waiting("voicemail")
    once = step(FLOW, spot, Recorded("", 0))
    assert isinstance(once.verbs[-1], Record)
    twice = step(FLOW, spot_of(once.verbs[-1].then), Recorded("RE2", 1))
    assert isinstance(twice.verbs[-1], HangUp)
    assert twice.effects == (VoicemailLeft("RE2", 1),)
    assert step(FLOW, spot, Recorded("RE1", 20)).spot.node == ENDED


@pytest.mark.parametrize("mode", sorted(FLOW.modes))
@given(st.lists(keys, max_size=4), st.booleans(), st.sampled_from([0, 30]))
def test_every_mode_leads_to_a_person_or_a_promise(
    mode: str,
    pressed: list[str],
    answered: bool,  # noqa: FBT001
    heard: int,
) -> None:
    done = step(FLOW, Spot(FLOW.version, ""), Arrived(reachable=True, mode=mode))
    for key in pressed:
        if isinstance(ask := done.verbs[-1], Ask):
            done = step(FLOW, spot_of(ask.to), Pressed(key))
    done = goes_on(done, answered=answered, heard=heard)
    assert isinstance(done.verbs[-1], Wait) or done.spot.node == ENDED


def test_danger_is_answered_while_the_line_is_closed() -> None:
    closed = step(FLOW, Spot(FLOW.version, ""), Arrived(reachable=True, mode="closed"))
    assert InDanger() in step(FLOW, closed.spot, Pressed("0")).effects
    inside = step(FLOW, closed.spot, Pressed("5"))
    assert InDanger() in step(FLOW, inside.spot, Pressed("0")).effects
    silent = step(FLOW, inside.spot, Pressed(""))
    assert isinstance(silent.verbs[-1], Dial)


QUEUE = Queue("x")
DANGER = Queue("x", "danger", overflow=(Overflow("waited", "out", 9),))


@pytest.mark.parametrize(
    ("nodes", "fault"),
    [
        ({"a": Queue("x", overflow=(Overflow("waited", "gone", 9),))}, "no node"),
        ({"a": Queue("x", overflow=(Overflow("full", "a"),))}, "never be told due"),
        ({"a": Queue("x", overflow=(Overflow("tired", "a", 9),))}, "never be told due"),  # type: ignore[arg-type]
        ({"a": Queue("x", overflow=(Overflow("waited", "a", -1),))}, "never be told due"),
        ({"a": Queue("x", overflow=(Overflow("waited", "b", 9),)), "b": Tell("b")}, "never reaches a person"),
        ({"a": Callback("goodbye", "b"), "b": Forward("109", "goodbye", "a")}, "never reaches a person"),
        ({"a": Voicemail("goodbye", "unheard")}, "no words in"),
        ({"a": Tell("q", sound="trumpets"), "q": QUEUE}, "no sound"),
        ({"a": DANGER, "out": Voicemail("goodbye", "goodbye")}, "instead of to a person"),
        ({"a": DANGER, "out": Tell("v"), "v": Callback("goodbye", "a")}, "instead of to a person"),
        ({"a": DANGER, "out": Menu("goodbye", {"1": "q"}, lost="a"), "q": QUEUE}, "instead of to a person"),
    ],
)
def test_an_overflow_that_could_strand_somebody_is_refused_at_start(nodes: dict[str, Node], fault: str) -> None:
    with pytest.raises(BadFlow, match=fault):
        check(Flow(9, "a", nodes, FLOW.words))


@pytest.mark.parametrize("modes", [{"closed": "gone"}, {"lunch": "a"}, {"normal": "a"}])
def test_a_mode_that_begins_nowhere_is_refused_at_start(modes: dict[str, str]) -> None:
    with pytest.raises(BadFlow, match="mode"):
        check(Flow(9, "a", {"a": QUEUE}, FLOW.words, modes=modes))
