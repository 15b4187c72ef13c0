"""The dispatch's printable sheet: what to read out or hand over, in both languages, once a reason is given."""

from typing import Annotated
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from casework.queries import field as queries
from casework.routes.parts import RawBody, means_of
from casework.service import reading
from casework.service.access import require_dispatch
from casework.service.reveals import revealed
from casework.words import Reason
from console.pages import SEOUL, page
from core import audit
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Dispatcher = Annotated[Actor, allow("dispatch.write")]
_REASON: TypeAdapter[str] = TypeAdapter(Reason)


@router.get("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def ask_for_sheet(request: Request, dispatch_id: UUID, actor: Dispatcher, tx: Tx) -> HTMLResponse:
    """Ask what the sheet is printed for."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    return page(request, "sheet_reason.html", dispatch=queries.dispatch(tx, dispatch_id), wrong=False)


@router.post("/dispatches/{dispatch_id}/sheet", response_class=HTMLResponse)
def show_sheet(request: Request, dispatch_id: UUID, body: RawBody, actor: Dispatcher, tx: Tx, at: Now) -> HTMLResponse:
    """Show the sheet in clear, to be printed; that it was, and what for, is written down."""
    require_dispatch(tx, dispatch_id, actor, "dispatch.write")
    dispatch = queries.dispatch(tx, dispatch_id)
    try:
        reason = _REASON.validate_python(parse_qs(body.decode("utf-8", "replace")).get("reason", [""])[0])
    except ValidationError:
        return page(request, "sheet_reason.html", dispatch=dispatch, wrong=True)
    audit.record(tx, actor.id, "dispatch.print", ("dispatch", dispatch.id), at=at, reason=reason)
    revealed(tx, actor, reading.asked_seen(dispatch), reason, at=at)
    words = reading.dispatch_in_clear(dispatch, means_of(request, tx).vault)
    steps = [(s.at.astimezone(SEOUL), s.state) for s in queries.milestones(tx, ("dispatch", dispatch.id))]
    return page(
        request, "sheet.html", dispatch=dispatch, words=words, steps=steps, printed=at.astimezone(SEOUL), by=actor.name
    )
