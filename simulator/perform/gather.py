"""Gather: prompts, then keys."""

import asyncio
from typing import TYPE_CHECKING

from simulator.call import Goto, Next
from simulator.document import Verb
from simulator.perform import verbs
from simulator.perform.session import Session

if TYPE_CHECKING:
    from simulator.leg import Leg


async def perform(session: Session, verb: Verb) -> Next:
    """Say the prompts, hear keys, and go to the action with them; without keys the document goes on."""
    call = session.call
    discard(session)
    first = await _first_key(session, verb)
    digits, finished = await _collect(session, verb, first)
    found = {"msg": "Gather End", **({"FinishedOnKey": finished} if finished else {})}
    action = session.target(verb.attributes.get("action", ""), verb.attributes.get("method", "POST"))
    if digits:
        call.trace.add("pressed", digits=digits)
        return Goto(action, {"Digits": digits, **found})
    call.trace.add("silent")
    return Goto(action, found) if verb.yes("actionOnEmptyResult") else None


def discard(session: Session) -> None:
    """Throw away the keys that were pressed before anybody asked."""
    early = ""
    while not session.call.leg.digits.empty():
        early += session.call.leg.digits.get_nowait()
    if early:
        session.call.trace.add("pressed", digits=early, asked=False)


async def next_key(leg: "Leg", seconds: float) -> str:
    """Wait for a key; an empty string when none came in so many real seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await leg.digits.get()
    except TimeoutError:
        return ""


async def _first_key(session: Session, verb: Verb) -> str:
    """Say the prompts until a key interrupts them (give it) or they are over (then wait for one)."""
    leg = session.call.leg
    key = asyncio.create_task(leg.digits.get())
    prompting = asyncio.create_task(verbs.prompts(session, verb.children))
    try:
        await asyncio.wait({key, prompting}, return_when=asyncio.FIRST_COMPLETED)
        if not key.done():
            prompting.result()
            leg.asked()
            session.call.trace.add("asked", keys=verb.attributes.get("numDigits", ""))
            await asyncio.wait({key}, timeout=_patience_s(session, verb))
        return key.result() if key.done() else ""
    finally:
        key.cancel()
        prompting.cancel()
        await asyncio.gather(key, prompting, return_exceptions=True)


async def _collect(session: Session, verb: Verb, first: str) -> tuple[str, str]:
    """Hear keys until there are enough, one of the finishing keys is pressed or none comes; give them and that key."""
    enough, finish = verb.number("numDigits", 255), verb.attributes.get("finishOnKey", "#")
    digits, key = "", first
    while key:
        if key in finish:
            return digits, key
        digits += key
        if len(digits) >= enough:
            break
        key = await next_key(session.call.leg, _patience_s(session, verb))
    return digits, ""


def _patience_s(session: Session, verb: Verb) -> float:
    return max(session.network.settings.listen_s, session.network.seconds(verb.number("timeout", 5)))
