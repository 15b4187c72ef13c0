"""What a turn leaves behind: the fact for the journal, and the rows that hang on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.ids import named_id
from core.journal import OUTBOX_COLUMNS, Columns, Fact
from core.messages import Message
from core.phone import read_address
from core.security import Vault
from ivr import events
from ivr.events import (
    CallbackAsked,
    CannotSpeak,
    Effect,
    Event,
    Foretold,
    InDanger,
    KeysAnswered,
    NotWanted,
    Opened,
    OutOfQueue,
    Queued,
    StillWanted,
    VoicemailLeft,
    VoicemailOffered,
)
from ivr.messages import (
    CallbackRequested,
    CallCheckDue,
    CallerCannotSpeak,
    CallerInDanger,
    CallerLeftQueue,
    CallerWaiting,
    KeysHeard,
    PersonDeclined,
    PersonReached,
    VoicemailRecorded,
)
from ivr.spot import Spot
from ivr.steps import Step
from ivr.tables import CALL_COLUMNS

CALL_CHECK = timedelta(minutes=5)
IN_QUEUE = "in"
"""What a fact says from which on the caller stands in the queue."""
OVER = "over"
"""The key of the fact that nobody waits any more for whoever picks up this call of ours."""

SIDES: Mapping[str, Columns] = {
    "casework_contact": {
        "id": "uuid", "channel": "text", "provider_ref": "text", "caller_cipher": "text", "caller_fingerprint": "text",
        "opened_at": "timestamptz", "state": "text",
    },
    "ivr_call": CALL_COLUMNS,
    "routing_queue_entry": {
        "contact_id": "uuid", "queue": "text", "priority": "text", "language": "text", "provider_ref": "text",
        "entered_at": "timestamptz", "state": "text", "need": "text",
    },
    "routing_event": {
        "kind": "text", "at": "timestamptz", "queue": "text", "contact_id": "uuid", "detail": "jsonb",
    },
    "outbox_message": OUTBOX_COLUMNS,
}  # fmt: skip
"""The tables a webhook may add rows to."""

Rows = dict[str, list[dict[str, Any]]]


def contact_of(call_sid: str, part: int = 0) -> UUID:
    """Name the contact of a part of a call: the same for every webhook of it, without looking it up."""
    return named_id("contact", call_sid, part) if part else named_id("contact", call_sid)


def write_event(event: Event) -> dict[str, Any]:
    """Write an event for the journal."""
    return {"is": type(event).__name__, **{name: getattr(event, name) for name in event.__slots__}}


def read_event(heard: Mapping[str, Any]) -> Event:
    """Read an event back from the journal."""
    values = dict(heard)
    event: Event = getattr(events, values.pop("is"))(**values)
    return event


def turn(
    call: Mapping[str, str], key: str, heard: Mapping[str, Any], step: Step, *, at: datetime, vault: Vault
) -> Fact:
    """Make the fact of one turn, with the rows of its effects."""
    heard = {**heard, "then": step.spot.query}
    if not step.effects:
        return Fact(call["CallSid"], key, at, heard)
    rows: Rows = {}
    sid, contact = call["CallSid"], contact_of(call["CallSid"], step.spot.part)
    for effect in step.effects:
        if isinstance(effect, Opened):
            _open(rows, call, contact, at, vault)
        elif isinstance(effect, Queued):
            _queue(rows, call, effect, step.spot, key, at)
        elif isinstance(effect, Foretold):
            _foretell(rows, call, effect, step.spot.part, at)
        elif (message := _message(effect, sid, contact)) is not None:
            _tell(rows, message, (sid, key), at)
    told = {name: value for effect in step.effects for name, value in _told(effect)}
    return Fact(sid, key, at, {**heard, **told}, rows)


def _message(effect: Effect, sid: str, contact: UUID) -> Message | None:
    match effect:
        case InDanger():
            return CallerInDanger(contact)
        case CallbackAsked():
            return CallbackRequested(contact)
        case CannotSpeak():
            return CallerCannotSpeak(contact)
        case KeysAnswered(question, answer):
            return KeysHeard(contact, question, answer)
        case OutOfQueue(way):
            return CallerLeftQueue(contact, sid, way)
        case VoicemailLeft(recording, seconds):
            return VoicemailRecorded(contact, recording, seconds)
        case StillWanted():
            return PersonReached(contact)
        case NotWanted():
            return PersonDeclined(contact)
        case _:
            return None


def _told(effect: Effect) -> list[tuple[str, str]]:
    """Say what later news of a call is read against: whether the caller stands in the queue, or was asked to speak."""
    match effect:
        case Queued():
            return [("queue", IN_QUEUE)]
        case OutOfQueue(way):
            return [("queue", way)]
        case VoicemailOffered():
            return [("voicemail", "offered")]
        case _:
            return []


def notice(source: str, key: str, heard: Mapping[str, Any], told: Sequence[Message], *, at: datetime) -> Fact:
    """Make the fact of a status callback, with the messages it means."""
    rows: Rows = {}
    for message in told:
        _tell(rows, message, (source, key), at)
    return Fact(source, key, at, heard, rows)


def without_queue(fact: Fact) -> Fact:
    """Take the queue out of a fact: the caller was brought to a person another way."""
    kept = {table: rows for table, rows in fact.rows.items() if table != "routing_queue_entry"}
    kept["outbox_message"] = [row for row in kept.get("outbox_message", ()) if row["kind"] != CallerWaiting.kind()]
    heard = {name: value for name, value in fact.heard.items() if name != "queue"}
    return Fact(fact.source, fact.key, fact.at, {**heard, "degraded": True}, kept)


def _open(rows: Rows, call: Mapping[str, str], contact: UUID, at: datetime, vault: Vault) -> None:
    sid = call["CallSid"]
    caller = read_address(call.get("From", ""))
    sealed = (vault.seal(caller.value), vault.fingerprint(caller.value)) if caller.value else (None, None)
    row = {"id": contact, "channel": "phone", "provider_ref": sid, "opened_at": at, "state": "open"}
    rows["casework_contact"] = [{**row, "caller_cipher": sealed[0], "caller_fingerprint": sealed[1]}]
    leg = {"sid": sid, "contact_id": contact, "role": "caller", "state": "received", "started_at": at}
    rows["ivr_call"] = [{**leg, "number": call.get("To", "")[:64]}]
    _tell(rows, CallCheckDue(sid), (sid, "check"), at, due=at + CALL_CHECK)


def _queue(rows: Rows, call: Mapping[str, str], queued: Queued, spot: Spot, key: str, at: datetime) -> None:
    sid, contact = call["CallSid"], contact_of(call["CallSid"], spot.part)
    entry = {"contact_id": contact, "queue": queued.queue, "priority": queued.priority, "language": queued.language}
    entry |= {"need": queued.need, "provider_ref": sid, "entered_at": at, "state": "waiting"}
    rows["routing_queue_entry"] = [entry]
    waits = CallerWaiting(contact, sid, spot.about, queued.queue)
    _tell(rows, waits, (sid, key), at)


def _foretell(rows: Rows, call: Mapping[str, str], told: Foretold, part: int, at: datetime) -> None:
    detail = {"seconds": told.seconds, "within": told.within, "told_s": told.told_s}
    event = {"kind": "foretold", "at": at, "queue": told.queue, "contact_id": contact_of(call["CallSid"], part)}
    rows["routing_event"] = [{**event, "detail": detail}]


def _tell(
    rows: Rows, message: Message, named: tuple[str | int, ...], at: datetime, *, due: datetime | None = None
) -> None:
    kind = message.kind()
    names: tuple[str, ...] = message.__slots__
    body = {name: getattr(message, name) for name in names}
    row = {"id": named_id("message", kind, *named), "kind": kind, "body": body}
    rows.setdefault("outbox_message", []).append({**row, "lane": message.lane, "due": due or at, "posted_at": at})
