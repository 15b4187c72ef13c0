"""Record: keeping what the caller says until silence, a key, the end of time or the end of the call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from simulator.call import Goto, Next, rfc2822
from simulator.document import Verb
from simulator.perform.gather import discard, next_key
from simulator.perform.session import Session
from simulator.recordings import Recording
from simulator.room import SILENCE, Room
from simulator.settings import Target

FRAME_S: Final = 0.02
LOUD: Final = 500
"""Samples beyond this are somebody speaking."""


async def perform(session: Session, verb: Verb) -> Next:
    """Beep, record, and go to the action with the recording."""
    discard(session)
    if verb.yes("playBeep", default=True):
        session.call.trace.add("stage", text="a beep")
        await session.call.leg.tones("w")
    recording = _begin(session)
    digits = "hangup"
    try:
        digits = await _record(session, verb, recording)
    finally:
        _end(session, verb, recording, digits)
    fields = {**_fields(session, recording), "RecordingDuration": str(recording.duration_s), "Digits": digits}
    return Goto(session.target(verb.attributes.get("action", ""), verb.attributes.get("method", "POST")), fields)


async def _record(session: Session, verb: Verb, recording: Recording) -> str:
    """Record; give the key that ended it, or nothing."""
    leg, network = session.call.leg, session.network
    silence_s = max(network.settings.listen_s, network.seconds(verb.number("timeout", 5)))
    longest_s = max(network.settings.listen_s, network.seconds(verb.number("maxLength", 3600)))
    finish = verb.attributes.get("finishOnKey", "1234567890*#")
    async with _microphone(session, recording) as heard:
        leg.asked()
        try:
            async with asyncio.timeout(longest_s):
                while True:
                    heard.clear()
                    key = await next_key(leg, silence_s)
                    if (key and key in finish) or (not key and not heard.is_set()):
                        return key
        except TimeoutError:
            return ""


@asynccontextmanager
async def _microphone(session: Session, recording: Recording) -> AsyncIterator[asyncio.Event]:
    """Put the caller in a room alone with a recorder; the event is set whenever the caller makes a sound."""
    room, heard, leg = Room("recording"), asyncio.Event(), session.call.leg
    listener = object()
    room.join(leg)
    room.join(listener)
    session.call.conversation = room
    await leg.bridge(room)
    listening = asyncio.create_task(_listen(session, room, listener, recording, heard))
    try:
        yield heard
    finally:
        listening.cancel()
        session.call.conversation = None
        room.leave(leg)
        await asyncio.gather(listening, return_exceptions=True)
        await leg.bridge(None)


async def _listen(session: Session, room: Room, listener: object, recording: Recording, heard: asyncio.Event) -> None:
    spoken = len(session.call.trace.entries)
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        frame = room.listen(listener)
        recording.pcm += frame
        entries = session.call.trace.entries
        if _is_loud(frame) or any(entry.kind == "spoke" for entry in entries[spoken:]):
            heard.set()
        spoken = len(entries)
        due += FRAME_S
        await asyncio.sleep(max(0.0, due - loop.time()))


def _is_loud(frame: bytes) -> bool:
    return frame != SILENCE and any(abs(sample) > LOUD for sample in memoryview(frame).cast("h"))


def _begin(session: Session) -> Recording:
    network, call = session.network, session.call
    recording = Recording(network.ids.new("RE"), call.account_sid, call.sid)
    network.recordings[recording.sid] = recording
    call.trace.add("stage", text="a recording begins")
    return recording


def _end(session: Session, verb: Verb, recording: Recording, digits: str) -> None:
    recording.duration_s = max(1, round((datetime.now(UTC) - recording.began_at).total_seconds()))
    recording.status = "completed"
    call, network = session.call, session.network
    call.trace.add("stage", text=f"a recording of {recording.duration_s} s ends")
    extra = {"RecordingDuration": str(recording.duration_s)}
    fields = {**_fields(session, recording), **extra}
    status = session.verb_target(verb, "recordingStatusCallback", "recordingStatusCallbackMethod")
    if status:
        network.tell(recording.sid, status, _news(recording, fields), call)
    if digits == "hangup" and call.interruption == "hangup":
        action: Target = session.target(verb.attributes.get("action", ""), verb.attributes.get("method", "POST"))
        ending = {**call.standard(), "CallStatus": "completed", **fields, "Digits": "hangup"}
        network.tell(call.sid, action, ending, call)


def _fields(session: Session, recording: Recording) -> dict[str, str]:
    base = session.network.settings.base_url
    path = f"/2010-04-01/Accounts/{recording.account_sid}/Recordings/{recording.sid}"
    return {"RecordingSid": recording.sid, "RecordingUrl": base + path}


def _news(recording: Recording, fields: dict[str, str]) -> dict[str, str]:
    return {
        **fields,
        "AccountSid": recording.account_sid,
        "CallSid": recording.call_sid,
        "RecordingStatus": recording.status,
        "RecordingChannels": "1",
        "RecordingSource": recording.source,
        "RecordingStartTime": rfc2822(recording.began_at),
        "RecordingTrack": "inbound",
    }
