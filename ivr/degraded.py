"""What a caller hears when a part of us is out of order: always words, and always a way to a person."""

from dataclasses import replace

from ivr.events import Queued
from ivr.flow import DUTY_DESK, Step
from ivr.inbound import Request
from ivr.menu import Flow
from ivr.spot import Spot
from ivr.twiml import Wording, render
from ivr.verbs import Dial, Go, Next, Play, Say, Verb


def to_duty_desk(flow: Flow, wording: Wording, request: Request) -> bytes:
    """Ring the person on duty; where no duty desk is configured, say who does answer. Reads nothing."""
    language = "en" if request.query.get("language") == "en" else "ko"
    return render(_ring(flow, wording, Spot(flow.version, "duty", turn=1, language=language)), wording)


def without_database(flow: Flow, wording: Wording, step: Step) -> Step:
    """Keep a step that needs no queue; a caller who would wait in a queue nobody can see is brought to a person."""
    if not any(isinstance(effect, Queued) for effect in step.effects):
        return step
    words = tuple(verb for verb in step.verbs if isinstance(verb, Say))
    then = replace(step.spot, turn=step.spot.turn + 1)
    return replace(step, verbs=(*words, *_ring(flow, wording, then)), effects=())


def _ring(flow: Flow, wording: Wording, then: Spot) -> tuple[Verb, ...]:
    onward = Next("forwarded", then.query)
    if DUTY_DESK in dict(wording.desks):
        return (flow.say("to_duty_desk", then.language), Dial(DUTY_DESK, onward))
    return (flow.say("nobody_answers", then.language), Play("waiting"), Go(onward))


def music(wording: Wording) -> bytes:
    """Play music in a loop."""
    return render((Play("waiting"),), wording).replace(b"</Response>", b"<Redirect/></Response>")
