"""What can happen to a caller, and what a step of the call starts: two closed sets of plain values."""

from dataclasses import dataclass
from typing import Final, Literal

Priority = Literal["danger", "normal"]
Condition = Literal["lost", "nobody", "full", "waited"]
"""What an overflow step waits for; `standing` in ivr/overflow.py says when each of them holds."""
Exit = Literal["overflowed", "max_wait", "no_counselor", "voicemail", "exited_with_key"]
"""How a caller leaves the queue for another way, by the queue's own names."""
Answer = Literal["yes", "no", "none"]
STAY: Final = "stay"
"""Left the provider's queue, and is still to wait: what was a reason to leave holds no more."""
ALONE: Final = "alone"
"""Left the queue because nobody can be found through it; the provider has no word for this."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call came in, while the line stood in a system mode."""

    reachable: bool
    mode: str = "normal"


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody picked up a call of ours; `waited_for` while a counselor is there for them."""

    waited_for: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key was pressed; an empty `key` is silence."""

    key: str


@dataclass(frozen=True, slots=True)
class Waited:
    """The caller is still in the queue, and this is what the queue knows (None: unknown)."""

    place: int | None = None
    seconds: int | None = None
    away: bool = False
    """The queue's index does not answer: nobody can be offered this caller now."""
    summoned: bool = False
    """A counselor has accepted, and the provider may have missed our word to connect."""
    within: int | None = None
    """Four of five waits like this one end within so many seconds."""
    waited: int = 0
    """Seconds since the caller came into the queue."""
    seats: int = 0
    """How many seats on shift could take this caller."""
    size: int = 0
    """How many wait, with this caller; 0: the queue knows nothing of them, or is finding somebody for them just now."""
    staffed: int = 0
    """How many counselors on shift speak the caller's language."""
    lost: int = 0
    """How many desks fell silent while they were on shift."""
    danger: bool = False
    """Whether the queue has this caller among those in danger."""


@dataclass(frozen=True, slots=True)
class Left:
    """The caller left the queue; `result` is the provider's QueueResult."""

    result: str


@dataclass(frozen=True, slots=True)
class Overflowed:
    """The caller left the provider's queue because the overflow step `n` of the queue `node` is due."""

    node: str
    n: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller has spoken, or not (0 seconds); `recording` is the provider's id of it."""

    recording: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A counselor asks a caller who cannot speak one of the prepared questions."""

    question: str


@dataclass(frozen=True, slots=True)
class Replied:
    """The caller pressed a key for an answer; an empty `key` is none."""

    question: str
    key: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A counselor ended the conversation for a reason that the caller is told."""

    reason: str


@dataclass(frozen=True, slots=True)
class Talked:
    """The conversation is over, and the caller is still on the line."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The forwarded call is over."""

    answered: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """The caller comes back to the queue: the counselor could not be reached after all."""


@dataclass(frozen=True, slots=True)
class Summoned:
    """A counselor is in the room and waits for this caller."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A counselor handed the caller on, to a desk by its name or (empty) to the next counselor."""

    desk: str


Event = (
    Arrived
    | Answered
    | Pressed
    | Waited
    | Left
    | Overflowed
    | Recorded
    | Asked
    | Replied
    | Closed
    | Talked
    | Forwarded
    | Returned
    | Summoned
    | Handed
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A contact begins, with its first sign of life."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The caller stands in the queue from now on."""

    queue: str
    priority: Priority
    language: str
    need: str = "any"
    """What they need besides a language."""


@dataclass(frozen=True, slots=True)
class InDanger:
    """The caller said that somebody is in danger now."""


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """The caller wants to be called back instead of waiting."""


@dataclass(frozen=True, slots=True)
class CannotSpeak:
    """The caller said by a key that they cannot speak."""


@dataclass(frozen=True, slots=True)
class KeysAnswered:
    """The caller answered a counselor's question by a key, or not."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class OutOfQueue:
    """The caller leaves the queue for another way; they may come back to the same place."""

    exit: Exit


@dataclass(frozen=True, slots=True)
class VoicemailOffered:
    """The caller is asked to leave their words: what is recorded from here on is a voicemail."""


@dataclass(frozen=True, slots=True)
class VoicemailLeft:
    """The caller has left their words."""

    recording: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Foretold:
    """The queue foretold this caller's remaining wait; `told_s` is what they heard of it, None for nothing."""

    queue: str
    seconds: int
    within: int
    told_s: int | None


@dataclass(frozen=True, slots=True)
class StillWanted:
    """Whoever was called wants to talk now."""


@dataclass(frozen=True, slots=True)
class NotWanted:
    """Whoever was called needs no call any more."""


Effect = (
    Opened
    | Queued
    | InDanger
    | CallbackAsked
    | Foretold
    | CannotSpeak
    | KeysAnswered
    | OutOfQueue
    | VoicemailOffered
    | VoicemailLeft
    | StillWanted
    | NotWanted
)
