"""What status callbacks mean: read into facts whose order of arrival does not matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from core.journal import Fact
from core.messages import Message
from ivr import record
from ivr.inbound import Request
from ivr.messages import CallChanged, VoicemailRecorded

FINAL: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MOVES: Final = frozenset({"participant-join", "participant-leave", "conference-end"})
STATUSES: Final = FINAL | {"queued", "initiated", "ringing", "in-progress"}
_KEPT = (
    "CallSid", "CallStatus", "SequenceNumber", "Timestamp", "CallDuration", "SipResponseCode", "ConferenceSid",
    "StatusCallbackEvent", "ParticipantLabel", "ReasonParticipantLeft", "ReasonConferenceEnded", "Hold", "Muted",
    "LegSid",
)  # fmt: skip
_LONGEST = 120
_DIGITS = 5


class Unreadable(Exception):
    """A callback without what it takes to know what it is about."""


def status(request: Request, *, at: datetime) -> Fact:
    """Read a call status callback; raises Unreadable."""
    said = request.fields
    state = said.get("CallStatus", "")
    if not request.call_sid or state not in STATUSES:
        raise Unreadable(f"A status callback needs a CallSid and a CallStatus, one of: {', '.join(sorted(STATUSES))}.")
    call = _name(request.query.get("call", "")) or request.call_sid
    key = f"status:{request.call_sid}:{state}:{_name(said.get('SequenceNumber', ''))}"
    heard = {
        **_heard(said),
        "offer": _name(request.query.get("offer", "")),
        "party": _name(request.query.get("party", "")),
    }
    return record.notice(call, key, heard, _changed(call, state in FINAL), at=at)


def conference(request: Request, *, at: datetime) -> Fact:
    """Read a conference status callback; raises Unreadable."""
    said = request.fields
    room, event = _name(said.get("ConferenceSid", "")), _name(said.get("StatusCallbackEvent", ""))
    call = _name(request.query.get("call", "")) or _name(said.get("FriendlyName", ""))
    if not room or not event or not call:
        raise Unreadable("A conference callback needs ConferenceSid, StatusCallbackEvent and the call in its URL.")
    key = f"{room}:{event}:{request.call_sid}:{_name(said.get('SequenceNumber', ''))}"
    return record.notice(call, key, _heard(said), _changed(call, event in MOVES), at=at)


def recording(request: Request, *, at: datetime) -> Fact:
    """Read a recording status callback; raises Unreadable."""
    sid, seconds = spoken(request)
    state = _name(request.fields.get("RecordingStatus", ""))
    if not request.call_sid or not sid or not state:
        raise Unreadable("A recording callback needs CallSid, RecordingSid and RecordingStatus.")
    heard = {"RecordingSid": sid, "RecordingStatus": state, "RecordingDuration": seconds}
    told = [VoicemailRecorded(record.contact_of(request.call_sid), sid, seconds)] if state == "completed" else []
    return record.notice(request.call_sid, f"recording:{sid}:{state}", heard, told, at=at)


def spoken(request: Request) -> tuple[str, int]:
    """Read which recording there is, and how many seconds; nothing or nonsense is no recording."""
    sid, length = _name(request.fields.get("RecordingSid", "")), request.fields.get("RecordingDuration", "")
    seconds = int(length) if length.isascii() and length.isdigit() and len(length) <= _DIGITS else 0
    return sid, seconds if sid else 0


def _changed(call: str, matters: bool) -> list[Message]:  # noqa: FBT001 - read at its two uses
    return [CallChanged(call)] if matters else []


def _heard(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name][:_LONGEST] for name in _KEPT if name in said}


def _name(words: str) -> str:
    return "".join(c for c in words if c.isascii() and (c.isalnum() or c in "-_"))[:64]
