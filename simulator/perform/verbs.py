"""Documents performed verb by verb: the simple verbs are here, the others have their own modules."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Final

from simulator.call import Goto, HangUp, LeaveQueue, Next
from simulator.document import Document, Verb
from simulator.failures import Failure
from simulator.perform.session import Session

Act = Callable[[Session, Verb], Awaitable[Next]]

UNANSWERING: Final = frozenset({"Redirect", "Reject", "Pause"})
"""Verbs that may run before the call is answered."""


async def perform(session: Session, document: Document) -> Next:
    """Perform a document's verbs in turn, until one leads elsewhere; None when the document ends."""
    for verb in document.verbs:
        if verb.name not in UNANSWERING and not verb.yes("answerOnBridge"):
            await session.answer()
        following = await ACTS[verb.name](session, verb)
        if following is not None:
            return following
    return None


async def speak(session: Session, text: str, language: str, voice: str | None) -> None:
    """Say something to the call, and write it down."""
    session.call.trace.add("said", text=text, language=language, voice=voice or "")
    await session.call.leg.say(text, language, voice)


async def prompts(session: Session, verbs: tuple[Verb, ...]) -> None:
    """Say, play and pause in turn."""
    for verb in verbs:
        await ACTS[verb.name](session, verb)


async def _say(session: Session, verb: Verb) -> Next:
    voice = verb.attributes.get("voice")
    language = verb.attributes.get("language") or _language_of(voice or "")
    for _ in _rounds(verb):
        await speak(session, verb.text, language, voice)
    return None


async def _play(session: Session, verb: Verb) -> Next:
    leg = session.call.leg
    if "digits" in verb.attributes:
        session.call.trace.add("stage", text=f"sends the tones {verb.attributes['digits']}")
        await leg.tones(verb.attributes["digits"])
        return None
    if not verb.text:
        raise Failure(12200, "<Play> has neither a URL nor digits")
    url = session.target(verb.text, "GET").url
    for _ in _rounds(verb):
        session.call.trace.add("played", url=url)
        await leg.play(url)
    return None


async def _pause(session: Session, verb: Verb) -> Next:
    await session.call.leg.pause(verb.number("length", 1))
    return None


async def _redirect(session: Session, verb: Verb) -> Next:
    return Goto(session.target(verb.text, verb.attributes.get("method", "POST")))


async def _hang_up(_session: Session, _verb: Verb) -> Next:
    return HangUp()


async def _reject(_session: Session, verb: Verb) -> Next:
    return HangUp(verb.attributes.get("reason", "rejected"))


async def _leave(_session: Session, _verb: Verb) -> Next:
    return LeaveQueue()


async def _gather(session: Session, verb: Verb) -> Next:
    from simulator.perform import gather

    return await gather.perform(session, verb)


async def _enqueue(session: Session, verb: Verb) -> Next:
    from simulator.perform import enqueue

    return await enqueue.perform(session, verb)


async def _dial(session: Session, verb: Verb) -> Next:
    from simulator.perform import dial

    return await dial.perform(session, verb)


async def _record(session: Session, verb: Verb) -> Next:
    from simulator.perform import record

    return await record.perform(session, verb)


def _rounds(verb: Verb) -> Iterator[int]:
    """Count a verb's repetitions; a loop of 0 never ends."""
    rounds = verb.number("loop", 1)
    return iter(range(rounds)) if rounds else count()


def _language_of(voice: str) -> str:
    return "ko-KR" if "ko-KR" in voice or "Seoyeon" in voice else "en-US"


ACTS: Final[dict[str, Act]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Redirect": _redirect,
    "Hangup": _hang_up,
    "Reject": _reject,
    "Leave": _leave,
    "Gather": _gather,
    "Enqueue": _enqueue,
    "Dial": _dial,
    "Record": _record,
}
