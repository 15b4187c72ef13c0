"""What a caller hears when a part of us is out of order: always words, and always a way to a person."""

from dataclasses import replace

from ivr.events import Queued
from ivr.flow import DUTY_DESK, Step
from ivr.inbound import Request
from ivr.menu import Flow, Part
from ivr.spot import Spot, is_line
from ivr.twiml import Wording, render
from ivr.verbs import Dial, Go, HangUp, Next, Play, Say, Verb


def out_of_order(flow: Flow, wording: Wording, request: Request) -> bytes:
    """Bring whoever is on the line to the person on duty; whom we have called, and who said nothing yet, to no one.

    An answering machine, or somebody else who picked up, must not hear a person ask what is wrong.
    """
    late = flow.nodes.get(flow.late or "")
    if is_line(request.call_sid) and isinstance(late, Part) and _said_nothing_yet(flow, request):
        return render((flow.say(late.prompt, _language(request)), HangUp()), wording)
    return to_duty_desk(flow, wording, request)


def _said_nothing_yet(flow: Flow, request: Request) -> bool:
    failed = request.fields.get("ErrorUrl", "") or f"/{request.door}?node={request.query.get('node', '')}"
    return "/answered?" in failed or f"node={flow.called}" in failed


def _language(request: Request) -> str:
    return "en" if request.query.get("language") == "en" else "ko"


def to_duty_desk(flow: Flow, wording: Wording, request: Request) -> bytes:
    """Ring the person on duty; where no duty desk is configured, say who does answer. Reads nothing."""
    return render(_ring(flow, wording, Spot(flow.version, "duty", turn=1, language=_language(request))), wording)


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
