"""What a call can be told to do: a closed set of imperatives, each a plain value."""

from dataclasses import dataclass
from typing import Literal

Door = Literal["pressed", "waiting", "left", "talked", "forwarded", "recorded", "recording", "replied", "officer"]
"""Which of our inner URLs the provider asks next, or tells news."""


@dataclass(frozen=True, slots=True)
class Next:
    """Where the provider asks next: one of our doors, and where the caller stands then."""

    door: Door
    spot: str
    """The spot as a query string (`Spot.query`): signed by the provider, so it cannot be forged."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak words in a language (`ko`, `en`)."""

    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play one of our sound files, by name."""

    sound: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Say something and take one key; no key within `timeout` seconds counts as silence and goes to the same place.

    With `then`, silence goes there instead.
    """

    prompts: tuple[Say | Play, ...]
    to: Next
    timeout: int = 5
    then: Next | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Stand in a queue: `loop` is asked for words while waiting, `then` when the caller has left the queue."""

    queue: str
    loop: Next
    then: Next


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue now and go on where its `then` says."""


@dataclass(frozen=True, slots=True)
class Join:
    """Meet the counselor in this call's own room; `then` is asked when the talk is over."""

    then: Next


@dataclass(frozen=True, slots=True)
class Dial:
    """Bring the caller to an outside desk, by its configured name; `then` is asked afterwards."""

    desk: str
    then: Next


@dataclass(frozen=True, slots=True)
class Go:
    """Go on at another place at once."""

    to: Next


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says after a beep, until silence, the pound key or `longest` seconds."""

    then: Next
    longest: int = 180


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; something kind was said before."""


Verb = Say | Play | Ask | Wait | Leave | Join | Dial | Record | Go | HangUp
