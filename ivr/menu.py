"""A flow as data: nodes by name, words by prompt and language, one version of the whole menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.events import Priority
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


@dataclass(frozen=True, slots=True)
class Queue:
    """Stand in a queue for a counselor."""

    name: str
    priority: Priority = "normal"
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """Bring the caller to another desk; where nobody answers there, go to `unanswered`."""

    desk: str
    prompt: str
    unanswered: str


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


Node = Menu | Tell | Queue | Forward | Meet | Part


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

    def say(self, prompt: str, language: str, **values: object) -> Say:
        """Find a prompt's words in a language."""
        words = self.words[prompt][language]
        return Say(words.format(**values) if values else words, language)
