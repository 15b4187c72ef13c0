"""How well waits were foretold: every forecast beside the wait that came, each figure under the name of its formula."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from uuid import UUID

from routing.metrics import Happened

DEFINITIONS: Mapping[str, str] = {
    "foretold": "forecasts of a remaining wait that were written down: all that callers heard, and each caller's first",
    "answered": "of these, whose caller was connected afterwards; the figures below are of these alone",
    "left": "of these, whose caller left the queue instead: their whole wait is not known, nor compared",
    "mae_s": "mean of |forecast - wait|, seconds",
    "bias_s": "mean of forecast - wait, seconds: above 0 callers waited less than was foretold",
    "coverage_p80": "answered within the time in which four of five should have been / answered: 0.8 is right",
    "told": "of the answered, forecasts of which the caller heard whole minutes",
    "told_mae_s": "mean of |minutes heard - wait|, seconds",
    "told_kept": "connected within the minutes heard / told",
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well waits were foretold over some time; a figure is None where nothing could be compared."""

    foretold: int
    answered: int
    left: int
    mae_s: float | None
    bias_s: float | None
    coverage_p80: float | None
    told: int
    told_mae_s: float | None
    told_kept: float | None


@dataclass(frozen=True, slots=True)
class _Compared:
    seconds: float
    within: float
    told_s: float | None
    waited: float


def calibrate(events: Iterable[Happened]) -> Calibration:
    """Compare what was foretold with what came, from what happened, in order; what is told twice is counted once."""
    made: dict[UUID, dict[datetime, Happened]] = {}
    over: dict[UUID, Happened] = {}
    for event in events:
        if event.contact_id is None or event.contact_id in over:
            continue
        if event.kind == "foretold":
            made.setdefault(event.contact_id, {})[event.at] = event
        elif event.kind in {"connected", "left"}:
            over[event.contact_id] = event
    ended = [(each, over[key]) for key, each in made.items() if key in over]
    compared = [_compare(one, end) for each, end in ended if end.kind == "connected" for one in each.values()]
    return _figures(compared, sum(map(len, made.values())), sum(len(each) for each, end in ended if end.kind == "left"))


def _compare(foretold: Happened, connected: Happened) -> _Compared:
    detail, waited = foretold.detail, max(0.0, (connected.at - foretold.at).total_seconds())
    return _Compared(detail["seconds"], detail["within"], detail["told_s"], waited)


def _figures(compared: list[_Compared], foretold: int, left: int) -> Calibration:
    told = [(each.told_s, each.waited) for each in compared if each.told_s is not None]
    return Calibration(
        foretold=foretold,
        answered=len(compared),
        left=left,
        mae_s=_mean([abs(each.seconds - each.waited) for each in compared], 1),
        bias_s=_mean([each.seconds - each.waited for each in compared], 1),
        coverage_p80=_mean([each.waited <= each.within for each in compared], 4),
        told=len(told),
        told_mae_s=_mean([abs(heard - waited) for heard, waited in told], 1),
        told_kept=_mean([waited <= heard for heard, waited in told], 4),
    )


def _mean(values: list[float] | list[bool], digits: int) -> float | None:
    return round(fmean(values), digits) if values else None
