"""Every caller, whatever they do, hears something and reaches a person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.security import Vault
from ivr import record
from ivr.catalog import BadFlow, check, load, read
from ivr.events import (
    Answered,
    Arrived,
    Asked,
    CallbackAsked,
    Closed,
    Event,
    Forwarded,
    InDanger,
    Left,
    Opened,
    Overflowed,
    Pressed,
    Queued,
    Recorded,
    Replied,
    Returned,
    Summoned,
    Talked,
    Waited,
)
from ivr.flow import step
from ivr.menu import Flow, Menu, Queue, Tell
from ivr.spot import Spot, read_spot
from ivr.steps import ENDED, Step
from ivr.verbs import Ask, Dial, Go, HangUp, Join, Leave, Next, Record, Say, Wait

FLOW = load().newest
keys = st.sampled_from([*"0123456789*#", ""])
events: st.SearchStrategy[Event] = st.one_of(
    keys.map(Pressed),
    st.builds(Arrived, st.booleans(), st.sampled_from(["normal", *FLOW.modes, "unheard of"])),
    st.builds(Overflowed, st.sampled_from(["queue", "danger", "door", "gone"]), st.integers(0, 9)),
    st.builds(Asked, st.sampled_from([*FLOW.questions, "your name?"])),
    st.builds(Replied, st.sampled_from([*FLOW.questions, ""]), keys),
    st.builds(Closed, st.sampled_from(["abuse", "boredom"])),
    st.builds(Recorded, st.sampled_from(["", "RE1"]), st.integers(0, 200)),
    st.builds(Waited, st.none() | st.integers(1, 99), st.none() | st.integers(0, 9999), st.booleans()),
    st.sampled_from(
        [Left(r) for r in ("leave", "hangup", "bridged", "redirected", "queue-full", "system-error", "", "x", "stay")]
    ),
    st.builds(Forwarded, st.booleans()),
    st.builds(Answered, st.booleans()),
    st.sampled_from([Talked(), Returned(), Summoned()]),
)
spots = st.builds(
    Spot,
    flow=st.just(FLOW.version),
    node=st.sampled_from([*FLOW.nodes, ENDED, "duty", "", "gone"]),
    turn=st.integers(0, 10**6),
    tries=st.integers(0, 5),
    language=st.sampled_from(["ko", "en"]),
    about=st.sampled_from(["self", "other"]),
    reachable=st.booleans(),
    past=st.integers(0, 9),
    line=st.sampled_from(["", "CB" + "0" * 32]),
)


def press(done: Step, *pressed: str) -> Step:
    for key in pressed:
        done = step(FLOW, done.spot, Pressed(key))
    return done


def arrive(*, reachable: bool = True) -> Step:
    return step(FLOW, Spot(FLOW.version, ""), Arrived(reachable))


def said(done: Step) -> str:
    asked = [prompt for verb in done.verbs if isinstance(verb, Ask) for prompt in verb.prompts]
    return " ".join(verb.words for verb in (*done.verbs, *asked) if isinstance(verb, Say))


@given(spots, events)
def test_every_event_in_every_place_has_words_or_a_way_on(spot: Spot, event: Event) -> None:
    done = step(FLOW, spot, event)
    last = done.verbs[-1]
    assert isinstance(last, (Ask, Wait, Leave, Join, Dial, Record, Go, HangUp))
    gone = isinstance(event, Left) and event.result in {"hangup", "bridged", "redirected", "redirected-from-bridged"}
    assert said(done) or isinstance(last, (Leave, Go, Join)) or (isinstance(last, HangUp) and gone)


@given(spots, events)
def test_a_repeat_gets_the_same_words(spot: Spot, event: Event) -> None:
    assert step(FLOW, spot, event) == step(FLOW, spot, event)
    assert step(FLOW, spot, record.read_event(record.write_event(event))) == step(FLOW, spot, event)


@given(spots)
def test_a_spot_survives_its_journey_in_a_url(spot: Spot) -> None:
    assert read_spot(spot.query) == spot


@given(st.lists(keys, max_size=12))
def test_whatever_is_pressed_a_caller_who_then_does_nothing_reaches_a_person(pressed: list[str]) -> None:
    done = press(arrive(), *pressed)
    for _ in range(6):
        if isinstance(done.verbs[-1], (Wait, Dial, HangUp)):
            break
        done = step(FLOW, done.spot, Pressed(""))
    queued = isinstance(FLOW.nodes.get(done.spot.node), Queue)
    assert queued or isinstance(done.verbs[-1], Dial) or done.spot.node == ENDED


def test_five_and_one_lead_to_the_queue_for_oneself() -> None:
    done = press(arrive(), "5", "1")
    assert done.effects == (Queued("loneliness", "normal", "ko"),)
    assert done.spot.about == "self"
    assert isinstance(done.verbs[-1], Wait)


def test_two_means_somebody_else() -> None:
    assert press(arrive(), "5", "2").spot.about == "other"


def test_silence_after_five_means_oneself() -> None:
    done = press(arrive(), "5", "")
    assert (done.spot.about, done.effects) == ("self", (Queued("loneliness", "normal", "ko"),))


@pytest.mark.parametrize("path", [["0"], ["5", "0"], ["9", "0"]])
def test_zero_means_danger_and_goes_to_the_head(path: list[str]) -> None:
    done = press(arrive(), *path)
    queued = [effect for effect in done.effects if isinstance(effect, Queued)]
    assert [q.priority for q in queued] == ["danger"]
    assert InDanger() in done.effects


def test_a_wrong_key_is_asked_again_and_then_reaches_a_person() -> None:
    once = press(arrive(), "7")
    assert isinstance(once.verbs[-1], Ask)
    assert "없는 번호" in said(once)
    twice = press(once, "8")
    assert isinstance(twice.verbs[-1], Dial)


@pytest.mark.parametrize(("key", "desk"), [("3", "care"), ("4", "deregulation"), ("1", "dasan"), ("2", "dasan")])
def test_the_other_branches_go_to_their_desks(key: str, desk: str) -> None:
    last = press(arrive(), key).verbs[-1]
    assert isinstance(last, Dial)
    assert last.desk == desk


def test_where_a_desk_does_not_answer_our_own_counselors_do() -> None:
    done = step(FLOW, press(arrive(), "3").spot, Forwarded(answered=False))
    assert isinstance(done.verbs[-1], Wait)
    assert any(isinstance(effect, Queued) for effect in done.effects)


def test_english_is_spoken_from_nine_and_one_on() -> None:
    done = press(arrive(), "9", "1", "1")
    assert done.spot.language == "en"
    assert done.effects == (Queued("loneliness", "normal", "en"),)
    assert "finding you a counselor" in said(done)


def test_waiting_tells_the_place_and_a_short_wait_only() -> None:
    spot = press(arrive(), "5", "1").spot
    assert "2번째" in said(step(FLOW, spot, Waited(2, 100)))
    assert "약 2분" in said(step(FLOW, spot, Waited(2, 100)))
    assert "분" not in said(step(FLOW, spot, Waited(2, 3000))).replace("번째", "")
    assert "번째" not in said(step(FLOW, spot, Waited(40, None)))


def test_one_while_waiting_asks_for_a_callback_where_there_is_a_number() -> None:
    waiting = press(arrive(), "5", "1")
    done = press(waiting, "1")
    assert done.effects == (CallbackAsked(),)
    assert isinstance(done.verbs[-1], HangUp)
    withheld = press(arrive(reachable=False), "5", "1")
    assert "일 번" not in said(step(FLOW, withheld.spot, Waited()))
    assert press(withheld, "1").effects == ()


def test_zero_while_waiting_goes_to_the_head_and_keeps_waiting() -> None:
    done = press(press(arrive(), "5", "1"), "0")
    assert done.effects == (InDanger(),)
    again = done.verbs[-1]
    assert isinstance(again, Go)
    now = read_spot(again.to.spot)
    assert "끊고" not in said(step(FLOW, now, Waited(1)))
    assert step(FLOW, now, Pressed("1")).effects == ()


def test_a_summoned_caller_leaves_the_queue_and_joins_the_room() -> None:
    spot = press(arrive(), "5", "1").spot
    assert step(FLOW, spot, Waited(summoned=True)).verbs == (Leave(),)
    assert isinstance(step(FLOW, spot, Left("leave")).verbs[-1], Join)
    assert isinstance(step(FLOW, spot, Summoned()).verbs[-1], Join)


def test_a_provider_whose_queue_fails_twice_brings_the_caller_to_the_duty_desk() -> None:
    spot = press(arrive(), "5", "1").spot
    once = step(FLOW, spot, Left("system-error"))
    assert isinstance(once.verbs[-1], Wait)
    then = once.verbs[-1].then
    assert isinstance(then, Next)
    twice = step(FLOW, read_spot(then.spot), Left("system-error"))
    assert isinstance(twice.verbs[-1], Dial)


def test_no_two_turns_of_one_conversation_share_a_number_at_one_door() -> None:
    spot = press(arrive(), "5", "1").spot
    seen = {("waiting", spot.turn)}
    for _ in range(20):
        asked = step(FLOW, spot, Waited(1)).verbs[-1]
        assert isinstance(asked, Ask)
        assert asked.then is not None
        spot = read_spot(asked.then.spot)
        assert (asked.then.door, spot.turn) not in seen
        seen.add((asked.then.door, spot.turn))


def test_a_call_begins_with_a_contact() -> None:
    assert arrive().effects == (Opened(),)


@pytest.mark.parametrize(
    ("nodes", "fault"),
    [
        ({"a": Tell("b")}, "no node"),
        ({"a": Tell("a")}, "never reaches a person"),
        ({"a": Menu("goodbye", {"1": "q"}, lost="a"), "q": Queue("x")}, "never reaches a person"),
        ({"a": Menu("unheard", {}, lost="q"), "q": Queue("x")}, "no words in"),
        ({"a": Menu("goodbye", {"1": "gone"}, lost="q"), "q": Queue("x")}, "no node"),
        ({"a": Queue("x", need="chess")}, "no need"),
        ({"a": Queue("x", "danger", need="youth")}, "in danger"),
    ],
)
def test_a_flow_that_strands_a_caller_is_refused_at_start(nodes: dict[str, Menu | Tell | Queue], fault: str) -> None:
    with pytest.raises(BadFlow, match=fault):
        check(Flow(9, "a", nodes, FLOW.words))


def test_whoever_comes_to_a_queue_node_for_a_need_waits_with_it_also_when_they_come_back() -> None:
    flow = replace(FLOW, nodes={**FLOW.nodes, "young": Queue("loneliness", need="youth"), "who": Tell("young")})
    came = step(flow, replace(arrive().spot, node="who"), Pressed("1"))
    wanted = Queued("loneliness", "normal", "ko", "youth")
    assert came.effects == (wanted,)
    assert step(flow, came.spot, Forwarded(answered=False)).effects == (wanted,)
    fact = record.turn(
        {"CallSid": "CA1"}, "1", {}, came, at=datetime.now(UTC), vault=Vault({"t1": bytes(32)}, bytes(32))
    )
    (entry,) = fact.rows["routing_queue_entry"]
    assert entry["need"] == "youth"


@pytest.mark.parametrize("data", [{}, {"version": 1, "start": "a", "words": {}, "nodes": {"a": {"kind": "elevator"}}}])
def test_a_file_that_is_no_flow_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadFlow):
        read(data)


def test_a_call_finishes_the_version_it_began_with() -> None:
    newer = replace(load(), flows={**load().flows, 99: replace(FLOW, version=99)})
    assert newer.of(FLOW.version) is FLOW
    assert newer.newest.version == 99
    assert newer.of(7).version == 99
