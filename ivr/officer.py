"""A dispatch read out to an agency's desk or a duty officer over the telephone, who take it by pressing a key."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Means
from casework.messages import DispatchToRead
from casework.service import read_out
from casework.service.read_out import Record, ToCall
from core.delivery import Outward
from ivr.callbacks.pace import Pace
from ivr.menu import Flow
from ivr.telephony import Refused, Telephone, Unclear
from ivr.verbs import Ask, HangUp, Next, Say, Verb

LANGUAGE: Final = "ko"
"""What the agencies of the city speak."""
TAKE, AGAIN = "1", "2"
READINGS = 4
"""A machine that picks up hears the record so many times; only a person presses a key."""
KEY_PATIENCE = 8
Told = Callable[[str, str, int], tuple[Verb, ...]]
"""What somebody hears who was called for an attempt (its id as text), by the key they pressed and how often it rang."""


def call(telephone: Telephone, pace: Pace, means: Means) -> Outward:
    """Call whoever a dispatch is to be read to; a call of which nobody can tell whether it was made is not repeated."""

    def prepare(tx: Session, message: DispatchToRead, at: datetime) -> ToCall | None:
        to_call = read_out.begin(tx, message, config=means.config, at=at)
        if to_call is not None:
            # It is not kept waiting, but others are counted behind it.
            pace.take(at, urgent=True)
        return to_call

    def send(to_call: ToCall) -> str:
        try:
            telephone.call_officer(to_call.number, str(to_call.attempt_id))
        except Unclear:
            return "unclear"
        except Refused as refused:
            return f"refused {refused}"
        return ""

    def record(tx: Session, message: DispatchToRead, why: str, at: datetime) -> None:
        if why.startswith("refused"):
            read_out.unanswered(tx, read_out.attempt_of(message), why, at=at)

    def failed(tx: Session, message: DispatchToRead, _: Exception, __: datetime) -> None:
        read_out.not_begun(tx, message)

    return Outward(prepare, send, record, failed)


def told(tx: Session, flow: Flow, call: tuple[str, str, int], *, means: Means, at: datetime) -> tuple[Verb, ...]:
    """Say the record, take the key, say it again: what is heard at (attempt, key pressed, times it was read)."""
    attempt, key, times = call
    say = _speaker(flow)
    attempt_id = UUID(attempt)
    if key == TAKE:
        read_out.taken(tx, attempt_id, means=means, at=at)
        return (say("officer_thanks"), HangUp())
    record = read_out.picked_up(tx, attempt_id, means=means, at=at)
    if record.taken:
        return (say("officer_taken"), HangUp())
    if times >= READINGS:
        return (say("officer_later"), HangUp())
    onward = Next("officer", f"attempt={attempt}&times={times + 1}")
    return (Ask((*_read(record, say), say("officer_choices")), onward, KEY_PATIENCE),)


def gone(tx: Session, attempt: str, status: str, *, at: datetime) -> None:
    """Write down that a call is over which took nothing: not picked up, or put down without a key."""
    try:
        attempt_id = UUID(attempt)
    except ValueError:
        return
    read_out.unanswered(tx, attempt_id, "no key was pressed" if status == "completed" else status[:40], at=at)


Speak = Callable[..., Say]


def _speaker(flow: Flow) -> Speak:
    def say(prompt: str, **values: object) -> Say:
        return flow.say(prompt, LANGUAGE, **values)

    return say


def _read(record: Record, say: Speak) -> Sequence[Say]:
    parts = [
        say("officer_greeting", agency=" ".join(record.agency) if record.agency.isdigit() else ""),
        say("officer_place", place=record.place),
        say(f"officer_place_{record.confidence}"),
        say("officer_danger", danger=record.danger),
    ]
    if record.people:
        parts.append(say("officer_people", people=record.people))
    if record.callback:
        parts.append(say("officer_callback", number=digit_by_digit(record.callback)))
    return parts


def digit_by_digit(number: str) -> str:
    """Write an E.164 number so that a voice reads each digit, as it is dialed in Korea."""
    local = number.replace("+82", "0", 1) if number.startswith("+82") else number
    return " ".join(local)


def out_of_order(flow: Flow) -> tuple[Verb, ...]:
    """Give what is said where the record cannot be read just now: they are called again."""
    return (_speaker(flow)("officer_later"), HangUp())
