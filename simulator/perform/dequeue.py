"""Dialing a queue: talking to whoever waits longest there."""

import asyncio
from collections.abc import Mapping

from simulator.bridge import Bridge
from simulator.call import Goto
from simulator.document import Verb
from simulator.perform import life
from simulator.perform.session import WHISPER, Session
from simulator.queues import Place, Queue


async def take(session: Session, verb: Verb, noun: Verb) -> Mapping[str, str]:
    """Take the first of a queue (wait for one as long as the dial lasts), talk, and give the fields of the action."""
    queue = session.network.queue(noun.text)
    timeout_s = max(session.network.settings.ring_s, session.network.seconds(verb.number("timeout", 30)))
    try:
        async with asyncio.timeout(timeout_s):
            await queue.arrived.wait()
    except TimeoutError:
        return {"DialCallStatus": "no-answer", "QueueSid": queue.sid}
    place = queue.places[0]
    bridge = Bridge(session.call, place.call)
    queue.take(place, bridge)
    try:
        await _whispered(session, noun, queue, place)
        bridge.ready.set()
        await bridge.talk(session.call)
    finally:
        bridge.over.set()
    return {
        "DialCallStatus": "completed",
        "DialCallSid": place.call.sid,
        "DialBridged": "true" if bridge.talked else "false",
        "QueueSid": queue.sid,
    }


async def _whispered(session: Session, noun: Verb, queue: Queue, place: Place) -> None:
    """Let the one who waited hear what the queue's own document says, before the two are put through."""
    target = session.verb_target(noun, "url", "method")
    if target is None:
        return
    extra = {
        "QueueSid": queue.sid,
        "QueueTime": str(place.waited_s),
        "DequeingCallSid": session.call.sid,
    }
    waiting = Session(session.network, place.call, WHISPER, session.base)
    await life.follow(waiting, Goto(target, extra))
