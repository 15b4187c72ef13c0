"""Figures over a span of time, as JSON or CSV, and what every figure means."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.errors import Invalid
from core.web import Now, Tx
from routing.config import RoutingConfig
from routing.history import Asked, By, as_csv, history
from routing.metrics import definitions
from routing.metrics.intervals import Grain, interval_of, midnight, next_midnight, step_of
from routing.routes.forms import BoardDep
from routing.routes.watch import QueueName, Watcher
from routing.service.tallying import zone_of

router = APIRouter(tags=["watch"])
LONGEST: dict[Grain, int] = {"15m": 7, "hour": 62, "day": 400, "whole": 400}
"""Days that may be asked for at once."""
LONGEST_BY_COUNSELOR = 62
YEARS = range(2000, 2200)
BORDERS = {"15m": "a quarter of an hour, as 18:15", "hour": "a full hour, as 18:00", "day": "a day, as 2026-11-24"}


class Definition(BaseModel):
    """What a figure is called, how it comes about, and its unit."""

    name: str
    formula: str
    unit: str


class HistoryOut(BaseModel):
    """Figures over a span of time; `lines` have `from`, `to`, whose they are, and the figures of `definitions`."""

    queue: str
    begin: Annotated[datetime, Field(alias="from")]
    end: Annotated[datetime, Field(alias="to")]
    grain: Grain
    by: By
    at: datetime
    timezone: str
    within_s: float
    short_abandon_s: float
    definitions: list[Definition]
    lines: list[dict[str, Any]]


class HistoryIn(BaseModel):
    """Which figures are asked for: a span from `from` until just before `to`; without them, today."""

    model_config = ConfigDict(extra="forbid")

    grain: Grain = "hour"
    by: By = "queue"
    begin: Annotated[str | None, Field(alias="from", max_length=40)] = None
    end: Annotated[str | None, Field(alias="to", max_length=40)] = None
    format: Literal["json", "csv"] = "json"


def _asked(queue: str, form: HistoryIn, config: RoutingConfig, at: datetime) -> Asked:
    zone = zone_of(config)
    begin = _moment(form.begin, "from", zone) if form.begin else midnight(at, zone).astimezone(UTC)
    end = _moment(form.end, "to", zone) if form.end else next_midnight(max(at, begin), zone).astimezone(UTC)
    asked = Asked(queue, begin, end, form.grain, form.by)
    _require_borders(asked, zone)
    _require_span(asked)
    _require_days_that_are_over(asked, midnight(at, zone))
    return asked


def _moment(written: str, field: str, zone: ZoneInfo) -> datetime:
    try:
        # A plus sign that was not escaped arrives as a space.
        moment = datetime.fromisoformat(written.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise Invalid(
            f"Write `{field}` as a day, 2026-11-24, or a moment, 2026-11-24T18:00 or 2026-11-24T18:00:00+09:00.",
            at=field,
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _require_borders(asked: Asked, zone: ZoneInfo) -> None:
    grain: Grain = "15m" if asked.grain == "whole" else asked.grain
    for field, moment in (("from", asked.begin), ("to", asked.end)):
        if interval_of(moment) != moment or step_of(moment, grain, moment, zone) != moment:
            raise Invalid(f"With grain={asked.grain}, `{field}` must be {BORDERS[grain]} ({zone.key}).", at=field)


def _require_span(asked: Asked) -> None:
    if asked.end <= asked.begin:
        raise Invalid("`to` must be later than `from`: the span is from `from` until just before `to`.", at="to")
    longest = LONGEST[asked.grain] if asked.by != "counselor" else min(LONGEST[asked.grain], LONGEST_BY_COUNSELOR)
    if asked.end - asked.begin > timedelta(days=longest):
        raise Invalid(f"With grain={asked.grain} and by={asked.by} ask for at most {longest} days at once.", at="to")


def _require_days_that_are_over(asked: Asked, today: datetime) -> None:
    # The difference of two looks at overlapping or growing spans would tell of a single person.
    if asked.by == "district" and (asked.grain != "day" or asked.end > today):
        raise Invalid("By district write grain=day, and `to` no later than today: only days that are over.", at="by")


@router.get("/api/queues/{name}/history", response_model=HistoryOut, responses={200: {"content": {"text/csv": {}}}})
def read_history(
    name: QueueName, form: Annotated[HistoryIn, Query()], tx: Tx, at: Now, actor: Watcher, board: BoardDep  # noqa: ARG001
) -> Any:  # fmt: skip
    """Show a queue's figures over time: by queue, counselor, district or band of the day; as JSON or CSV."""
    told = history(tx, _asked(name, form, board.config, at), board.config, at)
    if form.format == "json":
        return told
    file = f"{name}-{form.by}-{form.grain}-{told['from']:%Y%m%d}-{told['to']:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Link": '</api/figures>; rel="describedby"'}
    return Response("".join(as_csv(told)), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/api/figures")
def read_definitions(actor: Watcher) -> list[Definition]:  # noqa: ARG001
    """List every figure with its formula and its unit."""
    return [Definition(**each) for each in definitions()]
