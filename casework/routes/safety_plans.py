"""Safety plans: read masked, written in versions, revealed with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casework.care_views import SafetyPlanOut
from casework.plans import SafetyWords
from casework.routes.parts import In, Why, WithMeans
from casework.service import care_reading
from casework.service import safety_plans as service
from casework.service.access import require_person
from casework.service.versions import Edit
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/people", tags=["safety plans"])


class SafetyIn(In):
    """New words for a safety plan that was read at `version`; 0 for the first."""

    version: int
    words: SafetyWords


@router.get("/{person_id}/safety-plan")
def read_safety_plan(
    person_id: UUID, actor: Annotated[Actor, allow("plan.read")], tx: Tx, at: Now, means: WithMeans
) -> SafetyPlanOut:
    """Read a person's safety plan; who is named in it is masked."""
    require_person(tx, person_id, actor, "plan.read")
    return care_reading.safety_plan_masked(tx, person_id, actor, means.vault, at=at)


@router.put("/{person_id}/safety-plan")
def write_safety_plan(
    person_id: UUID,
    body: SafetyIn,
    actor: Annotated[Actor, allow("plan.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> SafetyPlanOut:
    """Write a new version; a stale one answers 409 with what was sent and what is kept."""
    require_person(tx, person_id, actor, "plan.write")
    service.write(tx, person_id, Edit(body.version, body.words), actor, means=means, at=at)
    return care_reading.safety_plan_masked(tx, person_id, actor, means.vault, at=at)


@router.post("/{person_id}/safety-plan/reveal")
def reveal_safety_plan(
    person_id: UUID, body: Why, actor: Annotated[Actor, allow("person.reveal")], tx: Tx, at: Now, means: WithMeans
) -> SafetyPlanOut:
    """Give a person's safety plan in clear; the reason is written down."""
    require_person(tx, person_id, actor, "person.reveal")
    shown = service.reveal(tx, person_id, actor, body.reason, vault=means.vault, at=at)
    return care_reading.safety_plan(shown)
