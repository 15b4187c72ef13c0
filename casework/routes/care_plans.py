"""Care plans: written, agreed to, looked at again; what a caller's plans say; and who calls often."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from casework.care_views import CarePlanDetail, CarePlanOut, FrequentOut, KnownPlans
from casework.plans import CareWords
from casework.queries import care as queries
from casework.queries import care_reach
from casework.routes.parts import In, Limit, WithMeans
from casework.service import at_the_desk, care_reading
from casework.service import care_plans as service
from casework.service.access import require_care_plan, require_person
from casework.service.versions import Edit
from casework.words import Reason
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["care plans"])
Reader = Annotated[Actor, allow("plan.read")]
Writer = Annotated[Actor, allow("plan.write")]


class Wanted(In):
    """Which care plans to list: those in a state, or all that have not ended."""

    state: Literal["draft", "active", "under_review", "ended"] | None = None
    limit: Limit = 100


class CareIn(In):
    """New words for a plan that was read at `version`."""

    version: int
    words: CareWords


class MoveIn(In):
    """Another state for a plan that was read at `version`; an end needs a reason."""

    state: Literal["active", "under_review", "ended"]
    version: int
    reason: Reason | None = None


@router.get("/contacts/{contact_id}/plans")
def plans_of_caller(contact_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> list[KnownPlans]:
    """Show what was agreed with whoever has the caller's number; in danger, one's own caller's people in clear."""
    found = at_the_desk.plans_of_caller(tx, contact_id, actor, vault=means.vault, at=at)
    return [care_reading.known_plans(known, means.vault) for known in found]


@router.get("/frequent-callers")
def list_frequent(
    actor: Annotated[Actor, allow("plan.approve")], tx: Tx, at: Now, means: WithMeans, limit: Limit = 50
) -> list[FrequentOut]:
    """List who called often lately: a proposal to think of a plan with them, and nothing follows by itself."""
    return care_reading.frequent(tx, actor, means=means, at=at, limit=limit)


@router.get("/care-plans")
def list_care_plans(wanted: Annotated[Wanted, Query()], actor: Reader, tx: Tx) -> list[CarePlanOut]:
    """List the care plans within reach, the one to review soonest first."""
    found = queries.care_plans(tx, care_reach.care_plans(actor, "plan.read"), state=wanted.state, limit=wanted.limit)
    return [CarePlanOut.model_validate(plan) for plan in found]


@router.post("/people/{person_id}/care-plan", status_code=201)
def write_care_plan(
    person_id: UUID, body: CareWords, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> CarePlanDetail:
    """Begin a person's care plan as a draft."""
    require_person(tx, person_id, actor, "plan.write")
    plan = service.write(tx, person_id, body, actor, means=means, at=at)
    return care_reading.care_plan_whole(tx, plan, actor, means.vault, at=at)


@router.get("/care-plans/{plan_id}")
def read_care_plan(plan_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> CarePlanDetail:
    """Read a care plan with its newest words and who wrote each version."""
    require_care_plan(tx, plan_id, actor, "plan.read")
    return care_reading.care_plan_whole(tx, queries.care_plan(tx, plan_id), actor, means.vault, at=at)


@router.put("/care-plans/{plan_id}")
def edit_care_plan(plan_id: UUID, body: CareIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> CarePlanDetail:
    """Write a new version; a stale one answers 409 with what was sent and what is kept."""
    require_care_plan(tx, plan_id, actor, "plan.write")
    plan = service.edit(tx, plan_id, Edit(body.version, body.words), actor, means=means, at=at)
    return care_reading.care_plan_whole(tx, plan, actor, means.vault, at=at)


@router.post("/care-plans/{plan_id}/move")
def move_care_plan(plan_id: UUID, body: MoveIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> CarePlanDetail:
    """Agree to a plan (a second person, where it limits anything), put it under review, or end it with a reason."""
    require_care_plan(tx, plan_id, actor, "plan.write")
    to = service.Move(body.state, body.version, body.reason)
    plan = service.change_state(tx, plan_id, to, actor, means=means, at=at)
    return care_reading.care_plan_whole(tx, plan, actor, means.vault, at=at)
