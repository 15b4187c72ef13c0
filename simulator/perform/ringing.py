"""Dialing other telephones: they ring together, the first to answer is put through."""

import asyncio
from collections.abc import Mapping
from functools import partial

from simulator.bridge import Bridge
from simulator.call import Call, Goto, HangUp, News, Next, Perform
from simulator.document import Verb
from simulator.invitation import Invitation
from simulator.perform import life
from simulator.perform.session import WHISPER, Session
from simulator.settings import Target


class _Race:
    """Who of those who were rung answered first."""

    def __init__(self) -> None:
        self.won = asyncio.Event()
        self.bridge: Bridge | None = None


async def ring(session: Session, verb: Verb, nouns: tuple[Verb, ...]) -> Mapping[str, str]:
    """Ring everybody, talk to the first who answers, and give the fields of the action."""
    race = _Race()
    children = [_rung(session, verb, noun, race) for noun in nouns]
    try:
        await _settled(race, children)
        if race.bridge is None:
            last = children[-1]
            return {"DialCallStatus": last.status.value, "DialCallSid": last.sid, "DialBridged": "false"}
        _release(session, children, race.bridge.second)
        return await _conversation(session, verb, race.bridge)
    finally:
        _release(session, children, None)


async def _conversation(session: Session, verb: Verb, bridge: Bridge) -> Mapping[str, str]:
    if verb.yes("answerOnBridge"):
        await session.answer()
    await bridge.talk(session.call)
    child = bridge.second
    return {
        "DialCallStatus": "completed",
        "DialCallSid": child.sid,
        "DialCallDuration": str(child.talked_s),
        "DialBridged": "true" if bridge.talked else "false",
    }


def _rung(session: Session, verb: Verb, noun: Verb, race: _Race) -> Call:
    child = session.network.invite(_invitation(session, verb, noun, race))
    own = [part.attributes for part in noun.children if part.name == "Parameter"]
    if own:
        child.trace.add("parameters", values={part.get("name", ""): part.get("value", "") for part in own})
    return child


def _invitation(session: Session, verb: Verb, noun: Verb, race: _Race) -> Invitation:
    whisper = session.verb_target(noun, "url", "method")
    status = session.verb_target(noun, "statusCallback", "statusCallbackMethod")
    events = tuple(noun.attributes.get("statusCallbackEvent", "completed").split())
    return Invitation(
        from_=verb.attributes.get("callerId") or session.call.from_,
        to=_address(noun),
        order=Perform(partial(_answered, race, session.call, whisper)),
        timeout_s=verb.number("timeout", 30),
        direction="outbound-dial",
        news=(News(status, events),) if status else (),
        parent_sid=session.call.sid,
        send_digits=noun.attributes.get("sendDigits", ""),
    )


async def _answered(race: _Race, parent: Call, whisper: Target | None, session: Session) -> Next:
    """Be the one who answered: hear what is to be heard first, then talk. Whoever comes second hangs up."""
    if whisper:
        ending = await life.follow(session.beside(WHISPER), Goto(whisper))
        if isinstance(ending, HangUp):
            return ending
    if race.bridge is not None:
        return HangUp()
    race.bridge = Bridge(parent, session.call)
    race.bridge.ready.set()
    race.won.set()
    await race.bridge.talk(session.call)
    return HangUp()


async def _settled(race: _Race, children: list[Call]) -> None:
    won = asyncio.create_task(race.won.wait())
    nobody = asyncio.create_task(_all_done(children))
    try:
        await asyncio.wait({won, nobody}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        won.cancel()
        nobody.cancel()


async def _all_done(children: list[Call]) -> None:
    for child in children:
        await child.done.wait()


def _release(session: Session, children: list[Call], winner: Call | None) -> None:
    for child in children:
        if child is not winner and not child.is_over:
            session.network.order(child, HangUp("canceled"))


def _address(noun: Verb) -> str:
    if noun.name == "Client":
        named = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
        return f"client:{named}"
    return noun.text
