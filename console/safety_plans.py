"""A person's safety plan as a page, to be printed for them in Korean or English."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from casework.routes.parts import means_of
from casework.service import safety_plans
from console.pages import SEOUL, page
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])


@router.get("/safety-plans/{person_id}", response_class=HTMLResponse)
def safety_plan(
    request: Request, person_id: UUID, actor: Annotated[Actor, allow("person.reveal")], tx: Tx, at: Now
) -> HTMLResponse:
    """Show a person's safety plan in clear, to be printed for them; that somebody looked is written down."""
    shown = safety_plans.reveal(tx, person_id, actor, vault=means_of(request, tx).vault, at=at)
    written = shown.written_at.astimezone(SEOUL).date().isoformat()
    return page(request, "safety_plan.html", plan=shown.words, written=written)
