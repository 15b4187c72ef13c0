"""The pages: signing in and out, and the counselor's desk."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from console import dispatches, field, reports, safety_plans
from console.pages import HERE, SEOUL, page, rooms
from core import staff
from core.errors import NotFound
from core.staff import SHIFT, Actor
from core.web import COOKIE, Now, SignIn, Token, Tx, allow, begin_session, public

router = APIRouter(tags=["pages"])
router.include_router(dispatches.router)
router.include_router(field.router)
router.include_router(reports.router)
router.include_router(safety_plans.router)
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
Anybody = Annotated[None, public()]
Counselor = Annotated[Actor, allow("seat.use")]


@router.get("/", response_class=HTMLResponse)
def front(request: Request, actor: Annotated[Actor, allow("signed_in")]) -> Response:
    """Lead to the first page of one's own; who has none is told so, and who is not signed in is led to the door."""
    own = rooms(actor)
    return RedirectResponse(own[0][0], 303) if own else page(request, "home.html", actor=actor)


@router.get("/sign-in", response_class=HTMLResponse)
def door(request: Request, _: Anybody) -> HTMLResponse:
    """Ask who it is."""
    return page(request, "sign_in.html")


@router.post("/sign-in", status_code=204)
def sign_in(request: Request, body: SignIn, at: Now, _: Anybody) -> Response:
    """Start a session that the browser keeps where no script can read it."""
    token, _actor = begin_session(request, body, at)
    reply, secure = Response(status_code=204), request.app.state.settings.public_url.startswith("https://")
    age = int(SHIFT.total_seconds())
    reply.set_cookie(COOKIE, token, max_age=age, httponly=True, samesite="strict", secure=secure)
    return reply


@router.post("/sign-out", status_code=204)
def sign_out(tx: Tx, token: Token, _: Annotated[Actor, allow("signed_in")]) -> Response:
    """End the session."""
    staff.sign_out(tx, token)
    reply = Response(status_code=204)
    reply.delete_cookie(COOKIE)
    return reply


@router.get("/desk", response_class=HTMLResponse)
def desk(request: Request, actor: Counselor, at: Now) -> HTMLResponse:
    """Show the counselor's desk; what happens at it comes by the seat's stream."""
    today = at.astimezone(SEOUL).date().isoformat()
    return page(request, "desk.html", actor=actor, today=today, beat_ms=beat_ms(request))


def beat_ms(request: Request) -> int:
    """Say how often, in ms, a desk is to say that it is there."""
    seconds: float = request.app.state.settings.heartbeat_seconds
    return round(seconds * 1000)


@router.get("/assets/{name}", response_class=FileResponse)
def asset(name: str, _: Anybody) -> FileResponse:
    """Give a file that pages are made of."""
    found = {path.name: path for path in (HERE / "assets").iterdir() if path.suffix in KINDS}.get(name)
    if found is None:
        raise NotFound("There is no such file.")
    return FileResponse(found, media_type=KINDS[found.suffix], headers={"X-Content-Type-Options": "nosniff"})
