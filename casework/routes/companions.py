"""Companion calls: agreed on a case, listed, paused, changed, ended, and what came of each."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from casework.care_views import CompanionCallOut, RhythmDetail, RhythmOut
from casework.plans import Agreed
from casework.policy.duties import Result
from casework.queries import care_reach
from casework.queries import companions as queries
from casework.routes.parts import In, Limit, WithMeans
from casework.service import care_reading, companion_results
from casework.service import companions as service
from casework.service.access import require_case, require_rhythm
from casework.service.versions import Edit
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["companion calls"])
Reader = Annotated[Actor, allow("plan.read")]
Writer = Annotated[Actor, allow("plan.write")]


class WantedRhythms(In):
    """Which rhythms to list: of a case, one's own, or all within reach."""

    case_id: UUID | None = None
    view: Literal["mine", "all"] = "all"
    limit: Limit = 100


class WantedCalls(In):
    """Which calls to list: one's own, or all within reach."""

    view: Literal["mine", "all"] = "mine"
    limit: Limit = 100


class AgreedIn(In):
    """Another agreement, for a rhythm that was read at `version`."""

    version: int
    agreed: Agreed


class StateIn(In):
    """Paused, going on, or over."""

    state: Literal["active", "paused", "ended"]


class ResultIn(In):
    """What came of a try."""

    result: Result


@router.post("/cases/{case_id}/companion-rhythms", status_code=201)
def agree_on_calls(case_id: UUID, body: Agreed, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> RhythmDetail:
    """Begin a rhythm of companion calls; those within the horizon are duties at once."""
    require_case(tx, case_id, actor, "plan.write")
    rhythm = service.agree(tx, case_id, body, actor, means=means, at=at)
    return care_reading.rhythm_whole(tx, rhythm, actor, means.vault, at=at)


@router.get("/companion-rhythms")
def list_rhythms(
    wanted: Annotated[WantedRhythms, Query()], actor: Reader, tx: Tx, at: Now, means: WithMeans
) -> list[RhythmOut]:
    """List the rhythms within reach that have not ended, oldest first."""
    mine, reached = actor.id if wanted.view == "mine" else None, care_reach.rhythms(actor, "plan.read")
    found = queries.rhythms(tx, reached, case_id=wanted.case_id, companion_id=mine, limit=wanted.limit)
    return care_reading.rhythms_listed(tx, found, actor, means.vault, at=at)


@router.get("/companion-rhythms/{rhythm_id}")
def read_rhythm(rhythm_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> RhythmDetail:
    """Read a rhythm with its calls, the newest day first."""
    require_rhythm(tx, rhythm_id, actor, "plan.read")
    return care_reading.rhythm_whole(tx, queries.rhythm(tx, rhythm_id), actor, means.vault, at=at)


@router.put("/companion-rhythms/{rhythm_id}")
def change_rhythm(rhythm_id: UUID, body: AgreedIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> RhythmDetail:
    """Agree on something else; calls to come are called off and planned anew."""
    require_rhythm(tx, rhythm_id, actor, "plan.write")
    rhythm = service.change(tx, rhythm_id, Edit(body.version, body.agreed), actor, means=means, at=at)
    return care_reading.rhythm_whole(tx, rhythm, actor, means.vault, at=at)


@router.post("/companion-rhythms/{rhythm_id}/state")
def set_rhythm_state(rhythm_id: UUID, body: StateIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> RhythmDetail:
    """Pause, resume or end a rhythm."""
    require_rhythm(tx, rhythm_id, actor, "plan.write")
    rhythm = service.set_state(tx, rhythm_id, body.state, actor, means=means, at=at)
    return care_reading.rhythm_whole(tx, rhythm, actor, means.vault, at=at)


@router.get("/companion-calls")
def list_calls(wanted: Annotated[WantedCalls, Query()], actor: Reader, tx: Tx) -> list[CompanionCallOut]:
    """List the calls to be made within reach, the next first."""
    reached = care_reach.rhythms(actor, "plan.read")
    found = queries.calls_of(tx, reached, actor.id if wanted.view == "mine" else None, wanted.limit)
    return [CompanionCallOut.model_validate(call) for call in found]


@router.post("/companion-calls/{call_id}/result")
def tell_result(
    call_id: UUID,
    body: ResultIn,
    actor: Annotated[Actor, allow("duty.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> CompanionCallOut:
    """Write down what came of a try; enough that reached nobody are a missed call, and then a welfare check."""
    require_rhythm(tx, queries.call(tx, call_id).rhythm_id, actor, "duty.write")
    return CompanionCallOut.model_validate(companion_results.told(tx, call_id, body.result, actor, means=means, at=at))
