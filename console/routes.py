"""The pages: signing in and out, and the counselor's desk."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.words import LANGUAGES, words
from core import staff
from core.errors import NotFound
from core.staff import SHIFT, Actor
from core.web import COOKIE, Now, SignIn, Token, Tx, allow, begin_session, public

router = APIRouter(tags=["pages"])
HERE = Path(__file__).parent
SEOUL = ZoneInfo("Asia/Seoul")
LANGUAGE = "goodbye120_language"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
HEADERS = {
    # Nothing of a page comes from elsewhere, nothing in it runs that is not a file of ours, and nobody frames it.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Anybody = Annotated[None, public()]
Counselor = Annotated[Actor, allow("seat.use")]


@cache
def templates() -> Environment:
    """Give the templates; a name that a page does not have is an error, and everything is escaped."""
    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)


def page(request: Request, name: str, **shown: Any) -> HTMLResponse:
    """Write a page in the reader's language; `?language=` chooses it, and a cookie remembers the choice."""
    asked = request.query_params.get("language", "")
    say = words(asked or request.cookies.get(LANGUAGE, ""))
    other = LANGUAGES[1 - LANGUAGES.index(say.language)]
    reply = HTMLResponse(templates().get_template(name).render(say=say, other=other, **shown), headers=HEADERS)
    if asked in LANGUAGES:
        reply.set_cookie(LANGUAGE, asked, max_age=365 * 86_400, samesite="lax", httponly=True)
    return reply


@router.get("/", status_code=303, response_class=RedirectResponse)
def front(_: Anybody) -> RedirectResponse:
    """Lead to the desk; who is not signed in is led on to the door."""
    return RedirectResponse("/desk", 303)


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
    shown = {"today": at.astimezone(SEOUL).date().isoformat(), "beat_ms": beat_ms(request)}
    return page(request, "desk.html", actor=actor, **shown)


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
