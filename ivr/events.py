"""What can happen to a caller, and what a step of the call starts: two closed sets of plain values."""

from dataclasses import dataclass
from typing import Final, Literal

Priority = Literal["danger", "normal"]
ALONE: Final = "alone"
"""Left the queue because nobody can be found through it; the provider has no word for this."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call came in."""

    reachable: bool


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


@dataclass(frozen=True, slots=True)
class Left:
    """The caller left the queue; `result` is the provider's QueueResult."""

    result: str


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


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody picked up a call of ours; `waited_for` while a counselor is there for them."""

    waited_for: bool


Event = Arrived | Pressed | Waited | Left | Talked | Forwarded | Returned | Summoned | Handed | Answered


@dataclass(frozen=True, slots=True)
class Opened:
    """A contact begins, with its first sign of life."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The caller stands in the queue from now on."""

    queue: str
    priority: Priority
    language: str


@dataclass(frozen=True, slots=True)
class InDanger:
    """The caller said that somebody is in danger now."""


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """The caller wants to be called back instead of waiting."""


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


Effect = Opened | Queued | InDanger | CallbackAsked | Foretold | StillWanted | NotWanted
