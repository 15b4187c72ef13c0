"""The dispatch room: what is under way, its clocks and next steps; and the sheet to read out or hand over."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework.policy.states import DISPATCH
from casework.queries import field as queries
from casework.queries import reach
from casework.routes.parts import RawBody, means_of
from casework.service import dispatches as service
from casework.service import reading
from casework.service.access import require_dispatch
from casework.service.reveals import revealed
from console.pages import SEOUL, page
from console.steps import reason_in, said
from core import audit
from core.errors import Refusal
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Dispatcher = Annotated[Actor, allow("dispatch.write")]
STEPS: Final = ("acknowledged", "en_route", "on_scene", "contact_made", "no_contact", "failed")


@router.get("/dispatches", response_class=HTMLResponse)
def dispatch_room(request: Request, actor: Annotated[Actor, allow("dispatch.read")], tx: Tx, at: Now) -> HTMLResponse:
    """Show the dispatches under way: what nobody has acknowledged first, each with its clocks and next steps."""
    return _room(request, actor, tx, at)


def _room(request: Request, actor: Actor, tx: Tx, at: Now, wrong: str = "") -> HTMLResponse:
    found = queries.dispatches(tx, reach.dispatches(actor, "dispatch.read"), open_only=True)
    steps = {one.id: [step for step in STEPS if step in DISPATCH.moves[one.state]] for one in found}
    may = actor.may("dispatch.write")
    return page(
        request, "dispatches.html", actor=actor, dispatches=found, steps=steps, local=SEOUL, at=at, may=may, wrong=wrong
    )


@router.post("/dispatches/{dispatch_id}", response_class=HTMLResponse)
def take_step(request: Request, dispatch_id: UUID, body: RawBody, actor: Dispatcher, tx: Tx, at: Now) -> Response:
    """Write down what the agency said of its way; pressed twice it is one."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    means = means_of(request, tx)
    try:
        with tx.begin_nested():
            step, words = said(body, STEPS)
            service.report(tx, dispatch_id, service.Report(step, words or None), actor, means=means, at=at)
    except Refusal as refused:
        return _room(request, actor, tx, at, refused.detail)
    return RedirectResponse("/dispatches", 303)


@router.get("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def ask_for_sheet(request: Request, dispatch_id: UUID, actor: Dispatcher, tx: Tx) -> HTMLResponse:
    """Ask what the sheet is printed for."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    return page(request, "reason.html", actor=actor, what="sheet", wrong=False)


@router.post("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def show_sheet(request: Request, dispatch_id: UUID, body: RawBody, actor: Dispatcher, tx: Tx, at: Now) -> HTMLResponse:
    """Show the sheet in clear, to be printed; that it was, and what for, is written down."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    dispatch = queries.dispatch(tx, dispatch_id)
    reason = reason_in(body)
    if reason is None:
        return page(request, "reason.html", actor=actor, what="sheet", wrong=True)
    audit.record(tx, actor.id, "dispatch.print", ("dispatch", dispatch.id), at=at, reason=reason)
    revealed(tx, actor, reading.asked_seen(dispatch), reason, at=at)
    words = reading.dispatch_in_clear(dispatch, means_of(request, tx).vault)
    steps = [(s.at.astimezone(SEOUL), s.state) for s in queries.milestones(tx, ("dispatch", dispatch.id))]
    return page(
        request, "sheet.html", dispatch=dispatch, words=words, steps=steps, printed=at.astimezone(SEOUL), by=actor.name
    )
