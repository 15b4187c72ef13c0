"""How well waits were foretold, and how many counselors are needed."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from core.web import Now, Tx
from routing.routes.forms import BoardDep
from routing.routes.watch import QueueName, Watcher
from routing.service.planning import Wish, calibration_view, staffing_view
from routing.staffing import Target

router = APIRouter(tags=["watch"])


class CalibrationOut(BaseModel):
    """How well waits were foretold, with what each figure means."""

    queue: str
    at: datetime
    since: datetime
    figures: dict[str, float | None]
    definitions: dict[str, str]


class HourOut(BaseModel):
    """What one hour of the week (weekday 0 is Monday) needs, and what callers then meet."""

    weekday: int
    hour: int
    per_hour: float
    seen: int
    basis: str
    counselors: int
    rostered: int
    speaking: dict[str, int]
    waits: float
    within: float
    mean_wait_s: float
    abandoned: float
    occupancy: float


class StaffingOut(BaseModel):
    """How many counselors each hour of the week needs, and everything that assumes."""

    queue: str
    at: datetime
    since: datetime
    timezone: str
    contacts: int
    handling_s: float
    patience_s: float
    languages: dict[str, float]
    target: dict[str, float]
    shrinkage: float
    assumptions: list[str]
    hours: list[HourOut]


class WishIn(BaseModel):
    """What a plan is for; `within_s` is the service level's T where it is not given."""

    model_config = {"extra": "forbid"}

    weeks: Annotated[int, Query(ge=1, le=26)] = 8
    within_s: Annotated[float | None, Query(ge=0, le=3600)] = None
    service_level: Annotated[float, Query(ge=0, le=0.99)] = 0.8
    abandoned: Annotated[float, Query(ge=0.001, le=1)] = 0.05
    shrinkage: Annotated[float, Query(ge=0, le=0.9)] = 0.3


@router.get("/api/queues/{name}/calibration", response_model=CalibrationOut)
def read_calibration(
    name: QueueName, tx: Tx, at: Now, actor: Watcher, days: Annotated[int, Query(ge=1, le=92)] = 7  # noqa: ARG001
) -> dict[str, Any]:  # fmt: skip
    """Show how well the waits of the last days were foretold."""
    return calibration_view(tx, name, days, at)


@router.get("/api/queues/{name}/staffing", response_model=StaffingOut)
def read_staffing(
    name: QueueName, tx: Tx, at: Now, actor: Watcher, board: BoardDep, wish: Annotated[WishIn, Query()]  # noqa: ARG001
) -> dict[str, Any]:  # fmt: skip
    """Show how many counselors each hour of the week needs, and what that assumes."""
    within_s = board.config.answer_within_seconds if wish.within_s is None else wish.within_s
    target = Target(within_s, wish.service_level, wish.abandoned)
    return staffing_view(tx, name, Wish(target, wish.weeks, wish.shrinkage), board.config, at)
