"""Figures made from counts: the rates and means that cannot be added, and so are never kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routing.metrics.stays import Happened, stays
from routing.metrics.tallies import ABANDONED, LEFT, OFFER, Counts, tallies

OVERFLOWS = ("overflowed", "max_wait", "no_counselor")


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue's figures over some time; a rate is None where nothing was counted."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    other_exits: Mapping[str, int]
    callbacks: int
    overflows: int
    waiting: int
    answer_rate: float | None
    abandonment_rate: float | None
    service_level_strict: float | None
    service_level_excl_short: float | None
    service_level_late_abandons: float | None
    service_level_connect: float | None
    service_level_sl2: float | None
    service_level_answered: float | None
    asa_s: float | None
    abandon_wait_s: float | None
    longest_wait_s: float | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    aht_s: float | None
    offers: int
    offers_accepted: int
    offers_rejected: int
    offers_unanswered: int


def figures(events: Iterable[Happened], within: float) -> Figures:
    """Count what happened; `within` is the T of every service level, in seconds."""
    return figures_of(tallies(stays(events).values(), round(within * 1000)).get(("queue", ""), {}))


def figures_of(counts: Counts) -> Figures:
    """Work the figures out of what was counted."""
    left = {name.removeprefix(LEFT): number for name, number in counts.items() if name.startswith(LEFT)}
    known = Counter(counts)
    abandoned = sum(left.get(how, 0) for how in ABANDONED)
    return Figures(
        **_outcomes(known, left, abandoned),
        **_service_levels(known, left.get("abandoned_short", 0), abandoned),
        **_times(known, abandoned, known["answered"] + sum(left.values())),
        offers=known[OFFER + "offered"],
        offers_accepted=known[OFFER + "accepted"],
        offers_rejected=known[OFFER + "rejected"],
        offers_unanswered=known[OFFER + "timed_out"],
    )


def _outcomes(known: Counter[str], left: Counts, abandoned: int) -> dict[str, Any]:
    exits = {how: left[how] for how in sorted(left) if how not in ABANDONED}
    offered, answered = known["offered"], known["answered"]
    return {
        "offered": offered,
        "answered": answered,
        "abandoned": abandoned,
        "short_abandoned": left.get("abandoned_short", 0),
        "other_exits": exits,
        "callbacks": exits.get("callback_requested", 0),
        "overflows": sum(exits.get(how, 0) for how in OVERFLOWS),
        "waiting": offered - answered - sum(left.values()),
        "answer_rate": _rate(answered, offered),
        "abandonment_rate": _rate(abandoned, offered),
    }


def _service_levels(known: Counter[str], short: int, abandoned: int) -> dict[str, Any]:
    offered, answered = known["offered"], known["answered"]
    soon, gave_up_soon = known["answered_soon"], known["abandoned_soon"]
    return {
        "service_level_strict": _rate(soon, offered),
        "service_level_excl_short": _rate(soon, offered - short),
        "service_level_late_abandons": _rate(soon, answered + abandoned - gave_up_soon),
        "service_level_connect": _rate(soon + gave_up_soon + known["callback_soon"], offered),
        "service_level_sl2": _rate(soon + gave_up_soon, answered + abandoned),
        "service_level_answered": _rate(soon, answered),
    }


def _times(known: Counter[str], abandoned: int, settled: int) -> dict[str, Any]:
    finished = known["finished"]
    return {
        "asa_s": _mean(known["answer_wait_ms"], known["answered"]),
        "abandon_wait_s": _mean(known["abandon_wait_ms"], abandoned),
        "longest_wait_s": known["longest_wait_ms"] / 1000 if settled else None,
        "talk_s": _mean(known["talk_ms"] - known["hold_ms"], finished),
        "hold_s": _mean(known["hold_ms"], finished),
        "wrap_up_s": _mean(known["wrap_ms"], finished),
        "aht_s": _mean(known["talk_ms"] + known["wrap_ms"], finished),
    }


def _rate(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(ms: int, count: int) -> float | None:
    return _rate(ms / 1000, count)
