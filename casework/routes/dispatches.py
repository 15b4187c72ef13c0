"""Dispatches: the dispatcher's board, every step, and the supervisor's close."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from casework import eido
from casework.queries import field as queries
from casework.queries import reach
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import dispatches as service
from casework.service import reading
from casework.service.access import require_dispatch
from casework.service.reveals import revealed
from casework.views import DispatchDetail, DispatchOut, PacketOut
from casework.words import Name, Paragraph
from core import audit
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/dispatches", tags=["dispatches"])


class Wanted(In):
    """Which dispatches to list."""

    open_only: bool = True
    limit: Limit = 100


class AcknowledgeIn(In):
    """Who at the agency took it, and the number they gave."""

    by: Name | None = None
    receipt: Name | None = None


class MilestoneIn(In):
    """What the agency said of its way."""

    state: Literal["acknowledged", "en_route", "on_scene", "contact_made", "no_contact", "failed", "resolved"]
    words: Paragraph | None = None


@router.get("")
def list_dispatches(
    wanted: Annotated[Wanted, Query()], actor: Annotated[Actor, allow("dispatch.read")], tx: Tx
) -> list[DispatchOut]:
    """List dispatches, what nobody has acknowledged first."""
    mine = reach.dispatches(actor, "dispatch.read")
    found = queries.dispatches(tx, mine, open_only=wanted.open_only, limit=wanted.limit)
    return [DispatchOut.model_validate(dispatch) for dispatch in found]


@router.get("/{dispatch_id}")
def read_dispatch(
    dispatch_id: UUID, actor: Annotated[Actor, allow("dispatch.read")], tx: Tx, at: Now
) -> DispatchDetail:
    """Read a dispatch with every attempt to deliver it and every step."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.read")
    return reading.dispatch_whole(tx, queries.dispatch(tx, dispatch_id), actor, at=at)


@router.post("/{dispatch_id}/reveal")
def reveal_dispatch(
    dispatch_id: UUID, body: Why, actor: Annotated[Actor, allow("dispatch.write")], tx: Tx, at: Now, means: WithMeans
) -> PacketOut:
    """Give a dispatch's place, danger and telephone in clear; that somebody looked is written down."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    dispatch = queries.dispatch(tx, dispatch_id)
    revealed(tx, actor, reading.asked_seen(dispatch), body.reason, at=at)
    return PacketOut(words=reading.dispatch_in_clear(dispatch, means.vault))


@router.post("/{dispatch_id}/eido")
def export_dispatch(
    dispatch_id: UUID, body: Why, actor: Annotated[Actor, allow("dispatch.write")], tx: Tx, at: Now, means: WithMeans
) -> dict[str, Any]:
    """Give a dispatch in clear, in the shape of an EIDO; that somebody took it is written down."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    dispatch = queries.dispatch(tx, dispatch_id)
    audit.record(tx, actor.id, "dispatch.export", ("dispatch", dispatch.id), at=at, reason=body.reason)
    revealed(tx, actor, reading.asked_seen(dispatch), body.reason, at=at)
    steps = queries.milestones(tx, ("dispatch", dispatch.id))
    return eido.incident(dispatch, reading.dispatch_in_clear(dispatch, means.vault), steps)


@router.post("/{dispatch_id}/acknowledge")
def acknowledge_dispatch(
    dispatch_id: UUID, body: AcknowledgeIn, actor: Annotated[Actor, allow("dispatch.write")], tx: Tx, at: Now
) -> DispatchDetail:
    """Write down that the agency has it."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    by = body.by or actor.name
    dispatch = service.acknowledge(tx, dispatch_id, by=by, at=at, receipt=body.receipt, actor_id=actor.id)
    return reading.dispatch_whole(tx, dispatch, actor, at=at)


@router.post("/{dispatch_id}/milestone")
def report_milestone(
    dispatch_id: UUID,
    body: MilestoneIn,
    actor: Annotated[Actor, allow("dispatch.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> DispatchDetail:
    """Write down the next step; contact made ends the duty."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    news = service.Report(body.state, body.words)
    dispatch = service.report(tx, dispatch_id, news, actor, means=means, at=at)
    return reading.dispatch_whole(tx, dispatch, actor, at=at)


@router.post("/{dispatch_id}/close")
def close_dispatch(
    dispatch_id: UUID, body: Why, actor: Annotated[Actor, allow("dispatch.close")], tx: Tx, at: Now, means: WithMeans
) -> DispatchDetail:
    """End a dispatch by a supervisor's reasoned decision."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.close")
    dispatch = service.close(tx, dispatch_id, actor, body.reason, vault=means.vault, at=at)
    return reading.dispatch_whole(tx, dispatch, actor, at=at)
