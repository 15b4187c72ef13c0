"""Reading the week that is played from its file; what cannot be played is refused with what is wrong."""

import tomllib
from collections.abc import Mapping
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from routing.simulation.scenario import (
    Arrivals,
    Burst,
    Callbacks,
    Callers,
    Law,
    Patience,
    Scenario,
    Seats,
    Talk,
    Talks,
)  # fmt: skip

FILE: Final = Path(__file__).parents[1] / "data" / "seoul-week.toml"


class BadScenario(ValueError):
    """A scenario that cannot be played, with what is wrong in it."""


def read_scenario(data: Mapping[str, Any]) -> Scenario:
    """Build a scenario from parsed data; raises BadScenario with what is wrong."""
    try:
        made = Scenario(
            as_of=data["as_of"], timezone=data["timezone"], first_day=data["first_day"], counselors=data["counselors"],
            arrivals=Arrivals(**data["arrivals"]),
            callers=Callers(**data["callers"]),
            patience=Patience(**_with_laws(data["patience"], "law", "again_after")),
            talks=_talks(data["talks"]),
            seats=Seats(**_with_laws(data["seats"], "back_after")),
            callbacks=Callbacks(**data["callbacks"]),
            rotas=data["rotas"],
            bursts={name: _burst(each) for name, each in data["bursts"].items()},
        )  # fmt: skip
        wrong = _wrong_with(made)
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise BadScenario(f"The scenario cannot be read: {error!r}") from error
    if wrong:
        raise BadScenario(f"The scenario cannot be played: {wrong}.")
    return made


@cache
def load_scenario(path: Path = FILE) -> Scenario:
    """Read the week from its file; raises BadScenario, or OSError where there is none."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadScenario(f"The scenario is no TOML: {error}") from error
    return read_scenario(data)


def _wrong_with(made: Scenario) -> str:
    arrivals, callers, patience = made.arrivals, made.callers, made.patience
    seats, callbacks = made.seats, made.callbacks
    first, slowest = seats.accept_s
    ZoneInfo(made.timezone)
    rates = (arrivals.calls_per_day, *arrivals.hours, *arrivals.weekdays, *(b.factor for b in made.bursts.values()))
    shares = (callers.danger, callers.handed_on, callers.cut_off, patience.at_once, patience.again,
              seats.unanswered, seats.extended, callbacks.asks, callbacks.reached)  # fmt: skip
    times = (patience.at_once_s, first, slowest - first, seats.connect_s, seats.heavy_after_s, seats.pause_s,
             seats.rest_s, callbacks.asks_after_s, callbacks.given_up_after_s, callbacks.dial_s, callbacks.gap_s,
             callbacks.oldest_place_s)  # fmt: skip
    parts = [[kind.share for kind in made.talks.kinds]]
    parts += [[share for _, _, share in rows] for rows in made.rotas.values()]
    checks = {
        "`hours` needs 24 numbers, and `weekdays` seven": (len(arrivals.hours), len(arrivals.weekdays)) != (24, 7),
        "calls, hours, weekdays and factors must be above 0": min(rates) <= 0,
        "every share must lie between 0 and 1": min(shares) < 0 or max(shares) > 1,
        "`extended` must be below 1, or no wrap-up ends": seats.extended >= 1,
        "no time may be below 0, and the slowest accept no quicker than the quickest": min(times) < 0,
        "it takes one counselor, and one day a week, at the least": min(made.counselors, seats.days_a_week) < 1,
        "the shares of the kinds of talk, and of each rota, must add up to 1": any(
            not isclose(sum(p), 1) for p in parts
        ),
    }
    return next((words for words, bad in checks.items() if bad), "")


def _with_laws(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**table, **{name: Law(**table[name]) for name in names}}


def _talks(table: Mapping[str, Any]) -> Talks:
    kinds = tuple(Talk(**_with_laws(kind, "law")) for kind in table["kinds"])
    return Talks(table["source"], kinds, Talk(**_with_laws(table["danger"], "law")))


def _burst(table: Mapping[str, Any]) -> Burst:
    return Burst(table["source"], table["weekday"], table["from"], table["until"], table["factor"])
