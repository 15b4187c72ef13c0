"""A flow as data: nodes by name, words by prompt and language, one version of the whole menu."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.events import Condition, Exit, Priority
from ivr.verbs import Say


@dataclass(frozen=True, slots=True)
class Menu:
    """Ask for a key, `tries` times; then go to `lost`. Silence may mean something (`silence`)."""

    prompt: str
    choices: Mapping[str, str]
    lost: str
    tries: int = 2
    silence: str | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something, set what the node sets, and go on."""

    then: str
    prompt: str | None = None
    language: str | None = None
    about: Literal["self", "other"] | None = None
    sound: str | None = None
    """One of our sound files, played before the words."""
    cannot_speak: bool = False
    """Whoever comes here has said that they cannot speak."""


EXIT_OF: Mapping[Condition, Exit] = {
    "lost": "no_counselor", "nobody": "no_counselor", "full": "overflowed", "waited": "max_wait",
}  # fmt: skip
"""What leaving the queue by each condition is called in its figures."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """One step out of a queue: `when` a condition holds and the caller has waited `after` seconds, to the node `then`.

    `size` is how many must wait, the caller among them, for the condition `full`.
    """

    when: Condition
    then: str
    after: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """Stand in a queue for a counselor."""

    name: str
    priority: Priority = "normal"
    prompt: str | None = None
    overflow: tuple[Overflow, ...] = ()
    """Ways out of a wait that leads nowhere, in the order they are tried; each is tried once."""
    cannot_speak: str | None = None
    """Where somebody who cannot speak waits on: a queue node of the same name, this one or that for danger."""
    need: str = "any"
    """What its callers need besides a language: one of routing/data/needs.toml."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Bring the caller to another desk; where nobody answers there, go to `unanswered`."""

    desk: str
    prompt: str
    unanswered: str


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Record the caller's words for a counselor who calls back; `again` is said once where nothing was heard."""

    prompt: str
    again: str


@dataclass(frozen=True, slots=True)
class Callback:
    """Promise to call back, and end; a caller whose number is withheld goes to `unreachable`."""

    prompt: str
    unreachable: str


@dataclass(frozen=True, slots=True)
class Meet:
    """Join the counselor who had somebody called; where they have gone, stand in the queue `otherwise`."""

    otherwise: str
    priority: Priority = "normal"
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Say goodbye to somebody who was called; `declined` where they said that they need nothing."""

    prompt: str
    declined: bool = False


Node = Menu | Tell | Queue | Forward | Voicemail | Callback | Meet | Part


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """One version of the whole menu: nodes by name, words by prompt and language."""

    version: int
    start: str
    nodes: Mapping[str, Node]
    words: Mapping[str, Mapping[str, str]]
    called: str | None = None
    """Where somebody begins whom we have called; None in a flow from before we did."""
    late: str | None = None
    """Where they begin when nobody waits for them any more."""
    longest_place_told: int = 5
    longest_wait_told: int = 600
    """An expected wait above this many seconds is not told: comfort and choices help more than a long number."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """What a counselor can ask a caller who cannot speak, by name: prompts that are answered with 1 or 2."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """System mode to the node where a new call begins in it; any other begins at `start`."""

    def say(self, prompt: str, language: str, **values: object) -> Say:
        """Find a prompt's words in a language."""
        words = self.words[prompt][language]
        return Say(words.format(**values) if values else words, language)
