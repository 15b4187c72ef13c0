"""Where a caller is and what they did, in; where they are now, what they hear and what that starts, out."""

from dataclasses import dataclass, replace
from typing import Final

from ivr.events import (
    ALONE,
    Answered,
    Arrived,
    CallbackAsked,
    Effect,
    Event,
    Foretold,
    Forwarded,
    Handed,
    InDanger,
    Left,
    NotWanted,
    Opened,
    Pressed,
    Priority,
    Queued,
    Returned,
    StillWanted,
    Summoned,
    Talked,
    Waited,
)
from ivr.menu import Flow, Forward, Meet, Menu, Node, Part, Queue, Tell
from ivr.spot import Spot
from ivr.verbs import Ask, Dial, Go, HangUp, Join, Leave, Next, Play, Say, Verb, Wait

ENDED: Final = "ended"
DANGER_KEY: Final = "0"
CALLBACK_KEY: Final = "1"
LOOPS_WITHOUT_INDEX: Final = 2
"""After so many rounds of waiting with the queue's index away, a caller is brought to a person another way."""
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
        case _, (Arrived() | Answered()) as beginning:
            return _begin(flow, spot, beginning)
        case (_, Talked()) | (_, Forwarded(answered=True)):
            return _end(flow, spot, "goodbye")
        case _, Summoned():
            # Not a word more: the counselor is there and listens, and the next voice should be theirs.
            return Step(spot, (Join(Next("talked", _on(spot).query)),))
        case (Queue(), Returned() | Forwarded() | Handed()) | (Meet(), Handed()):
            return _come_back(flow, spot, event)
        case Menu() as menu, Pressed(key):
            return _press(flow, spot, menu, key)
        case Queue() as queue, Pressed(key):
            return _press_while_waiting(flow, spot, queue, key)
        case Queue() as queue, Waited() as news:
            return _comfort(flow, spot, queue, news)
        case Queue(), Left(result):
            return _left(flow, spot, result)
        case (Forward(unanswered=name), Forwarded()) | (Meet(otherwise=name), Returned()):
            return enter(flow, spot, name)
        case _:
            return enter(flow, spot, spot.node if node is not None else flow.start)


def _begin(flow: Flow, spot: Spot, event: Arrived | Answered) -> Step:
    if isinstance(event, Answered):
        return enter(flow, spot, (flow.called if event.waited_for else flow.late) or flow.start)
    arrived = enter(flow, replace(spot, reachable=event.reachable), flow.start)
    return replace(arrived, effects=(Opened(), *arrived.effects))


def enter(flow: Flow, spot: Spot, name: str) -> Step:
    """Come to a node: hear its words, and stand there. A node that only tells leads on to the next at once."""
    said: tuple[Verb, ...] = ()
    while isinstance(node := flow.nodes[name], Tell):
        spot = replace(spot, language=node.language or spot.language, about=node.about or spot.about)
        said += (flow.say(node.prompt, spot.language),) if node.prompt else ()
        name = node.then
    here = replace(spot, node=name, tries=0)
    if isinstance(node, Menu):
        return _ask(flow, here, node, said)
    if isinstance(node, Forward):
        words = (*said, flow.say(node.prompt, spot.language))
        return Step(here, (*words, Dial(node.desk, Next("forwarded", _on(here).query))))
    if isinstance(node, Part):
        declined: tuple[Effect, ...] = (NotWanted(),) if node.declined else ()
        return Step(here, (*said, flow.say(node.prompt, spot.language), HangUp()), declined)
    if node.prompt:
        said += (flow.say(node.prompt, spot.language),)
    danger: tuple[Effect, ...] = (InDanger(),) if node.priority == "danger" else ()
    if isinstance(node, Meet):
        return Step(here, (*said, Join(Next("talked", _on(here).query))), (StillWanted(), *danger))
    queued = _wait(flow, here, said)
    return replace(queued, effects=(Queued(node.name, node.priority, spot.language), *danger))


def _line_behind(flow: Flow, name: str) -> str:
    while isinstance(node := flow.nodes[name], Tell | Meet):
        name = node.then if isinstance(node, Tell) else node.otherwise
    return name


def _come_back(flow: Flow, spot: Spot, event: Event) -> Step:
    # Whoever talked in a call of ours stands where those wait who call us.
    spot = replace(spot, node=_line_behind(flow, spot.node))
    queue = flow.nodes[spot.node]
    if not isinstance(queue, Queue):
        return enter(flow, spot, spot.node)
    if isinstance(event, Handed) and event.desk:
        words = flow.say("to_other_desk", spot.language)
        return Step(spot, (words, Dial(event.desk, Next("forwarded", _on(spot).query))))
    said = "to_next_counselor" if isinstance(event, Handed) else "return_to_queue"
    again = _wait(flow, replace(spot, tries=0), (flow.say(said, spot.language),))
    # Whoever was brought to another desk stands in the queue only from here.
    return replace(again, effects=(Queued(queue.name, queue.priority, spot.language),))


def _on(spot: Spot) -> Spot:
    return replace(spot, turn=spot.turn + 1)


def _ask(flow: Flow, spot: Spot, menu: Menu, said: tuple[Verb, ...]) -> Step:
    # What was said on the way is heard inside the question, so that a key interrupts it.
    words = tuple(verb for verb in said if isinstance(verb, Say))
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
    if news.summoned or (news.away and spot.tries >= LOOPS_WITHOUT_INDEX):
        return Step(spot, (Leave(),))
    words = [flow.say("first_comfort" if spot.tries == 0 else "comfort", spot.language)]
    if news.place is not None and news.place <= flow.longest_place_told:
        words.append(flow.say("place_next" if news.place <= 1 else "place", spot.language, place=news.place))
    here, minutes = _promise(spot, news, flow.longest_wait_told)
    if minutes:
        words.append(flow.say("wait_short" if minutes == 1 else "wait_minutes", spot.language, minutes=minutes))
    if queue.priority != "danger":
        words.append(flow.say("waiting_choices" if spot.reachable else "waiting_choices_unreachable", spot.language))
    onward = replace(_on(here), tries=spot.tries + 1)
    prompts: tuple[Say | Play, ...] = (*words, Play("waiting"))
    ask = Ask(prompts, Next("pressed", _on(here).query), timeout=3, then=Next("waiting", onward.query))
    return Step(here, (ask,), _foretold(spot, queue, news, minutes))


def _promise(spot: Spot, news: Waited, longest: int) -> tuple[Spot, int | None]:
    """Say how many minutes to tell, rounded up, and remember them: a caller never hears of a later end than before.

    Only where fewer seats are there than when it was said does an earlier word not bind. Where it has become less than
    half of what is expected now, nobody would believe it: the caller hears comfort without a number.
    """
    if news.seconds is None:
        return spot, None
    binds = spot.promised > 0 and news.seats >= spot.staffed
    left = spot.promised - news.waited if binds else news.seconds
    seconds = min(news.seconds, left)
    if seconds > longest or 2 * left < news.seconds:
        return spot, None
    minutes = max(1, -(-seconds // 60))
    end = news.waited + 60 * minutes
    return replace(spot, promised=min(end, spot.promised) if binds else end, staffed=news.seats), minutes


def _foretold(spot: Spot, queue: Queue, news: Waited, minutes: int | None) -> tuple[Effect, ...]:
    # A forecast that the caller did not hear is written down once, or long waits would look as if none was ever made.
    if news.seconds is None or news.within is None or not (minutes or spot.tries == 0):
        return ()
    return (Foretold(queue.name, news.seconds, news.within, minutes * 60 if minutes else None),)


def _press_while_waiting(flow: Flow, spot: Spot, queue: Queue, key: str) -> Step:
    onward = replace(_on(spot), tries=spot.tries + 1)
    if key == DANGER_KEY:
        # From here the caller waits among those in danger, and is not asked to hang up for a callback any more.
        words = flow.say("danger_heard", spot.language)
        first = replace(onward, node=_danger_node(flow, queue) or spot.node)
        return Step(spot, (words, Go(Next("waiting", first.query))), (InDanger(),))
    if key == CALLBACK_KEY and spot.reachable and queue.priority != "danger":
        words = flow.say("callback_promised", spot.language)
        return Step(replace(spot, node=ENDED), (words, HangUp()), (CallbackAsked(),))
    words = flow.say("still_here", spot.language)
    return Step(spot, (words, Go(Next("waiting", onward.query))))


def _danger_node(flow: Flow, queue: Queue) -> str | None:
    same = (n for n, node in flow.nodes.items() if isinstance(node, Queue) and node.name == queue.name)
    return next((name for name in same if _priority(flow.nodes[name]) == "danger"), None)


def _priority(node: Node) -> Priority | None:
    return node.priority if isinstance(node, Queue) else None


def _left(flow: Flow, spot: Spot, result: str) -> Step:
    if result in {"leave", "bridging-in-process"}:
        return step(flow, spot, Summoned())
    if result in {"hangup", "bridged", "redirected", "redirected-from-bridged"}:
        return Step(replace(spot, node=ENDED), (HangUp(),))
    # The provider's queue failed: the caller waits in a new one, at the old place; if that fails too, a person is rung.
    failed = replace(spot, tries=spot.tries + 1)
    if failed.tries > 1 or result == ALONE:
        words = flow.say("to_duty_desk", spot.language)
        return Step(failed, (words, Dial(DUTY_DESK, Next("forwarded", _on(failed).query))))
    return _wait(flow, failed, (flow.say("return_to_queue", spot.language),))


def _end(flow: Flow, spot: Spot, prompt: str) -> Step:
    return Step(replace(spot, node=ENDED), (flow.say(prompt, spot.language), HangUp()))
