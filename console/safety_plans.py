"""A person's safety plan as a page, to be printed for them in Korean or English, once a reason is given."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from casework.routes.parts import RawBody, means_of
from casework.service import safety_plans
from casework.service.access import require_person
from console.pages import SEOUL, page
from console.steps import reason_in
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Revealer = Annotated[Actor, allow("person.reveal")]


@router.get("/safety-plans/{person_id}", response_class=HTMLResponse)
def ask_for_safety_plan(request: Request, person_id: UUID, actor: Revealer, tx: Tx) -> HTMLResponse:
    """Ask what the safety plan is printed for."""
    require_person(tx, person_id, actor, "person.reveal")
    return page(request, "reason.html", actor=actor, what="safety_plan", wrong=False)


@router.post("/safety-plans/{person_id}", response_class=HTMLResponse)
def show_safety_plan(
    request: Request, person_id: UUID, body: RawBody, actor: Revealer, tx: Tx, at: Now
) -> HTMLResponse:
    """Show a person's safety plan in clear, to be printed for them; that it was, and what for, is written down."""
    require_person(tx, person_id, actor, "person.reveal")
    reason = reason_in(body)
    if reason is None:
        return page(request, "reason.html", actor=actor, what="safety_plan", wrong=True)
    shown = safety_plans.reveal(tx, person_id, actor, reason, vault=means_of(request, tx).vault, at=at)
    written = shown.written_at.astimezone(SEOUL).date().isoformat()
    return page(request, "safety_plan.html", plan=shown.words, written=written)
