"""What a waiting caller hears, and what their keys mean."""

from dataclasses import replace
from typing import Final

from ivr.events import CallbackAsked, CannotSpeak, Effect, InDanger, Waited
from ivr.menu import Flow, Queue
from ivr.overflow import among, danger_node, due, is_danger
from ivr.promise import foretold, promise
from ivr.spot import Spot
from ivr.steps import ENDED, Step, on
from ivr.verbs import Ask, Go, HangUp, Leave, Next, Play, Say

DANGER_KEY: Final = "0"
CALLBACK_KEY: Final = "1"
CANNOT_SPEAK_KEY: Final = "9"
LOOPS_WITHOUT_INDEX: Final = 2
"""After so many rounds of waiting with the queue's index away, a caller is brought to a person another way."""


def comfort(flow: Flow, spot: Spot, queue: Queue, news: Waited) -> Step:
    """Say something kind, the place and the wait, and what can be chosen; or let the caller out of the queue."""
    spot, queue = among(flow, spot, queue, news)
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
    onward = replace(on(here), tries=spot.tries + 1)
    prompts: tuple[Say | Play, ...] = (*words, Play("waiting"))
    ask = Ask(prompts, Next("pressed", on(here).query), timeout=3, then=Next("waiting", onward.query))
    return Step(here, (ask,), foretold(spot, queue, news, minutes))


def press(flow: Flow, spot: Spot, queue: Queue, key: str) -> Step:
    """Do what a waiting caller asked for by a key; any other key is no mistake, and they wait on."""
    onward = replace(on(spot), tries=spot.tries + 1)
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
