"""Cases: the board, the story, the state, the level, and notes."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from casework import paging
from casework.case_views import CaseDetail, CaseOut, StoryOut
from casework.form import Topic
from casework.policy.triage import Level
from casework.queries import cases as queries
from casework.queries import reach
from casework.routes.parts import In, Limit, WithMeans
from casework.service import changing, reading
from casework.service.access import require_case
from casework.service.cases import note
from casework.words import Line, Name, Notes, Paragraph, Reason
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/cases", tags=["cases"])
Place = Annotated[str, Field(max_length=100)]
State = Literal["open", "assessment", "plan", "in_service", "monitoring", "on_hold", "closed", "reopened"]


class Wanted(In):
    """Which cases to list."""

    view: Literal["mine", "all"] = "all"
    state: State | None = None
    open_only: bool = True
    district: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    triage_level: Level | None = None
    after: Place | None = None
    limit: Limit = 50


class Earlier(In):
    """Which lines of a story: the last ones, or those before a line's place."""

    before: Place | None = None
    limit: Limit = 50


class Sought(In):
    """Whose cases to find: by the whole telephone number, the whole name, or both."""

    phone: Line | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _anything(self) -> Self:
        if not (self.phone or self.name):
            raise ValueError("give a telephone number or a name")
        return self


class Goal(In):
    """Something to be reached."""

    words: Annotated[Line, Field(min_length=1)]
    state: Literal["open", "reached", "dropped"] = "open"
    by: date | None = None


class Plan(In):
    """What is to be done, and the goals; written whole each time."""

    words: Annotated[Paragraph, Field(min_length=1)]
    goals: Annotated[list[Goal], Field(max_length=20, default_factory=list)]


class EditIn(In):
    """Values for a case that was read at `version`; what is not named stays."""

    version: int
    owner_id: UUID | None = None
    topic: Topic | None = None
    plan: Plan | None = None


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
    """Yes or no to what somebody else asked for."""

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
        open_only=wanted.state != "closed" if wanted.state else wanted.open_only,
        district=wanted.district,
        triage_level=wanted.triage_level,
        after=paging.read(wanted.after, field="after") if wanted.after else None,
        limit=wanted.limit,
    )
    return [reading.case_in_list(*each) for each in queries.cases(tx, chosen)]


@router.post("/search")
def search_cases(
    body: Sought, actor: Annotated[Actor, allow("case.read")], tx: Tx, at: Now, means: WithMeans
) -> list[CaseOut]:
    """Find cases by a person's telephone number or name, the newest first; what was sought is in no address."""
    found = reading.cases_of(tx, body.phone, body.name, actor, vault=means.vault, at=at)
    return [CaseOut.model_validate(case) for case in found]


@router.get("/{case_id}")
def read_case(
    case_id: UUID, actor: Annotated[Actor, allow("case.read")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Read a case with its plan and the end of its story."""
    require_case(tx, case_id, actor, "case.read")
    return reading.case_whole(tx, queries.case(tx, case_id), actor, means.vault, at=at)


@router.get("/{case_id}/timeline")
def read_story(
    case_id: UUID,
    wanted: Annotated[Earlier, Query()],
    actor: Annotated[Actor, allow("case.read")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> StoryOut:
    """Read a page of a case's story, oldest first; `earlier` leads to the page before."""
    before = paging.read(wanted.before, field="before") if wanted.before else None
    require_case(tx, case_id, actor, "case.read")
    page = reading.Page(before, wanted.limit)
    return reading.story(tx, queries.case(tx, case_id), actor, page, vault=means.vault, at=at)


@router.patch("/{case_id}")
def edit_case(
    case_id: UUID, body: EditIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Write a case's owner, topic or plan; a stale version answers 409 with what was sent and what there is."""
    require_case(tx, case_id, actor, "case.write")
    plan = body.plan.model_dump(mode="json", exclude_none=True) if body.plan else None
    change = changing.Edit(body.version, body.owner_id, body.topic, plan)
    case = changing.edit(tx, case_id, change, actor, vault=means.vault, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/move")
def move_case(
    case_id: UUID, body: MoveIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Move a case; it does not close while anything is open, nor at emergency and urgent without a second person."""
    require_case(tx, case_id, actor, "case.write")
    change = changing.Change(body.state, body.version, body.reason)
    case = changing.change_state(tx, case_id, change, actor, means=means, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/triage")
def set_level(
    case_id: UUID, body: LevelIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Raise a level at once; a lowering from emergency or urgent waits in `lower_to` for a second person."""
    require_case(tx, case_id, actor, "case.write")
    change = changing.Change(body.level, body.version, body.reason)
    case = changing.set_level(tx, case_id, change, actor, means=means, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/decide")
def decide_waiting(
    case_id: UUID,
    body: DecisionIn,
    actor: Annotated[Actor, allow("triage.approve")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> CaseDetail:
    """Approve or refuse the lowering or closing that somebody else asked for."""
    require_case(tx, case_id, actor, "triage.approve")
    case = changing.decide(tx, case_id, actor, approve=body.approve, means=means, at=at)
    return reading.case_whole(tx, case, actor, means.vault, at=at)


@router.post("/{case_id}/notes", status_code=201)
def add_note(
    case_id: UUID, body: NoteIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> CaseDetail:
    """Add a note to the story."""
    require_case(tx, case_id, actor, "case.write")
    note(tx, case_id, ("note", body.words), by=actor.id, vault=means.vault, at=at)
    return reading.case_whole(tx, queries.case(tx, case_id), actor, means.vault, at=at)
