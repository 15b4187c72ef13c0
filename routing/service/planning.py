"""Looking back at how well waits were foretold, and ahead at how many counselors are needed, from the line's events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from routing import calibration, demand, queries
from routing.config import RoutingConfig
from routing.forecast import FEWEST_HANDLED, handling, patience
from routing.metrics import Happened, Stay, stays
from routing.staffing import Load, Target, erlang_a, fewest, fewest_speaking, rostered

HANDLING_ASSUMED, PATIENCE_ASSUMED = 1200.0, 180.0
MODEL = (
    "callers come by chance, and talk and patience follow exponential laws (Erlang A): real lines do a little worse",
    "an hour in which hardly anybody calls still needs one counselor",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is for: the target, how many weeks it looks back, what share of paid time is not at the seat."""

    target: Target
    weeks: int
    shrinkage: float


def calibration_view(tx: Session, queue: str, days: int, at: datetime) -> dict[str, Any]:
    """Show how well the waits of the contacts that entered in the last days were foretold."""
    since = at - timedelta(days=days)
    figures = calibration.calibrate(queries.happened(tx, queue, since, ("foretold", "connected", "left")))
    shown = {"queue": queue, "at": at, "since": since, "figures": asdict(figures)}
    return shown | {"definitions": dict(calibration.DEFINITIONS)}


def staffing_view(tx: Session, queue: str, wish: Wish, config: RoutingConfig, at: datetime) -> dict[str, Any]:
    """Show how many counselors each hour of the week needs, what that comes to, and everything it assumes."""
    since = at - timedelta(weeks=wish.weeks)
    events = queries.happened(tx, queue, since, queries.OF_A_STAY)
    found = list(stays(events).values())
    hours = demand.week((stay.entered for stay in found), since, at, ZoneInfo(config.timezone))
    handled_s, patient_s, assumed = _habits(found, at)
    shares = _shares(events, config)
    if not hours:
        assumed.append("less than a whole day of calls was seen: no hour has a number yet")
    elif any(hour.basis != "this hour of this weekday" for hour in hours):
        assumed.append(f"an hour seen fewer than {demand.ENOUGH} times is taken for what its `basis` says")
    return {
        "queue": queue, "at": at, "since": since, "timezone": config.timezone, "contacts": len(found),
        "handling_s": handled_s, "patience_s": patient_s, "languages": shares,
        "target": asdict(wish.target), "shrinkage": wish.shrinkage, "assumptions": [*assumed, *MODEL],
        "hours": [_need(hour, handled_s, patient_s, shares, wish) for hour in hours],
    }  # fmt: skip


def _habits(found: Iterable[Stay], at: datetime) -> tuple[float, float, list[str]]:
    every, assumed = list(found), []
    times = [handling(stay) for stay in every if stay.talk is not None]
    patient = patience(every, at)
    handled = round(fmean(times), 1) if len(times) >= FEWEST_HANDLED else 0.0
    if not handled:
        assumed.append(f"too few conversations were seen: each is taken to need {HANDLING_ASSUMED:.0f} s")
    if patient is None:
        assumed.append(f"too few callers gave up: their patience is taken to be {PATIENCE_ASSUMED:.0f} s")
    return handled or HANDLING_ASSUMED, patient or PATIENCE_ASSUMED, assumed


def _shares(events: Sequence[Happened], config: RoutingConfig) -> dict[str, float]:
    """Give the share of callers in each language but the first, which every counselor speaks."""
    spoken = {event.contact_id: event.detail.get("language") for event in events if event.kind == "entered"}
    counted = Counter(spoken.values())
    return {name: round(counted[name] / max(1, len(spoken)), 4) for name in config.languages[1:]}


def _need(
    hour: demand.Hour, handled_s: float, patient_s: float, shares: dict[str, float], wish: Wish
) -> dict[str, Any]:
    load = Load(hour.per_hour, handled_s, patient_s)
    n = fewest(load, wish.target)
    service = {name: round(value, 4) for name, value in asdict(erlang_a(n, load, wish.target.within_s)).items()}
    speaking = {name: fewest_speaking(load, share, n, wish.target) for name, share in shares.items()}
    return asdict(hour) | {"counselors": n, "rostered": rostered(n, wish.shrinkage), "speaking": speaking, **service}
