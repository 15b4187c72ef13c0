"""A queue's figures over a span of time: by step, and by counselor, by district or by band of the day; as CSV too."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from core.staff import SHIFT
from routing import queries, tally_queries
from routing.config import RoutingConfig
from routing.metrics import DEFINITIONS, Counts, add, definitions, figures_of
from routing.metrics.districts import UNKNOWN, hidden
from routing.metrics.intervals import Grain, band_of, step_of, steps
from routing.metrics.seat_time import SeatTime, seat_times
from routing.service.tallying import counted, zone_of

By = Literal["queue", "counselor", "district", "band"]
KEYS: Mapping[By, str | None] = {"queue": None, "counselor": "counselor_id", "district": "district", "band": "band"}
_SEAT = ("busy_s", "at_work_s", "occupancy")
_COUNSELOR = (
    "answered", "service_level_answered", "asa_s", "talk_s", "hold_s", "wrap_up_s", "aht_s", "offers",
    "offers_accepted", "offers_rejected", "offers_unanswered",
)  # fmt: skip
_DISTRICT = (
    "offered", "answered", "abandoned", "waiting", "answer_rate", "abandonment_rate", "service_level_strict", "asa_s",
)  # fmt: skip
_WHOLE = tuple(name for name in DEFINITIONS if name not in _SEAT)
FIGURES: Mapping[By, tuple[str, ...]] = {
    "queue": _WHOLE, "band": _WHOLE, "counselor": _COUNSELOR + _SEAT, "district": _DISTRICT,
}  # fmt: skip
Line = dict[str, Any]
Step = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures: of a span, in UTC, whose ends are borders of the grain."""

    queue: str
    begin: datetime
    end: datetime
    grain: Grain
    by: By


def history(tx: Session, asked: Asked, config: RoutingConfig, at: datetime) -> dict[str, Any]:
    """Give the figures, a line for each step that has begun, with what each of them means."""
    zone = zone_of(config)
    part = "queue" if asked.by == "band" else asked.by
    cells: dict[tuple[datetime, str], Counts] = {}
    for start, key, counts in counted(tx, asked.queue, part, (asked.begin, asked.end), config):
        of = band_of(start, zone) if asked.by == "band" else key
        add(cells.setdefault((step_of(start, asked.grain, asked.begin, zone), of), {}), counts)
    begun = [step for step in steps(asked.begin, asked.end, asked.grain, zone) if step[0] <= at]
    return {
        "queue": asked.queue, "from": asked.begin.astimezone(zone), "to": asked.end.astimezone(zone),
        "grain": asked.grain, "by": asked.by, "at": at, "timezone": config.timezone,
        "within_s": config.answer_within_seconds, "short_abandon_s": config.short_abandon_seconds,
        "definitions": [each for each in definitions() if each["name"] in FIGURES[asked.by]],
        "lines": [
            {**line, "from": line["from"].astimezone(zone), "to": line["to"].astimezone(zone)}
            for line in _lines(tx, asked, begun, cells, at)
        ],
    }  # fmt: skip


def _lines(
    tx: Session, asked: Asked, begun: list[Step], cells: dict[tuple[datetime, str], Counts], at: datetime
) -> Iterator[Line]:
    of_steps: dict[datetime, dict[str, Counts]] = {}
    for (start, key), counts in cells.items():
        of_steps.setdefault(start, {})[key] = counts
    seats, logins = _seats(tx, asked, at) if asked.by == "counselor" else ({}, {})
    for step in begun:
        found = of_steps.get(step[0], {})
        match asked.by:
            case "queue":
                yield _line(step, asked.by, "", found.get("", {}))
            case "band":
                yield from (_line(step, asked.by, band, found[band]) for band in sorted(found))
            case "district":
                yield from _districts(step, found)
            case "counselor":
                yield from _counselors(step, found, seats, logins)


def _seats(tx: Session, asked: Asked, at: datetime) -> tuple[Mapping[UUID, SeatTime], Mapping[UUID, str]]:
    # A seat cannot be available for longer than a shift without being heard of anew.
    events = tally_queries.seat_events(tx, asked.begin - SHIFT, asked.end)
    return seat_times(events, min(asked.end, at)), {seat.counselor_id: seat.login for seat in queries.seats(tx)}


def _line(step: Step, by: By, key: str, counts: Counts) -> Line:
    told = asdict(figures_of(counts))
    named = {name: key or None for name in (KEYS[by],) if name}
    return {"from": step[0], "to": step[1], **named, **{name: told[name] for name in FIGURES[by] if name in told}}


def _districts(step: Step, found: dict[str, Counts]) -> Iterator[Line]:
    unseen = hidden({district: counts.get("offered", 0) for district, counts in found.items()})
    for district in sorted(found, key=lambda district: (district == UNKNOWN, district)):
        line = _line(step, "district", district, found[district])
        if district in unseen:
            line |= dict.fromkeys(FIGURES["district"])
        yield {**line, "hidden": district in unseen}


def _counselors(
    step: Step, found: dict[str, Counts], seats: Mapping[UUID, SeatTime], logins: Mapping[UUID, str]
) -> Iterator[Line]:
    times = {str(counselor_id): time.within(*step) for counselor_id, time in seats.items()}
    for key in sorted({*found, *(key for key, (_, at_work) in times.items() if at_work)}):
        busy, at_work = times.get(key, (0, 0))
        seat = {
            "login": logins.get(UUID(key)), "busy_s": busy / 1000, "at_work_s": at_work / 1000,
            "occupancy": round(busy / at_work, 4) if at_work else None,
        }  # fmt: skip
        yield {**_line(step, "counselor", key, found.get(key, {})), **seat}


def as_csv(told: Mapping[str, Any]) -> Iterator[str]:
    """Write the lines as CSV, a header first; exits by kind have a column each."""
    lines: list[Line] = told["lines"]
    exits = sorted({how for line in lines for how in line.get("other_exits", {})})
    key = KEYS[told["by"]]
    names = ["from", "to", *([key] if key else []), *(["login"] if told["by"] == "counselor" else [])]
    names += [name for name in FIGURES[told["by"]] if name != "other_exits"]
    names += ["hidden"] if told["by"] == "district" else []
    yield _row([*names, *(f"exit_{how}" for how in exits)])
    for line in lines:
        yield _row([_cell(line[name]) for name in names] + [line["other_exits"].get(how, 0) for how in exits])


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else value


def _row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
