"""Cases: the board, the story, the state, the level, and notes."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from casework.policy.triage import Level
from casework.queries import cases as queries
from casework.queries import reach
from casework.routes.parts import In, Limit, WithMeans
from casework.service import cases as service
from casework.service import reading
from casework.service.access import require_case
from casework.views import CaseDetail, CaseOut
from casework.words import Notes, Reason
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/cases", tags=["cases"])
State = Literal["open", "assessment", "plan", "in_service", "monitoring", "on_hold", "closed", "reopened"]


class Wanted(In):
    """Which cases to list."""

    view: Literal["mine", "all"] = "all"
    state: State | None = None
    open_only: bool = True
    district: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    triage_level: Level | None = None
    limit: Limit = 50


class MoveIn(In):
    """Another state for a case that was read at `version`; closing needs a reason."""

    state: State
    version: int
    reason: Reason | None = None


class LevelIn(In):
    """Another triage level for a case that was read at `version`."""

    level: Level
    version: int
    reason: Reason


class DecisionIn(In):
    """Yes or no to a lowering somebody else asked for."""

    approve: bool


class NoteIn(In):
    """Words for the story."""

    words: Annotated[Notes, Field(min_length=1)]


@router.get("")
def list_cases(
    wanted: Annotated[Wanted, Query()], actor: Annotated[Actor, allow("case.read")], tx: Tx
) -> list[CaseOut]:
    """List cases, the one to respond to soonest first."""
    chosen = queries.CaseFilter(
        reach.cases(actor, "case.read"),
        owner_id=actor.id if wanted.view == "mine" else None,
        state=wanted.state,
        open_only=wanted.open_only and wanted.state is None,
        district=wanted.district,
        triage_level=wanted.triage_level,
        limit=wanted.limit,
    )
    return [CaseOut.model_validate(case) for case in queries.cases(tx, chosen)]


@router.get("/{case_id}")
def read_case(
    case_id: UUID, actor: Annotated[Actor, allow("case.read")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Read a case with its story, oldest first."""
    require_case(tx, case_id, actor, "case.read")
    return reading.case_whole(tx, queries.case(tx, case_id), actor, means.vault, at=at)


@router.post("/{case_id}/move")
def move_case(
    case_id: UUID, body: MoveIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Move a case; it cannot close while a duty, a visit or a dispatch is open."""
    require_case(tx, case_id, actor, "case.write")
    change = service.Change(body.state, body.version, body.reason)
    case = service.change_state(tx, case_id, change, actor, vault=means.vault, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/triage")
def set_level(
    case_id: UUID, body: LevelIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Raise a level at once; a lowering from emergency or urgent waits in `lower_to` for a second person."""
    require_case(tx, case_id, actor, "case.write")
    change = service.Change(body.level, body.version, body.reason)
    case = service.set_level(tx, case_id, change, actor, means=means, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/triage/decide")
def decide_lowering(
    case_id: UUID,
    body: DecisionIn,
    actor: Annotated[Actor, allow("triage.approve")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> CaseDetail:
    """Approve or refuse a lowering that somebody else asked for."""
    require_case(tx, case_id, actor, "triage.approve")
    case = service.decide_lowering(tx, case_id, actor, approve=body.approve, config=means.config, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/notes", status_code=201)
def add_note(
    case_id: UUID, body: NoteIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Add a note to the story."""
    require_case(tx, case_id, actor, "case.write")
    service.note(tx, case_id, body.words, by=actor.id, vault=means.vault, at=at)
    return reading.case_whole(tx, queries.case(tx, case_id), actor, means.vault, at=at)
