"""The provider's webhooks: verified, decided, committed, answered. The one hand-tuned path of the house.

It stands in front of FastAPI as a dictionary lookup on the path, and stays small enough to read at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from core.errors import Refusal
from core.journal import Fact, Journal, Unkept
from core.phone import read_address
from core.security import Vault
from ivr import notices, readings, record
from ivr.catalog import Catalog
from ivr.degraded import music, out_of_order, to_duty_desk, without_database
from ivr.events import ALONE, Answered, Arrived, Event, Left, Waited
from ivr.flow import step
from ivr.inbound import Refused, Request, receive_request, send_problem, send_xml
from ivr.menu import Flow
from ivr.modes.policy import ModeNow
from ivr.officer import Told
from ivr.officer import out_of_order as read_later
from ivr.overflow import leaving
from ivr.signature import Keys
from ivr.spool import Spool
from ivr.spot import Spot, read_spot
from ivr.steps import Step
from ivr.twiml import EMPTY, Wording, counselor_place, render
from ivr.verbs import Join

log = logging.getLogger(__name__)

Outlook = Callable[[UUID], Awaitable[Waited]]
"""What the queue knows of a waiting contact; must answer within a fraction of a second, or say nothing is known."""
DeskCall = Callable[[str], tuple[str, str] | None]
"""The call and the offer that a counselor's softphone (by login) should be connected to now."""
Recall = Callable[[str, str], Awaitable[dict[str, Any] | None]]
"""What the journal kept under (source, key)."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Everything the webhooks need, and the ASGI application that answers them."""

    keys: Keys
    wording: Wording
    catalog: Catalog
    vault: Vault
    journal: Journal
    spool: Spool
    clock: Callable[[], datetime]
    outlook: Outlook
    desk_call: DeskCall
    recall: Recall
    mode: ModeNow
    officer: Told
    officer_gone: Callable[[str, str], None]
    """Told by attempt and status how a call to an officer ended."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer one webhook."""
        try:
            request = await receive_request(scope, receive, self.keys, self.wording)
        except Refused as refused:
            await send_problem(send, refused)
            return
        try:
            reply = await ANSWERS[scope["path"]](self, request)
        except notices.Unreadable as error:
            await send_problem(send, Refused(422, "Invalid", str(error)))
        except Exception:
            # A bug of ours must never be heard as silence: whoever is on the line is brought to a person.
            log.exception("webhook failed: %s", scope["path"])
            await send_xml(send, out_of_order(self.catalog.newest, self.wording, request))
        else:
            await send_xml(send, reply)


async def _turn(hooks: Webhooks, request: Request, event: Event, spot: Spot) -> bytes:
    """Decide one turn and commit it before the answer; a repeat is answered from what was kept the first time."""
    if not request.call_sid:
        return to_duty_desk(hooks.catalog.newest, hooks.wording, request)
    flow = hooks.catalog.of(spot.flow)
    done, reply = _decide(flow, spot, event, hooks.wording)
    key = f"{request.door}:{spot.turn}{request.query.get('offer', '')[:40]}"
    heard = {"door": request.door, "spot": spot.query, "event": record.write_event(event)}
    if "LegSid" in request.fields:
        heard["LegSid"] = request.fields["LegSid"]
    fact = record.turn(request.fields, key, heard, done, at=hooks.clock(), vault=hooks.vault)
    try:
        if await hooks.journal.keep(fact):
            return reply or render(done.verbs, hooks.wording, request.call_sid)
        done = await _again(hooks, fact, done)
    except Unkept as error:
        log.error("answered without the database: %s", error)  # noqa: TRY400 - an outage is no bug of this line
        done = _degrade(hooks, fact, flow, done)
    return render(done.verbs, hooks.wording, request.call_sid)


@lru_cache(maxsize=8192)
def _decide(flow: Flow, spot: Spot, event: Event, wording: Wording) -> tuple[Step, bytes | None]:
    """Decide and write a reply once for all callers at this spot; None where it names the caller's own room."""
    done = step(flow, spot, event)
    own = any(isinstance(verb, Join) for verb in done.verbs)
    return done, None if own else render(done.verbs, wording)


async def _again(hooks: Webhooks, fact: Fact, done: Step) -> Step:
    kept = await hooks.recall(fact.source, fact.key)
    if kept is None or kept["event"] == fact.heard["event"]:
        return done
    spot = read_spot(kept["spot"])
    return step(hooks.catalog.of(spot.flow), spot, record.read_event(kept["event"]))


def _degrade(hooks: Webhooks, fact: Fact, flow: Flow, done: Step) -> Step:
    other = without_database(flow, hooks.wording, done)
    hooks.spool.add(record.without_queue(fact) if other is not done else fact)
    return other


async def voice(hooks: Webhooks, request: Request) -> bytes:
    """A call came in on the 120 number."""
    reachable = read_address(request.fields.get("From", "")).reachable
    arrived = Arrived(reachable, hooks.mode(hooks.clock()))
    return await _turn(hooks, request, arrived, Spot(hooks.catalog.newest.version, ""))


async def answered(hooks: Webhooks, request: Request) -> bytes:
    """Somebody picked up a call of ours."""
    return await _turn(hooks, request, Answered(await _is_waited_for(hooks, request)), _spot(hooks, request))


async def _is_waited_for(hooks: Webhooks, request: Request) -> bool:
    try:
        return await hooks.recall(request.call_sid, record.OVER) is None
    except SQLAlchemyError:
        # Nobody can tell: whoever picked up is asked, and what they say is kept and acted on later.
        return True


async def waiting(hooks: Webhooks, request: Request) -> bytes:
    """The caller still waits, and wants to hear something."""
    spot = _spot(hooks, request)
    news = await hooks.outlook(record.contact_of(request.call_sid, spot.part))
    return await _turn(hooks, request, news, spot)


async def left(hooks: Webhooks, request: Request) -> bytes:
    """The caller left the provider's queue."""
    result, spot = request.fields.get("QueueResult", "")[:40], _spot(hooks, request)
    if result != "leave":
        return await _turn(hooks, request, Left(result), spot)
    news = await hooks.outlook(record.contact_of(request.call_sid, spot.part))
    event = Left(ALONE) if news.away else leaving(hooks.catalog.of(spot.flow), spot, news)
    return await _turn(hooks, request, event, spot)


async def recording(hooks: Webhooks, request: Request) -> bytes:
    """The provider tells that a recording is there."""
    await _notice(hooks, notices.recording(request, at=hooks.clock()))
    return EMPTY


def _told(read: Callable[[Request], Event]) -> Callable[[Webhooks, Request], Awaitable[bytes]]:
    """Answer what a request tells by itself."""

    async def answer(hooks: Webhooks, request: Request) -> bytes:
        return await _turn(hooks, request, read(request), _spot(hooks, request))

    # What the description of the API says of this door.
    answer.__doc__ = read.__doc__
    return answer


def _spot(hooks: Webhooks, request: Request) -> Spot:
    try:
        return read_spot(request.words)
    except (KeyError, ValueError):
        # Not one of our URLs any more: the caller hears the menu from its beginning.
        return replace(Spot(hooks.catalog.newest.version, ""), turn=1)


async def softphone(hooks: Webhooks, request: Request) -> bytes:
    """A counselor's softphone dialed in: it gets the call its own seat has accepted, whatever it asks for."""
    caller = read_address(request.fields.get("From", ""))
    found = await asyncio.to_thread(hooks.desk_call, caller.value) if caller.kind == "client" else None
    if found is None:
        flow = hooks.catalog.newest
        return render((flow.say("no_call", "ko"),), hooks.wording)
    call, offer = found
    return counselor_place(call, hooks.wording, offer, f"/ivr/parted?call={call}&offer={offer}")


async def parted(_: Webhooks, __: Request) -> bytes:
    """A softphone's conversation is over, and nothing more is to be said to it."""
    return EMPTY


async def status(hooks: Webhooks, request: Request) -> bytes:
    """The provider tells how a leg is doing."""
    await _notice(hooks, notices.status(request, at=hooks.clock()))
    return EMPTY


async def conference(hooks: Webhooks, request: Request) -> bytes:
    """The provider tells who is in a room."""
    await _notice(hooks, notices.conference(request, at=hooks.clock()))
    return EMPTY


async def _notice(hooks: Webhooks, fact: Fact) -> None:
    try:
        await hooks.journal.keep(fact)
    except Unkept:
        hooks.spool.add(fact)


async def fallback(hooks: Webhooks, request: Request) -> bytes:
    """Our primary URL failed: needs neither database nor Redis."""
    return out_of_order(hooks.catalog.newest, hooks.wording, request)


async def play_music(hooks: Webhooks, _: Request) -> bytes:
    """Somebody is alone in a room, or on hold."""
    return music(hooks.wording)


async def watched(hooks: Webhooks, request: Request) -> bytes:
    """Tell everybody in a room that a supervisor listens, in the language of the call."""
    flow, language = hooks.catalog.newest, "en" if request.query.get("language") == "en" else "ko"
    return render((flow.say("watched", language),), hooks.wording)


async def officer(hooks: Webhooks, request: Request) -> bytes:
    """Somebody was called to hear of a dispatch: it is read to them, and a key takes it."""
    times = request.query.get("times", "")
    asked = (request.query.get("attempt", ""), request.fields.get("Digits", ""), int(times) if times.isdigit() else 0)
    try:
        verbs = await asyncio.to_thread(hooks.officer, *asked)
    except (SQLAlchemyError, Refusal, ValueError):
        log.exception("a dispatch could not be read out")
        verbs = read_later(hooks.catalog.newest)
    return render(verbs, hooks.wording)


async def officer_status(hooks: Webhooks, request: Request) -> bytes:
    """The call to an officer is over."""
    await asyncio.to_thread(hooks.officer_gone, request.query.get("attempt", ""), request.fields.get("CallStatus", ""))
    return EMPTY


ANSWERS: dict[str, Callable[[Webhooks, Request], Awaitable[bytes]]] = {
    "/ivr/voice": voice,
    "/ivr/answered": answered,
    "/ivr/status": status,
    "/ivr/fallback": fallback,
    "/ivr/softphone": softphone,
    "/ivr/pressed": _told(readings.pressed),
    "/ivr/waiting": waiting,
    "/ivr/left": left,
    "/ivr/talked": _told(readings.talked),
    "/ivr/forwarded": _told(readings.forwarded),
    "/ivr/asked": _told(readings.asked),
    "/ivr/replied": _told(readings.replied),
    "/ivr/closing": _told(readings.closing),
    "/ivr/recorded": _told(readings.recorded),
    "/ivr/recording": recording,
    "/ivr/summoned": _told(readings.summoned),
    "/ivr/returned": _told(readings.returned),
    "/ivr/handed": _told(readings.handed),
    "/ivr/watched": watched,
    "/ivr/officer": officer,
    "/ivr/officer-status": officer_status,
    "/ivr/conference": conference,
    "/ivr/parted": parted,
    "/ivr/music": play_music,
}
"""Every address a provider is told, and who answers there."""
