"""What one played week comes to, by the metrics of the line itself: the same folds, under the same names."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from routing.metrics import Figures, Stay, figures_of, stays, tallies
from routing.metrics.intervals import band_of
from routing.metrics.seat_time import seat_times
from routing.simulation.line import Line

Outcome = dict[str, float | None]
CLASSES = ("danger", "transfer", "returned", "normal")


@dataclass(frozen=True, slots=True)
class Hours:
    """Of each hour of the day: who entered, and who of these was answered."""

    offered: Counter[int]
    answered: Counter[int]


def outcome(line: Line, days: int, people: int) -> tuple[Outcome, Hours]:
    """Give the figures of a week; calls that we make are in `helped` and in the counselors' time only."""
    found = stays(line.events)
    calls = {key: stay for key, stay in found.items() if not line.contacts[key].called_back}
    zone = ZoneInfo(line.scenario.timezone)
    whole = _figures(line, calls.values())
    night = _figures(line, (stay for stay in calls.values() if band_of(stay.entered, zone) == "night"))
    danger = _figures(line, (stay for key, stay in calls.items() if line.contacts[key].klass == "danger"))
    made: Outcome = {
        "offered": whole.offered,
        "answer_rate": whole.answer_rate,
        "service_level_strict": whole.service_level_strict,
        "asa_s": whole.asa_s,
        "p95_wait_s": p95([stay.waited or 0 for stay in calls.values() if stay.answered]),
        **{f"longest_{name}_s": _longest(line, calls, name) for name in CLASSES},
        "abandonment_rate": whole.abandonment_rate,
        "short_abandon_rate": whole.short_abandoned / whole.offered if whole.offered else None,
        "night_answer_rate": night.answer_rate,
        "danger_answer_rate": danger.answer_rate,
        "helped": len(line.talked) / people if people else None,
        **_occupancy(line, days),
        "overtaken_worst": max((caller.overtaken for caller in line.contacts.values()), default=0),
    }
    return made, _hours(calls.values(), zone)


def p95(waits: list[float]) -> float | None:
    """Give what 95 of 100 waits stay within; None where there are none."""
    return sorted(waits)[ceil(0.95 * len(waits)) - 1] if waits else None


def _figures(line: Line, some: Iterable[Stay]) -> Figures:
    within_ms = round(line.policy.routing.answer_within_seconds * 1000)
    return figures_of(tallies(some, within_ms).get(("queue", ""), {}))


def _longest(line: Line, calls: Mapping[UUID, Stay], klass: str) -> float | None:
    waits = (stay.waited for key, stay in calls.items() if line.contacts[key].klass == klass)
    return max((waited for waited in waits if waited is not None), default=None)


def _occupancy(line: Line, days: int) -> Outcome:
    """Give how busy the counselors were, all together and the busiest of them."""
    end = line.moment(days * 86400)
    times = [seat.within(line.start, end) for seat in seat_times(line.events, end + timedelta(days=1)).values()]
    at_work = sum(present for _, present in times)
    return {
        "occupancy": sum(busy for busy, _ in times) / at_work if at_work else None,
        "occupancy_worst": max((busy / present for busy, present in times if present), default=None),
    }


def _hours(calls: Iterable[Stay], zone: ZoneInfo) -> Hours:
    hours = Hours(Counter(), Counter())
    for stay in calls:
        hour = stay.entered.astimezone(zone).hour
        hours.offered[hour] += 1
        hours.answered[hour] += stay.answered
    return hours
