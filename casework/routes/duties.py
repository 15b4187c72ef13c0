"""Duties: what I owe, what my team owes, and what came of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from casework.policy.duties import DutyKind, Result, teams
from casework.queries import duties as queries
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import duties as service
from casework.views import DutyOut, WorkloadOut
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/duties", tags=["duties"])


class Wanted(In):
    """Which duties to list: `mine`, my `team`'s, or those of my team nobody has taken (`open`)."""

    view: Literal["mine", "team", "open"] = "team"
    kind: DutyKind | None = None
    limit: Limit = 100


class AttemptIn(In):
    """What came of a try."""

    result: Result


class AssignIn(In):
    """Whom a duty is given to."""

    owner_id: UUID


@router.get("")
def list_duties(
    wanted: Annotated[Wanted, Query()], actor: Annotated[Actor, allow("duty.read")], tx: Tx
) -> list[DutyOut]:
    """List what is owed: the overdue first, then by priority and deadline."""
    chosen = queries.DutyFilter(
        teams=teams(*actor.roles),
        owner_id=actor.id if wanted.view == "mine" else None,
        unowned=wanted.view == "open",
        kind=wanted.kind,
        limit=wanted.limit,
    )
    return [DutyOut.model_validate(duty) for duty in queries.duties(tx, chosen)]


@router.get("/workload")
def workload(actor: Annotated[Actor, allow("duty.assign")], tx: Tx) -> list[WorkloadOut]:
    """Tell how much each person of one's teams owes, who is overdue first; what nobody has taken counts as nobody's."""
    return [WorkloadOut.model_validate(load) for load in queries.workload(tx, teams(*actor.roles))]


@router.post("/{duty_id}/assign")
def assign_duty(
    request: Request, duty_id: UUID, body: AssignIn, actor: Annotated[Actor, allow("duty.assign")], tx: Tx, at: Now
) -> DutyOut:
    """Give a duty to somebody of its team, who is told."""
    redis = request.app.state.redis
    return DutyOut.model_validate(service.assign(tx, duty_id, body.owner_id, actor, redis=redis, at=at))


@router.post("/{duty_id}/take")
def take_duty(duty_id: UUID, actor: Annotated[Actor, allow("duty.write")], tx: Tx, at: Now) -> DutyOut:
    """Make a duty one's own."""
    return DutyOut.model_validate(service.take(tx, duty_id, actor, at=at))


@router.post("/{duty_id}/attempt")
def attempt_duty(
    duty_id: UUID, body: AttemptIn, actor: Annotated[Actor, allow("duty.write")], tx: Tx, at: Now, means: WithMeans
) -> DutyOut:
    """Write down a try."""
    return DutyOut.model_validate(service.attempt(tx, duty_id, actor, body.result, config=means.config, at=at))


@router.post("/{duty_id}/done")
def finish_duty(duty_id: UUID, actor: Annotated[Actor, allow("duty.write")], tx: Tx, at: Now) -> DutyOut:
    """Mark a duty done."""
    return DutyOut.model_validate(service.done(tx, duty_id, actor, at=at))


@router.post("/{duty_id}/cancel")
def cancel_duty(
    duty_id: UUID, body: Why, actor: Annotated[Actor, allow("duty.write")], tx: Tx, at: Now, means: WithMeans
) -> DutyOut:
    """Call a duty off, with a reason."""
    return DutyOut.model_validate(service.cancel(tx, duty_id, actor, body.reason, vault=means.vault, at=at))
