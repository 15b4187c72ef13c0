"""Enqueue: waiting in a queue until somebody takes the call out of it."""

import asyncio

from simulator.bridge import Bridge
from simulator.call import Goto, HangUp, LeaveQueue, Next
from simulator.document import Verb
from simulator.failures import Failure
from simulator.perform import waiting
from simulator.perform.session import QUEUE_WAIT, Session
from simulator.queues import Place, Queue


async def perform(session: Session, verb: Verb) -> Next:
    """Wait in the queue; afterwards the action learns how that ended, or the document goes on."""
    queue = session.network.queue(verb.text)
    if len(queue.places) >= min(queue.max_size, verb.number("maxQueueSize", queue.max_size)):
        return _after(session, verb, {"QueueResult": "queue-full"})
    place = queue.enter(session.call)
    session.call.trace.add("stage", text=f"waits in the queue {queue.name}")
    result = "system-error"
    try:
        result, following = await _stay(session, verb, queue, place)
    except asyncio.CancelledError:
        was_bridged = place.taken.done() and isinstance(place.taken.result(), Bridge)
        result = _cut_off(session, was_bridged=was_bridged)
        _tell(session, verb, _fields(queue, place, result))
        raise
    finally:
        queue.leave(place)
    if following is not None:
        _tell(session, verb, _fields(queue, place, result))
        return following
    return _after(session, verb, _fields(queue, place, result))


async def _stay(session: Session, verb: Verb, queue: Queue, place: Place) -> tuple[str, Next]:
    """Wait, and give the queue's result and, if the call goes elsewhere than to the action, where."""
    beside = session.beside(QUEUE_WAIT, lambda: queue.parameters(place))
    target = session.verb_target(verb, "waitUrl", "waitUrlMethod")
    hearing = asyncio.create_task(waiting.rounds(beside, target) if target else waiting.music(beside))
    try:
        await asyncio.wait((hearing, place.taken), return_when=asyncio.FIRST_COMPLETED)
        if not place.taken.done():
            return _own_leaving(session, hearing)
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    taken = place.taken.result()
    if isinstance(taken, Goto):
        return "redirected", taken
    await taken.talk(session.call)
    return "bridged" if taken.talked else "error", None


def _own_leaving(session: Session, hearing: "asyncio.Task[HangUp | LeaveQueue]") -> tuple[str, Next]:
    try:
        ending = hearing.result()
    except Failure as failure:
        session.network.complain(failure, session.call)
        return "error", None
    return ("leave", None) if isinstance(ending, LeaveQueue) else ("hangup", ending)


def _cut_off(session: Session, *, was_bridged: bool) -> str:
    if session.call.interruption == "hangup":
        return "bridged" if was_bridged else "hangup"
    return "redirected-from-bridged" if was_bridged else "redirected"


def _fields(queue: Queue, place: Place, result: str) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(place.waited_s)}


def _after(session: Session, verb: Verb, fields: dict[str, str]) -> Next:
    action = session.verb_target(verb, "action", "method")
    return Goto(action, fields) if action else None


def _tell(session: Session, verb: Verb, fields: dict[str, str]) -> None:
    """Let the action know although its answer can change nothing any more."""
    action = session.verb_target(verb, "action", "method")
    if action:
        call = session.call
        status = {"CallStatus": "completed"} if call.interruption == "hangup" else {}
        session.network.tell(call.sid, action, {**call.standard(), **status, **fields}, call)
