"""How urgent it is, by when somebody must have responded, and who may say it is less urgent."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

Level = Literal["emergency", "urgent", "high", "moderate", "low", "info"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""Most urgent first."""

Targets = Mapping[str, timedelta | None]
TARGETS: Targets = {
    "emergency": timedelta(0),
    "urgent": timedelta(hours=4),
    "high": timedelta(hours=24),
    "moderate": timedelta(hours=72),
    "low": timedelta(days=14),
    "info": None,
}
"""First response, counted from the first contact; the ladder of the UK Mental Health Triage Scale, in our own words."""

GUARDED: frozenset[str] = frozenset({"emergency", "urgent"})
"""Lowering from these needs a reason and a second person."""


_RANKS: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}


def _rank(level: str) -> int:
    return _RANKS[level]


def more_urgent(one: str, other: str) -> str:
    """Give the more urgent of two levels."""
    return min(one, other, key=_rank)


def lowers(now: str, to: str) -> bool:
    """Tell whether `to` is less urgent than `now`."""
    return _rank(to) > _rank(now)


def needs_second_person(now: str, to: str) -> bool:
    """Tell whether this change waits for somebody else's approval."""
    return now in GUARDED and lowers(now, to)


def respond_by(level: str, first_contact: datetime, targets: Targets) -> datetime | None:
    """Give the moment of the first response that is owed, None where none is."""
    target = targets[level]
    return None if target is None else first_contact + target


def first_response_owed(by: datetime | None, deadlines: Iterable[datetime]) -> bool:
    """Tell whether nothing that was started promises a response by then, so that a duty of its own must."""
    return by is not None and not any(deadline <= by for deadline in deadlines)
