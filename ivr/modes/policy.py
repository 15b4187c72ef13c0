"""The system mode: how the line as a whole stands, by a supervisor's word or by the calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from routing.hours import Calendar

Kind = Literal["normal", "say", "play", "forward", "closed", "holiday", "mass_event"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a supervisor chose last; `until` None: until somebody chooses something else."""

    kind: Kind
    until: datetime | None = None


def read_kind(stored: str) -> Kind:
    """Read a kind as it is stored; one that a later version may have known is no reason to close the line."""
    return next((kind for kind in KINDS if kind == stored), "normal")


ModeNow = Callable[[datetime], Kind]
"""Says in which mode a call that comes in at this moment begins."""


def in_force(chosen: Chosen | None, calendar: Calendar, at: datetime) -> Kind:
    """Say which mode holds: what a supervisor chose, while it lasts; else what the calendar says.

    A supervisor's `normal` holds against the calendar too, until its end.
    """
    lasting = chosen is not None and (at < chosen.until if chosen.until else chosen.kind != "normal")
    if chosen is not None and lasting:
        return chosen.kind
    if not calendar.is_open(at):
        return "closed"
    return "holiday" if calendar.holiday(at) else "normal"
