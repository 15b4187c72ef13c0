"""The field team's page, for a telephone in one hand: its visits, what to know, and the next step as one button."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casework.queries import field as queries
from casework.queries import reach
from casework.routes.parts import RawBody, means_of
from casework.service import reading
from casework.service import visits as service
from casework.tables import Visit
from console.pages import SEOUL, page
from console.steps import said
from core.access_log import looked
from core.errors import Refusal
from core.security import Vault
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Team = Annotated[Actor, allow("visit.write")]
STILL_HERE = "still_here"
NEXT: Final[dict[str, tuple[str, ...]]] = {
    "assigned": ("en_route",),
    "en_route": ("on_site",),
    "on_site": ("contact_made", "no_answer", "refused", "unfounded", STILL_HERE),
    "contact_made": ("reported",),
    "no_answer": ("reported",),
    "refused": ("reported",),
    "unfounded": ("reported",),
}
"""What a team can tell from where it is; a visit is scheduled and assigned at the office."""
STEPS: Final = {STILL_HERE, *(one for steps in NEXT.values() for one in steps)}
IN_CLEAR: Final = frozenset({"assigned", "en_route", "on_site"})
"""While the two who go are on their way, they see where to and what to know."""


@router.get("/field", response_class=HTMLResponse)
def field_page(request: Request, actor: Team, tx: Tx, at: Now) -> HTMLResponse:
    """Show the visits of one's team; where and why in clear only to the two who go, which is written down."""
    return _shown(request, actor, tx, at)


def _shown(request: Request, actor: Actor, tx: Tx, at: Now, wrong: str = "") -> HTMLResponse:
    open_ones = queries.visits(tx, reach.visits(actor, "visit.write"), district=None, open_only=True)
    vault = means_of(request, tx).vault
    visits = [(visit, _clear(tx, visit, actor, vault, at)) for visit in open_ones]
    visits.sort(key=lambda one: one[1] is None)
    return page(request, "field.html", visits=visits, steps=NEXT, local=SEOUL, wrong=wrong, actor=actor)


def _clear(tx: Tx, visit: Visit, actor: Actor, vault: Vault, at: Now) -> dict[str, str | None] | None:
    if actor.id not in visit.workers or visit.state not in IN_CLEAR:
        return None
    looked(tx, actor, reading.asked_seen(visit), at=at, reason="field page")
    return reading.visit_in_clear(visit, vault)


@router.post("/field/{visit_id}", response_class=HTMLResponse)
def take_step(request: Request, visit_id: UUID, body: RawBody, actor: Team, tx: Tx, at: Now) -> Response:
    """Write down the next step of a visit, or that the team inside is well; pressed twice it is one."""
    means = means_of(request, tx)
    try:
        with tx.begin_nested():
            step, words = said(body, STEPS)
            if step == STILL_HERE:
                service.still_here(tx, visit_id, actor, config=means.config, at=at)
            else:
                service.advance(tx, visit_id, service.Move(step, words=words or None), actor, means=means, at=at)
    except Refusal as refusal:
        return _shown(request, actor, tx, at, refusal.detail)
    return RedirectResponse("/field", 303)
