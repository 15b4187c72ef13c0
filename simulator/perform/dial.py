"""Dial: other telephones, a queue or a conference, for as long as that lasts."""

import asyncio
from collections.abc import Mapping

from simulator.call import Goto, HangUp, Next
from simulator.document import Verb
from simulator.failures import Failure
from simulator.perform import dequeue, meet, ringing
from simulator.perform.session import Session


async def perform(session: Session, verb: Verb) -> Next:
    """Dial what stands inside; afterwards the action learns how it went, or the document goes on."""
    try:
        fields = await _limited(session, verb)
    except asyncio.CancelledError:
        if session.call.interruption == "hangup":
            _tell(session, verb)
        raise
    if session.call.leg.gone.is_set():
        return HangUp()
    action = session.verb_target(verb, "action", "method")
    return Goto(action, fields) if action else None


async def _limited(session: Session, verb: Verb) -> Mapping[str, str]:
    noun, hears_star = _noun(verb), verb.yes("hangupOnStar")
    star = asyncio.create_task(_star(session)) if hears_star else None
    talking = asyncio.create_task(_talk(session, verb, noun))
    try:
        limit_s = verb.number("timeLimit", 14400)
        await asyncio.wait({talking, *([star] if star else [])}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if talking.done():
            return talking.result()
        return {"DialCallStatus": "answered" if noun.name == "Conference" else "completed"}
    finally:
        for task in (talking, star):
            if task:
                task.cancel()
        await asyncio.gather(*(task for task in (talking, star) if task), return_exceptions=True)


async def _talk(session: Session, verb: Verb, noun: Verb) -> Mapping[str, str]:
    if noun.name == "Conference":
        await meet.attend(session, noun)
        return {"DialCallStatus": "answered"}
    if noun.name == "Queue":
        return await dequeue.take(session, verb, noun)
    return await ringing.ring(session, verb, verb.children or (noun,))


def _noun(verb: Verb) -> Verb:
    if not verb.children:
        return Verb("Number", text=verb.text)
    names = {child.name for child in verb.children}
    if names & {"Conference", "Queue"} and len(verb.children) > 1:
        raise Failure(12200, "<Dial> holds more than one noun, and one of them is a conference or a queue")
    return verb.children[0]


async def _star(session: Session) -> None:
    while await session.call.leg.digits.get() != "*":
        continue
    session.call.trace.add("pressed", digits="*")


def _tell(session: Session, verb: Verb) -> None:
    """Let the action know that the caller hung up; its answer changes nothing any more."""
    action = session.verb_target(verb, "action", "method")
    if action:
        call = session.call
        fields = {**call.standard(), "CallStatus": "completed", "DialCallStatus": "completed"}
        session.network.tell(call.sid, action, fields, call)
