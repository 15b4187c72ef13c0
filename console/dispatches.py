"""The dispatch's printable sheet: what to read out or hand over, in both languages, once a reason is given."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from casework.queries import field as queries
from casework.routes.parts import RawBody, means_of
from casework.service import reading
from casework.service.access import require_dispatch
from casework.service.reveals import revealed
from console.pages import SEOUL, page, reason_in
from core import audit
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Dispatcher = Annotated[Actor, allow("dispatch.write")]


@router.get("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def ask_for_sheet(request: Request, dispatch_id: UUID, actor: Dispatcher, tx: Tx) -> HTMLResponse:
    """Ask what the sheet is printed for."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    return page(request, "reason.html", what="sheet", wrong=False)


@router.post("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def show_sheet(request: Request, dispatch_id: UUID, body: RawBody, actor: Dispatcher, tx: Tx, at: Now) -> HTMLResponse:
    """Show the sheet in clear, to be printed; that it was, and what for, is written down."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    dispatch = queries.dispatch(tx, dispatch_id)
    reason = reason_in(body)
    if reason is None:
        return page(request, "reason.html", what="sheet", wrong=True)
    audit.record(tx, actor.id, "dispatch.print", ("dispatch", dispatch.id), at=at, reason=reason)
    revealed(tx, actor, reading.asked_seen(dispatch), reason, at=at)
    words = reading.dispatch_in_clear(dispatch, means_of(request, tx).vault)
    steps = [(s.at.astimezone(SEOUL), s.state) for s in queries.milestones(tx, ("dispatch", dispatch.id))]
    return page(
        request, "sheet.html", dispatch=dispatch, words=words, steps=steps, printed=at.astimezone(SEOUL), by=actor.name
    )
