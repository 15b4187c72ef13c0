"""The part of TwiML this network performs: verbs, nouns, their attributes and the values those take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

Check = Callable[[str], str]
"""Says what is wrong with an attribute's value; an empty string when nothing is."""


def anything(_value: str) -> str:
    """Accept every value."""
    return ""


def whole(least: int, most: int) -> Check:
    """Accept whole numbers between two bounds."""

    def check(value: str) -> str:
        good = value.isascii() and value.isdecimal() and least <= int(value) <= most
        return "" if good else f"must be a whole number from {least} to {most}"

    return check


def one_of(*words: str) -> Check:
    """Accept one of these words."""
    return lambda value: "" if value in words else f"must be one of {', '.join(words)}"


def each_of(*words: str) -> Check:
    """Accept any of these words, separated by spaces."""
    return lambda value: "" if set(value.split()) <= set(words) else f"may only hold {', '.join(words)}"


def keys(*, separators: str = "") -> Check:
    """Accept telephone keys, and these separators between them."""
    known = "0123456789*#ABCDabcd" + separators
    return lambda value: "" if set(value) <= set(known) else "may only hold telephone keys"


def at_most(length: int) -> Check:
    """Accept texts of so many characters."""
    return lambda value: "" if len(value) <= length else f"must be at most {length} characters"


yes_no: Final = one_of("true", "false")
method: Final = one_of("GET", "POST")
call_events: Final = each_of("initiated", "ringing", "answered", "completed")
conference_events: Final = each_of("start", "end", "join", "leave", "mute", "hold", "modify", "announcement")
recording_events: Final = each_of("in-progress", "completed", "absent")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may look like."""

    attributes: Mapping[str, Check] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: bool = False
    required: bool = False
    marked_up: bool = False
    """The text may hold speech mark-up, which this network reads past."""

    def fault(self, attribute: str, value: str) -> str:
        """Say what is wrong with an attribute."""
        return self.attributes[attribute](value) if attribute in self.attributes else "is not known here"

    def faults(self, text: str, children: int) -> list[str]:
        """Say what is wrong with the text."""
        if text and not self.text:
            return ["holds text it may not hold"]
        return ["needs text inside"] if self.required and not text and not children else []


_ACTION: Final = {"action": anything, "method": method}
_STATUS: Final = {"statusCallback": anything, "statusCallbackMethod": method}
_RECORDING: Final = {
    "recordingStatusCallback": anything,
    "recordingStatusCallbackMethod": method,
    "recordingStatusCallbackEvent": recording_events,
}
_NOUN: Final = {"url": anything, "method": method, "statusCallbackEvent": call_events, **_STATUS}
_LEAF_VERBS: Final = frozenset({"Say", "Play", "Pause"})

RESPONSE: Final = Shape(
    children=_LEAF_VERBS | {"Gather", "Redirect", "Enqueue", "Leave", "Dial", "Record", "Hangup", "Reject"}
)

SHAPES: Final[Mapping[str, Shape]] = {
    "Say": Shape(
        {"voice": anything, "language": anything, "loop": whole(0, 1000)}, text=True, required=True, marked_up=True
    ),
    "Play": Shape({"loop": whole(0, 1000), "digits": keys(separators="wW")}, text=True),
    "Pause": Shape({"length": whole(0, 600)}),
    "Gather": Shape(
        {
            **_ACTION,
            "input": one_of("dtmf"),
            "timeout": whole(0, 600),
            "numDigits": whole(1, 255),
            "finishOnKey": keys(),
            "actionOnEmptyResult": yes_no,
            "language": anything,
        },
        children=_LEAF_VERBS,
    ),
    "Redirect": Shape({"method": method}, text=True),
    "Enqueue": Shape(
        {**_ACTION, "waitUrl": anything, "waitUrlMethod": method, "maxQueueSize": whole(1, 5000)},
        text=True,
        required=True,
    ),
    "Leave": Shape(),
    "Dial": Shape(
        {
            **_ACTION,
            "timeout": whole(1, 600),
            "hangupOnStar": yes_no,
            "timeLimit": whole(1, 86400),
            "callerId": anything,
            "answerOnBridge": yes_no,
            "record": one_of("do-not-record"),
        },
        children=frozenset({"Number", "Client", "Sip", "Conference", "Queue"}),
        text=True,
        required=True,
    ),
    "Number": Shape({**_NOUN, "sendDigits": keys(separators="wW")}, text=True, required=True),
    "Client": Shape(_NOUN, children=frozenset({"Identity", "Parameter"}), text=True, required=True),
    "Identity": Shape(text=True, required=True),
    "Parameter": Shape({"name": anything, "value": anything}),
    "Sip": Shape(_NOUN, text=True, required=True),
    "Queue": Shape({"url": anything, "method": method}, text=True, required=True),
    "Conference": Shape(
        {
            "muted": yes_no,
            "beep": one_of("true", "false", "onEnter", "onExit"),
            "startConferenceOnEnter": yes_no,
            "endConferenceOnExit": yes_no,
            "waitUrl": anything,
            "waitMethod": method,
            "maxParticipants": whole(2, 250),
            "participantLabel": at_most(128),
            "coach": anything,
            "record": one_of("do-not-record"),
            "statusCallbackEvent": conference_events,
            **_STATUS,
        },
        text=True,
        required=True,
    ),
    "Record": Shape(
        {
            **_ACTION,
            "timeout": whole(1, 600),
            "finishOnKey": keys(),
            "maxLength": whole(1, 14400),
            "playBeep": yes_no,
            "trim": one_of("trim-silence", "do-not-trim"),
            **_RECORDING,
        }
    ),
    "Hangup": Shape(),
    "Reject": Shape({"reason": one_of("rejected", "busy")}),
}
"""What is not here is refused: speech input, recording of whole conversations, transcription, answering machine
detection, payments, media streams."""
