"""Where a caller is and what they did, in; where they are now, what they hear and what that starts, out."""

from collections.abc import Mapping
from dataclasses import replace
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
    Handed,
    InDanger,
    KeysAnswered,
    Left,
    NotWanted,
    Opened,
    OutOfQueue,
    Overflowed,
    Pressed,
    Queued,
    Recorded,
    Replied,
    Returned,
    StillWanted,
    Summoned,
    Talked,
    VoicemailLeft,
    VoicemailOffered,
    Waited,
)
from ivr.menu import EXIT_OF, Callback, Flow, Forward, Meet, Menu, Part, Queue, Tell, Voicemail
from ivr.spot import Spot
from ivr.steps import ENDED, Step, leap, on, summoned, wait
from ivr.verbs import Ask, Dial, HangUp, Next, Play, Record, Say, Verb
from ivr.waiting import comfort, press

ANSWERS: Final[Mapping[str, Answer]] = {"1": "yes", "2": "no"}
CLOSING: Final[Mapping[str, str]] = {"abuse": "closed_for_abuse"}
"""What a caller is told whose conversation was ended for a reason."""
DUTY_DESK: Final = "duty"
"""The desk that answers when nothing of ours works."""


def step(flow: Flow, spot: Spot, event: Event) -> Step:
    """Advance a call by one event. Every event in every place has an answer, and none of them is silence."""
    node = flow.nodes.get(spot.node)
    match node, event:
        case _, (Arrived() | Answered()) as beginning:
            return _begin(flow, spot, beginning)
        case (_, Talked()) | (_, Forwarded(answered=True)):
            return _end(flow, spot, "goodbye")
        case _, Asked() | Replied() | Closed():
            return _counselor_asks(flow, spot, event)
        case _, Summoned():
            return summoned(spot)
        case Queue() | Meet(), Handed(desk):
            return _handed(flow, spot, desk)
        case Queue() as queue, _:
            return _in_queue(flow, spot, queue, event)
        case Menu() as menu, Pressed(key):
            return _press(flow, spot, menu, key)
        case Voicemail() as voicemail, Recorded(recording, seconds):
            return _recorded(flow, spot, voicemail, VoicemailLeft(recording, seconds))
        case (Forward(unanswered=name), Forwarded()) | (Meet(otherwise=name), Returned()):
            return enter(flow, spot, name)
        case _:
            return enter(flow, spot, spot.node if node is not None else flow.start)


def _begin(flow: Flow, spot: Spot, event: Arrived | Answered) -> Step:
    if isinstance(event, Answered):
        return enter(flow, spot, (flow.called if event.waited_for else flow.late) or flow.start)
    arrived = enter(flow, replace(spot, reachable=event.reachable), flow.modes.get(event.mode, flow.start))
    return replace(arrived, effects=(Opened(), *arrived.effects))


def _counselor_asks(flow: Flow, spot: Spot, event: Asked | Replied | Closed) -> Step:
    match event:
        case Asked(question) if question in flow.questions:
            words = (flow.say(flow.questions[question], spot.language), flow.say("answer_by_key", spot.language))
            onward = Next("replied", f"{on(spot).query}&question={question}")
            return Step(spot, (Ask(words, onward, timeout=8),))
        case Replied(question, key) if question in flow.questions:
            return replace(summoned(spot), effects=(KeysAnswered(question, ANSWERS.get(key, "none")),))
        case Closed(reason):
            told = CLOSING.get(reason, "goodbye")
            return _end(flow, spot, told if told in flow.words else "goodbye")
        case _:
            return summoned(spot)


def _in_queue(flow: Flow, spot: Spot, queue: Queue, event: Event) -> Step:
    match event:
        case Returned() | Forwarded():
            again = wait(flow, replace(spot, tries=0), (flow.say("return_to_queue", spot.language),))
            # Whoever was brought to another desk, in an outage, stands in the queue only from here.
            return replace(again, effects=(Queued(queue.name, queue.priority, spot.language, queue.need),))
        case Pressed(key):
            return press(flow, spot, queue, key)
        case Waited():
            return comfort(flow, spot, queue, event)
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
            dialed = Dial(node.desk, Next("forwarded", on(here).query))
            return Step(here, (*said, dialed), _out(here, "exited_with_key"))
        case Voicemail():
            recorded = Record(Next("recorded", on(here).query))
            return Step(here, (*said, recorded), (VoicemailOffered(), *_out(here, "voicemail")))
        case Callback():
            return Step(replace(here, node=ENDED), (*said, HangUp()), (CallbackAsked(),))
        case Meet() | Part():
            return _called(here, node, said)
        case Queue():
            queued = Queued(node.name, node.priority, here.language, node.need)
            return replace(wait(flow, here, said), effects=(queued, *_danger(node)))
        case Tell():  # `enter` leads on from these.
            return enter(flow, here, node.then)


def _called(here: Spot, node: Meet | Part, said: tuple[Verb, ...]) -> Step:
    if isinstance(node, Part):
        return Step(here, (*said, HangUp()), (NotWanted(),) if node.declined else ())
    return replace(_after(said, summoned(here)), effects=(StillWanted(), *_danger(node)))


def _line_behind(flow: Flow, name: str) -> str:
    while isinstance(node := flow.nodes[name], Tell | Meet):
        name = node.then if isinstance(node, Tell) else node.otherwise
    return name


def _handed(flow: Flow, spot: Spot, desk: str) -> Step:
    # Whoever talked in a call of ours stands where those wait who call us.
    spot = replace(spot, node=_line_behind(flow, spot.node))
    queue = flow.nodes[spot.node]
    if not isinstance(queue, Queue):
        return enter(flow, spot, spot.node)
    if desk:
        return Step(spot, (flow.say("to_other_desk", spot.language), Dial(desk, Next("forwarded", on(spot).query))))
    again = wait(flow, replace(spot, tries=0), (flow.say("to_next_counselor", spot.language),))
    return replace(again, effects=(Queued(queue.name, queue.priority, spot.language, queue.need),))


def _danger(node: Queue | Meet) -> tuple[Effect, ...]:
    return (InDanger(),) if node.priority == "danger" else ()


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
    done = enter(flow, replace(leap(spot), node=name, past=n + 1), taken.then)
    way = OutOfQueue(EXIT_OF[taken.when])
    return replace(done, effects=tuple(way if isinstance(e, OutOfQueue) else e for e in done.effects))


def _recorded(flow: Flow, spot: Spot, voicemail: Voicemail, left: VoicemailLeft) -> Step:
    effects: tuple[Effect, ...] = (left,) if left.recording else ()
    if left.seconds >= SHORTEST_VOICEMAIL:
        return replace(_end(flow, spot, "voicemail_kept"), effects=effects)
    if spot.tries == 0:
        again = replace(on(spot), tries=1)
        words = flow.say(voicemail.again, spot.language)
        return Step(again, (words, Record(Next("recorded", on(again).query))), effects)
    return replace(_end(flow, spot, "voicemail_empty"), effects=effects)


def _ask(flow: Flow, spot: Spot, menu: Menu, said: tuple[Verb, ...]) -> Step:
    # What was said on the way is heard inside the question, so that a key interrupts it.
    words = tuple(verb for verb in said if isinstance(verb, Say | Play))
    ask = Ask((*words, flow.say(menu.prompt, spot.language)), Next("pressed", on(spot).query))
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


def _left(flow: Flow, spot: Spot, result: str) -> Step:
    if result in {"leave", "bridging-in-process"}:
        return summoned(spot)
    if result == STAY:
        return wait(flow, leap(spot), (flow.say("still_here", spot.language),))
    if result in {"hangup", "bridged", "redirected", "redirected-from-bridged"}:
        return Step(replace(spot, node=ENDED), (HangUp(),))
    # The provider's queue failed: the caller waits in a new one, at the old place; if that fails too, a person is rung.
    failed = replace(leap(spot), tries=spot.tries + 1)
    if failed.tries > 1 or result == ALONE:
        words = flow.say("to_duty_desk", spot.language)
        return Step(failed, (words, Dial(DUTY_DESK, Next("forwarded", on(failed).query))))
    return wait(flow, failed, (flow.say("return_to_queue", spot.language),))


def _end(flow: Flow, spot: Spot, prompt: str) -> Step:
    return Step(replace(spot, node=ENDED), (flow.say(prompt, spot.language), HangUp()))
