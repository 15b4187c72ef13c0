"""Every figure of a queue as a fold over what happened, each under the name of its formula."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

DEFINITIONS: Mapping[str, str] = {
    "offered": "contacts that entered the queue",
    "answered": "contacts that talked to a counselor",
    "abandoned": "contacts whose caller hung up before talking to anybody, short ones included",
    "short_abandoned": "of these, within the short-abandon limit",
    "other_exits": "contacts that left otherwise, by how: never counted as abandoned",
    "waiting": "contacts that neither talked nor left yet",
    "service_level_strict": "answered within T / offered",
    "service_level_excl_short": "answered within T / (offered - short_abandoned)",
    "service_level_late_abandons": "answered within T / (answered + abandoned after T)",
    "service_level_connect": "(answered + abandoned + callback requested, each within T) / offered",
    "service_level_sl2": "(answered + abandoned, both within T) / (answered + abandoned)",
    "service_level_answered": "answered within T / answered",
    "asa_s": "mean wait of answered, seconds",
    "longest_wait_s": "longest wait of any contact that was answered or left, seconds",
    "aht_s": "mean of talk (hold included) + wrap-up of finished conversations, seconds",
}
ABANDONED = ("abandoned", "abandoned_short")


class Happened(Protocol):
    """What the fold reads of an event."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def contact_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def detail(self) -> Mapping[str, Any]: ...  # noqa: D102


@dataclass(slots=True)
class Stay:
    """What became of one contact: seconds waited until it talked or left, and how it left."""

    entered: datetime
    waited: float | None = None
    answered: bool = False
    left: str | None = None
    talk: float | None = None
    wrap: float = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue's figures over some time; a rate is None where nothing was counted."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    other_exits: Mapping[str, int]
    waiting: int
    service_level_strict: float | None
    service_level_excl_short: float | None
    service_level_late_abandons: float | None
    service_level_connect: float | None
    service_level_sl2: float | None
    service_level_answered: float | None
    asa_s: float | None
    longest_wait_s: float | None
    aht_s: float | None


def stays(events: Iterable[Happened]) -> dict[UUID, Stay]:
    """Fold what happened, in order, into what became of each contact; what was counted once is not counted again."""
    found: dict[UUID, Stay] = {}
    for event in events:
        if event.contact_id is None:
            continue
        if event.kind == "entered":
            found.setdefault(event.contact_id, Stay(event.at))
        elif event.contact_id in found:
            _happen(found[event.contact_id], event)
    return found


def _happen(stay: Stay, event: Happened) -> None:
    match event.kind:
        case "connected" if stay.waited is None:
            stay.waited, stay.answered = _since(stay, event), True
        case "left" if stay.waited is None:
            stay.waited, stay.left = _since(stay, event), event.detail["state"]
        case "came_back" if not stay.answered:
            stay.waited, stay.left = None, None
        case "finished" if stay.talk is None:
            stay.talk = float(event.detail["talk_s"])
        case "wrapped":
            stay.wrap += float(event.detail["wrap_s"])


def _since(stay: Stay, event: Happened) -> float:
    return max(0.0, (event.at - stay.entered).total_seconds())


def figures(events: Iterable[Happened], within: float) -> Figures:
    """Count what happened; `within` is the T of every service level, in seconds."""
    all_stays = list(stays(events).values())
    waits = [stay.waited for stay in all_stays if stay.waited is not None]
    answers = [stay.waited for stay in all_stays if stay.answered and stay.waited is not None]
    hang_ups = [stay for stay in all_stays if stay.left in ABANDONED]
    short = sum(stay.left == "abandoned_short" for stay in hang_ups)
    soon, gave_up_soon = _soon(answers, within), _soon([s.waited or 0 for s in hang_ups], within)
    callbacks = _soon([s.waited or 0 for s in all_stays if s.left == "callback_requested"], within)
    handled = [stay.talk + stay.wrap for stay in all_stays if stay.talk is not None]
    offered, answered, abandoned = len(all_stays), len(answers), len(hang_ups)
    return Figures(
        offered=offered,
        answered=answered,
        abandoned=abandoned,
        short_abandoned=short,
        other_exits=_exits(all_stays),
        waiting=offered - len(waits),
        service_level_strict=_rate(soon, offered),
        service_level_excl_short=_rate(soon, offered - short),
        service_level_late_abandons=_rate(soon, answered + abandoned - gave_up_soon),
        service_level_connect=_rate(soon + gave_up_soon + callbacks, offered),
        service_level_sl2=_rate(soon + gave_up_soon, answered + abandoned),
        service_level_answered=_rate(soon, answered),
        asa_s=_rate(sum(answers), answered),
        longest_wait_s=max(waits, default=None),
        aht_s=_rate(sum(handled), len(handled)),
    )


def _exits(all_stays: Iterable[Stay]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for stay in all_stays:
        if stay.left is not None and stay.left not in ABANDONED:
            counted[stay.left] = counted.get(stay.left, 0) + 1
    return counted


def _soon(waits: Iterable[float], within: float) -> int:
    return sum(wait <= within for wait in waits)


def _rate(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
