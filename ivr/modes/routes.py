"""The system mode as supervisors see it and choose it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from casework.words import Reason
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr.modes import queries, service
from ivr.modes.policy import Chosen, Kind
from ivr.modes.service import ModeWatch

router = APIRouter(prefix="/api/mode", tags=["mode"])
Watcher = Annotated[Actor, allow("queue.watch")]


class ModeIn(BaseModel):
    """A mode for the calls to come; `version` is the one that was read."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    reason: Reason
    version: int
    until: AwareDatetime | None = None


class ModeLine(BaseModel):
    """One choice."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    kind: Kind
    until: datetime | None
    chosen_at: datetime
    chosen_by: UUID


class ModeOut(BaseModel):
    """How the line stands: the mode in which this process lets calls begin now, the newest choice, today's holiday."""

    now: Kind
    version: int
    holiday: str | None
    chosen: ModeLine | None


@router.get("")
def read_mode(request: Request, _: Watcher, tx: Tx, at: Now) -> ModeOut:
    """Tell in which mode new calls begin now, and why; a choice is followed within a second."""
    watch: ModeWatch = request.app.state.modes
    row, holiday = queries.newest(tx), watch.calendar.holiday(at)
    line = ModeLine.model_validate(row) if row else None
    return ModeOut(now=watch.now(at), version=row.version if row else 0, holiday=holiday, chosen=line)


@router.put("")
def choose_mode(body: ModeIn, actor: Annotated[Actor, allow("mode.choose")], tx: Tx, at: Now) -> ModeLine:
    """Choose a mode for the calls to come; whoever is on the line is not touched. The reason is written down."""
    chosen = Chosen(body.kind, body.until)
    return ModeLine.model_validate(service.choose(tx, chosen, actor, version=body.version, reason=body.reason, at=at))


@router.get("/history")
def read_history(_: Watcher, tx: Tx, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[ModeLine]:
    """List the choices, newest first."""
    return [ModeLine.model_validate(row) for row in queries.history(tx, limit)]
