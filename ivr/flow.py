"""Where a caller is and what they did, in; where they are now, what they hear and what that starts, out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from casework.policy.duties import SHORTEST_VOICEMAIL
from ivr.events import (
    ALONE,
    STAY,
    Answer,
    Answered,
    Arrived,
    Asked,
    CallbackAsked,
    CannotSpeak,
    Closed,
    Effect,
    Event,
    Exit,
    Forwarded,
    InDanger,
    KeysAnswered,
    Left,
    Opened,
    OutOfQueue,
    Overflowed,
    Pressed,
    Queued,
    Recorded,
    Returned,
    Summoned,
    Talked,
    VoicemailLeft,
    VoicemailOffered,
    Waited,
)
from ivr.menu import EXIT_OF, Callback, Flow, Forward, Menu, Queue, Tell, Voicemail
from ivr.overflow import danger_node, due, is_danger
from ivr.promise import foretold, promise
from ivr.spot import Spot
from ivr.verbs import Ask, Dial, Go, HangUp, Join, Leave, Next, Play, Record, Say, Verb, Wait

ENDED: Final = "ended"
DANGER_KEY: Final = "0"
CALLBACK_KEY: Final = "1"
CANNOT_SPEAK_KEY: Final = "9"
ANSWERS: Final[Mapping[str, Answer]] = {"1": "yes", "2": "no"}
CLOSING: Final[Mapping[str, str]] = {"abuse": "closed_for_abuse"}
"""What a caller is told whose conversation was ended for a reason."""
LOOPS_WITHOUT_INDEX: Final = 2
"""After so many rounds of waiting with the queue's index away, a caller is brought to a person another way."""
ROUNDS: Final = 100_000
"""More than the waiting loop goes round in any wait."""
DUTY_DESK: Final = "duty"
"""The desk that answers when nothing of ours works."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call: where the caller stands now, what they hear, what it starts."""

    spot: Spot
    verbs: tuple[Verb, ...]
    effects: tuple[Effect, ...] = ()


def step(flow: Flow, spot: Spot, event: Event) -> Step:
    """Advance a call by one event. Every event in every place has an answer, and none of them is silence."""
    node = flow.nodes.get(spot.node)
    match node, event:
        case _, Arrived(reachable, mode):
            arrived = enter(flow, replace(spot, reachable=reachable), flow.modes.get(mode, flow.start))
            return replace(arrived, effects=(Opened(), *arrived.effects))
        case (_, Talked()) | (_, Forwarded(answered=True)):
            return _end(flow, spot, "goodbye")
        case _, Asked() | Answered() | Closed():
            return _counselor_asks(flow, spot, event)
        case _, Summoned():
            # Not a word more: the counselor is there and listens, and the next voice should be theirs.
            return Step(spot, (Join(Next("talked", _on(spot).query)),))
        case Queue() as queue, _:
            return _in_queue(flow, spot, queue, event)
        case Menu() as menu, Pressed(key):
            return _press(flow, spot, menu, key)
        case Voicemail() as voicemail, Recorded(recording, seconds):
            return _recorded(flow, spot, voicemail, VoicemailLeft(recording, seconds))
        case Forward(unanswered=name), Forwarded():
            return enter(flow, spot, name)
        case _:
            return enter(flow, spot, spot.node if node is not None else flow.start)


def _counselor_asks(flow: Flow, spot: Spot, event: Asked | Answered | Closed) -> Step:
    match event:
        case Asked(question) if question in flow.questions:
            words = (flow.say(flow.questions[question], spot.language), flow.say("answer_by_key", spot.language))
            onward = Next("answered", f"{_on(spot).query}&question={question}")
            return Step(spot, (Ask(words, onward, timeout=8),))
        case Answered(question, key) if question in flow.questions:
            back = step(flow, spot, Summoned())
            return replace(back, effects=(KeysAnswered(question, ANSWERS.get(key, "none")),))
        case Closed(reason):
            told = CLOSING.get(reason, "goodbye")
            return _end(flow, spot, told if told in flow.words else "goodbye")
        case _:
            return step(flow, spot, Summoned())


def _in_queue(flow: Flow, spot: Spot, queue: Queue, event: Event) -> Step:
    match event:
        case Returned() | Forwarded():
            again = _wait(flow, replace(spot, tries=0), (flow.say("return_to_queue", spot.language),))
            # Whoever was brought to another desk, in an outage, stands in the queue only from here.
            return replace(again, effects=(Queued(queue.name, queue.priority, spot.language),))
        case Pressed(key):
            return _press_while_waiting(flow, spot, queue, key)
        case Waited():
            return _comfort(flow, spot, queue, event)
        case Left(result):
            return _left(flow, spot, result)
        case Overflowed(name, n):
            return _overflow(flow, spot, name, n)
        case _:
            return _left(flow, spot, STAY)


def enter(flow: Flow, spot: Spot, name: str) -> Step:
    """Come to a node: hear its words, and stand there. A node that only tells leads on to the next at once."""
    said: tuple[Verb, ...] = ()
    told: tuple[Effect, ...] = ()
    while isinstance(node := flow.nodes[name], Tell):
        spot = replace(spot, language=node.language or spot.language, about=node.about or spot.about)
        told += (CannotSpeak(),) if node.cannot_speak else ()
        said += (Play(node.sound),) if node.sound else ()
        said += (flow.say(node.prompt, spot.language),) if node.prompt else ()
        name = node.then
    done = _arrive(flow, replace(spot, node=name, tries=0), said)
    return replace(done, effects=(*told, *done.effects)) if told else done


def _arrive(flow: Flow, here: Spot, said: tuple[Verb, ...]) -> Step:
    node = flow.nodes[here.node]
    if isinstance(node, Callback) and not here.reachable:
        return _after(said, enter(flow, here, node.unreachable))
    if node.prompt and not isinstance(node, Menu):
        said += (flow.say(node.prompt, here.language),)
    match node:
        case Menu():
            return _ask(flow, here, node, said)
        case Forward():
            dialed = Dial(node.desk, Next("forwarded", _on(here).query))
            return Step(here, (*said, dialed), _out(here, "exited_with_key"))
        case Voicemail():
            recorded = Record(Next("recorded", _on(here).query))
            return Step(here, (*said, recorded), (VoicemailOffered(), *_out(here, "voicemail")))
        case Callback():
            return Step(replace(here, node=ENDED), (*said, HangUp()), (CallbackAsked(),))
        case Queue():
            danger: tuple[Effect, ...] = (InDanger(),) if node.priority == "danger" else ()
            queued = Queued(node.name, node.priority, here.language)
            return replace(_wait(flow, here, said), effects=(queued, *danger))
        case Tell():  # `enter` leads on from these.
            return enter(flow, here, node.then)


def _after(said: tuple[Verb, ...], done: Step) -> Step:
    return replace(done, verbs=(*said, *done.verbs))


def _out(spot: Spot, way: Exit) -> tuple[Effect, ...]:
    # Only who has waited and was led out of it leaves a queue; others come to the same desks from the menu.
    return (OutOfQueue(way),) if spot.past else ()


def _overflow(flow: Flow, spot: Spot, name: str, n: int) -> Step:
    queue = flow.nodes.get(name)
    if not isinstance(queue, Queue) or n >= len(queue.overflow):
        return _left(flow, spot, STAY)
    taken = queue.overflow[n]
    done = enter(flow, replace(_leap(spot), node=name, past=n + 1), taken.then)
    way = OutOfQueue(EXIT_OF[taken.when])
    return replace(done, effects=tuple(way if isinstance(e, OutOfQueue) else e for e in done.effects))


def _recorded(flow: Flow, spot: Spot, voicemail: Voicemail, left: VoicemailLeft) -> Step:
    effects: tuple[Effect, ...] = (left,) if left.recording else ()
    if left.seconds >= SHORTEST_VOICEMAIL:
        return replace(_end(flow, spot, "voicemail_kept"), effects=effects)
    if spot.tries == 0:
        again = replace(_on(spot), tries=1)
        words = flow.say(voicemail.again, spot.language)
        return Step(again, (words, Record(Next("recorded", _on(again).query))), effects)
    return replace(_end(flow, spot, "voicemail_empty"), effects=effects)


def _on(spot: Spot) -> Spot:
    return replace(spot, turn=spot.turn + 1)


def _leap(spot: Spot) -> Spot:
    # The waiting loop counts on from where it began, and whoever comes out of it knows only that beginning: what
    # follows is numbered past every round a wait of days can have.
    return replace(spot, turn=(spot.turn // ROUNDS + 1) * ROUNDS)


def _ask(flow: Flow, spot: Spot, menu: Menu, said: tuple[Verb, ...]) -> Step:
    # What was said on the way is heard inside the question, so that a key interrupts it.
    words = tuple(verb for verb in said if isinstance(verb, Say | Play))
    ask = Ask((*words, flow.say(menu.prompt, spot.language)), Next("pressed", _on(spot).query))
    return Step(spot, (ask,))


def _press(flow: Flow, spot: Spot, menu: Menu, key: str) -> Step:
    if key in menu.choices:
        return enter(flow, spot, menu.choices[key])
    if not key and menu.silence:
        return enter(flow, spot, menu.silence)
    missed = replace(spot, tries=spot.tries + 1)
    if missed.tries >= menu.tries:
        return enter(flow, missed, menu.lost)
    return _ask(flow, missed, menu, (flow.say("not_a_choice" if key else "nothing_heard", spot.language),))


def _wait(flow: Flow, spot: Spot, said: tuple[Verb, ...]) -> Step:
    queue = flow.nodes[spot.node]
    name = queue.name if isinstance(queue, Queue) else spot.node
    # The loop's turns and the one after the queue are counted apart: both start from here.
    return Step(spot, (*said, Wait(name, Next("waiting", _on(spot).query), Next("left", _on(spot).query))))


def _comfort(flow: Flow, spot: Spot, queue: Queue, news: Waited) -> Step:
    gone = news.away and spot.tries >= LOOPS_WITHOUT_INDEX
    if news.summoned or gone or due(queue, spot.past, news) is not None:
        return Step(spot, (Leave(),))
    words = [flow.say("first_comfort" if spot.tries == 0 else "comfort", spot.language)]
    if news.place is not None and news.place <= flow.longest_place_told:
        words.append(flow.say("place_next" if news.place <= 1 else "place", spot.language, place=news.place))
    here, minutes = promise(spot, news, flow.longest_wait_told)
    if minutes:
        words.append(flow.say("wait_short" if minutes == 1 else "wait_minutes", spot.language, minutes=minutes))
    if queue.cannot_speak:
        words.append(flow.say("cannot_speak_choice", spot.language))
    if queue.priority != "danger":
        words.append(flow.say("waiting_choices" if spot.reachable else "waiting_choices_unreachable", spot.language))
    onward = replace(_on(here), tries=spot.tries + 1)
    prompts: tuple[Say | Play, ...] = (*words, Play("waiting"))
    ask = Ask(prompts, Next("pressed", _on(here).query), timeout=3, then=Next("waiting", onward.query))
    return Step(here, (ask,), foretold(spot, queue, news, minutes))


def _press_while_waiting(flow: Flow, spot: Spot, queue: Queue, key: str) -> Step:
    onward = replace(_on(spot), tries=spot.tries + 1)
    if key == DANGER_KEY:
        # From here the caller waits among those in danger, and is not asked to hang up for a callback any more.
        words = flow.say("danger_heard", spot.language)
        first = replace(onward, node=danger_node(flow, queue) or spot.node, past=0)
        return Step(spot, (words, Go(Next("waiting", first.query))), (InDanger(),))
    if key == CALLBACK_KEY and spot.reachable and queue.priority != "danger":
        words = flow.say("callback_promised", spot.language)
        return Step(replace(spot, node=ENDED), (words, HangUp()), (CallbackAsked(),))
    if key == CANNOT_SPEAK_KEY and queue.cannot_speak:
        silent = replace(onward, node=queue.cannot_speak, past=spot.past if spot.node == queue.cannot_speak else 0)
        danger = is_danger(flow, queue.cannot_speak) and queue.priority != "danger"
        effects: tuple[Effect, ...] = (CannotSpeak(), InDanger()) if danger else (CannotSpeak(),)
        words = flow.say("cannot_speak_heard", spot.language)
        return Step(spot, (words, Go(Next("waiting", silent.query))), effects)
    words = flow.say("still_here", spot.language)
    return Step(spot, (words, Go(Next("waiting", onward.query))))


def _left(flow: Flow, spot: Spot, result: str) -> Step:
    if result in {"leave", "bridging-in-process"}:
        return step(flow, spot, Summoned())
    if result == STAY:
        return _wait(flow, _leap(spot), (flow.say("still_here", spot.language),))
    if result in {"hangup", "bridged", "redirected", "redirected-from-bridged"}:
        return Step(replace(spot, node=ENDED), (HangUp(),))
    # The provider's queue failed: the caller waits in a new one, at the old place; if that fails too, a person is rung.
    failed = replace(_leap(spot), tries=spot.tries + 1)
    if failed.tries > 1 or result == ALONE:
        words = flow.say("to_duty_desk", spot.language)
        return Step(failed, (words, Dial(DUTY_DESK, Next("forwarded", _on(failed).query))))
    return _wait(flow, failed, (flow.say("return_to_queue", spot.language),))


def _end(flow: Flow, spot: Spot, prompt: str) -> Step:
    return Step(replace(spot, node=ENDED), (flow.say(prompt, spot.language), HangUp()))
