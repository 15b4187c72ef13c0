"""Visits: the district team's list and every step of the way."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from casework.form import When
from casework.queries import field as queries
from casework.queries import reach
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import reading
from casework.service import visits as service
from casework.service.access import require_visit
from casework.service.reveals import revealed
from casework.views import PacketOut, VisitDetail, VisitOut
from casework.words import Notes
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/visits", tags=["visits"])


class Wanted(In):
    """Which visits to list, among those one may know of."""

    open_only: bool = True
    district: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    limit: Limit = 100


class MoveIn(In):
    """A step: `scheduled` needs a time, `assigned` two people, `reported`, `refused` and `canceled` words."""

    state: Literal[
        "scheduled", "assigned", "en_route", "on_site", "contact_made", "no_answer", "refused", "unfounded", "reported",
        "canceled",
    ]  # fmt: skip
    scheduled_for: When | None = None
    workers: Annotated[tuple[UUID, ...], Field(max_length=4)] = ()
    words: Notes | None = None
    version: int | None = None


@router.get("")
def list_visits(
    wanted: Annotated[Wanted, Query()], actor: Annotated[Actor, allow("visit.read")], tx: Tx
) -> list[VisitOut]:
    """List visits, the one to make soonest first."""
    mine = reach.visits(actor, "visit.read")
    found = queries.visits(tx, mine, district=wanted.district, open_only=wanted.open_only, limit=wanted.limit)
    return [VisitOut.model_validate(visit) for visit in found]


@router.get("/{visit_id}")
def read_visit(visit_id: UUID, actor: Annotated[Actor, allow("visit.read")], tx: Tx, at: Now) -> VisitDetail:
    """Read a visit with every attempt to deliver it and every step."""
    require_visit(tx, visit_id, actor, "visit.read")
    visit = queries.visit(tx, visit_id)
    return reading.visit_whole(tx, visit, actor, at=at)


@router.post("/{visit_id}/reveal")
def reveal_visit(
    visit_id: UUID, body: Why, actor: Annotated[Actor, allow("visit.write")], tx: Tx, at: Now, means: WithMeans
) -> PacketOut:
    """Give a visit's address and reasons in clear; that somebody looked is written down."""
    require_visit(tx, visit_id, actor, "visit.write")
    visit = queries.visit(tx, visit_id)
    revealed(tx, actor, reading.asked_seen(visit), body.reason, at=at)
    return PacketOut(words=reading.visit_in_clear(visit, means.vault))


@router.post("/{visit_id}/acknowledge")
def acknowledge_visit(visit_id: UUID, actor: Annotated[Actor, allow("visit.write")], tx: Tx, at: Now) -> VisitDetail:
    """Take a visit up for one's team."""
    require_visit(tx, visit_id, actor, "visit.write")
    visit = service.acknowledge(tx, visit_id, by=actor.name, at=at, actor_id=actor.id)
    return reading.visit_whole(tx, visit, actor, at=at)


@router.post("/{visit_id}/still-here")
def still_here(
    visit_id: UUID, actor: Annotated[Actor, allow("visit.write")], tx: Tx, at: Now, means: WithMeans
) -> VisitDetail:
    """Tell that the team inside is well: its time begins anew."""
    visit = service.still_here(tx, visit_id, actor, config=means.config, at=at)
    return reading.visit_whole(tx, visit, actor, at=at)


@router.post("/{visit_id}/move")
def move_visit(
    visit_id: UUID, body: MoveIn, actor: Annotated[Actor, allow("visit.write")], tx: Tx, at: Now, means: WithMeans
) -> VisitDetail:
    """Write down the next step of a visit."""
    to = service.Move(body.state, body.scheduled_for, body.workers, body.words, body.version)
    visit = service.advance(tx, visit_id, to, actor, means=means, at=at)
    return reading.visit_whole(tx, visit, actor, at=at)
