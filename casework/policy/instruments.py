"""Screening instruments as values, and what answers to them say: exact scores, findings, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from casework.policy.triage import Level, more_urgent

Declined = Literal["declined"]
DECLINED: Declined = "declined"
Answer = int | Declined
Answers = Mapping[str, Answer]
"""By item. What is not in here was not asked; neither that nor a refusal is ever a number."""

Wording = Literal["published", "own_translation", "own_words"]
"""Whose words an item has: the published ones, ours after them, or ours because those may not be reproduced."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words in both languages."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen, and what it counts."""

    value: int
    words: Text


@dataclass(frozen=True, slots=True)
class When:
    """Holds if one of `any`, or every one of `all`, was answered with one of its values."""

    any: Mapping[str, tuple[Answer, ...]]
    all: Mapping[str, tuple[Answer, ...]]

    def holds(self, answers: Answers) -> bool:
        """Tell whether these answers meet it."""
        if any(item in answers and answers[item] in values for item, values in self.any.items()):
            return True
        return bool(self.all) and all(item in answers and answers[item] in vs for item, vs in self.all.items())


@dataclass(frozen=True, slots=True)
class Item:
    """One question; one with `needed_if` is asked only then."""

    key: str
    words: Text
    options: tuple[Option, ...]
    needed_if: When | None = None

    @property
    def values(self) -> frozenset[int]:
        """List what can be answered."""
        return frozenset(option.value for option in self.options)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a score or an answer means: the level it asks for at least, what to ask next, and what to do."""

    name: str
    words: Text
    level: Level | None = None
    ask: str | None = None
    advice: Text | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """A sum over items, and the findings from `at_least` so many on, lowest first."""

    name: str
    items: tuple[str, ...]
    bands: tuple[tuple[int, Finding], ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: what is asked, by whom, from where it is, and how it is scored."""

    code: str
    version: int
    name: Text
    intro: Text | None
    source: str
    license: str
    wording: Mapping[str, Wording]
    asked_by: Literal["anyone", "person"]
    """`person`: never asked by a machine, because somebody must be there for the answer."""
    continues: str | None
    """The shorter instrument whose answers count here too."""
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    rules: tuple[tuple[When, Finding], ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A scale's score; None while one of its items was not asked or declined."""

    scale: str
    score: int | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Result:
    """What answers say."""

    scales: tuple[Scored, ...]
    finding: Finding | None
    """Of the first rule that holds."""
    missing: tuple[str, ...]
    """Items that are still to be asked."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """List every finding, that of the rules first."""
        return tuple(f for f in (self.finding, *(scored.finding for scored in self.scales)) if f is not None)

    @property
    def level(self) -> str | None:
        """Give the most urgent level that is asked for, None where none is."""
        return most_urgent(*(finding.level for finding in self.findings))


def most_urgent(*levels: str | None) -> str | None:
    """Give the most urgent of the levels that there are, None where there is none."""
    there = [level for level in levels if level is not None]
    return reduce(more_urgent, there) if there else None


def read(instrument: Instrument, answers: Answers) -> Result:
    """Score answers, all or some of them; the level only rises as more items are answered."""
    scales = tuple(_scored(scale, answers) for scale in instrument.scales)
    held = (finding for when, finding in instrument.rules if when.holds(answers))
    missing = (item.key for item in instrument.items if item.key not in answers and _needed(item, answers))
    return Result(scales, next(held, None), tuple(missing))


def _needed(item: Item, answers: Answers) -> bool:
    return item.needed_if is None or item.needed_if.holds(answers)


def _scored(scale: Scale, answers: Answers) -> Scored:
    score = 0
    for item in scale.items:
        answer = answers.get(item, DECLINED)
        if answer == DECLINED:
            return Scored(scale.name, None, None)
        score += answer
    reached = [finding for at_least, finding in scale.bands if score >= at_least]
    return Scored(scale.name, score, reached[-1] if reached else None)


def wrong(instrument: Instrument, answers: Mapping[str, object]) -> list[tuple[str, str]]:
    """List the answers that cannot be, each by its item with what to answer instead."""
    items = {item.key: item for item in instrument.items}
    found = []
    for key, answer in answers.items():
        item = items.get(key)
        if item is None:
            found.append((key, f"{instrument.code} has no such item. Choose among: {', '.join(items)}."))
        elif answer != DECLINED and (isinstance(answer, bool) or answer not in item.values):
            values = ", ".join(map(str, sorted(item.values)))
            found.append((key, f"답은 {values} 또는 declined입니다. Answer {values}, or `declined`."))
    return found
