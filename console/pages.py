"""Writing a page: its template, the reader's language, and the headers that keep it to itself."""

from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.words import LANGUAGES, words
from core.errors import Refusal
from core.staff import Actor

HERE = Path(__file__).parent
SEOUL = ZoneInfo("Asia/Seoul")
LANGUAGE = "goodbye120_language"
HEADERS = {
    # Nothing of a page comes from elsewhere, nothing in it runs that is not a file of ours, and nobody frames it.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def templates() -> Environment:
    """Give the templates; a name that a page does not have is an error, and everything is escaped."""
    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)


ROOMS: Final = (
    ("seat.use", "/desk", "desk"), ("dispatch.read", "/dispatches", "dispatches"), ("visit.write", "/field", "field"),
    ("report.read", "/reports", "reports"),
)  # fmt: skip
"""The pages that somebody may go to: the permission, where it is, and what it is called."""


def rooms(actor: Actor) -> list[tuple[str, str]]:
    """List the pages of somebody's own: where each is, and what it is called."""
    return [(path, name) for permission, path, name in ROOMS if actor.may(permission)]


def page(request: Request, name: str, *, status: int = 200, actor: Actor | None = None, **shown: Any) -> HTMLResponse:
    """Write a page in the reader's language; `?language=` chooses it, and a cookie remembers the choice."""
    asked = request.query_params.get("language", "")
    say = words(asked or request.cookies.get(LANGUAGE, ""))
    other = LANGUAGES[1 - LANGUAGES.index(say.language)]
    more = shown | {"also": words(other), "actor": actor, "rooms": rooms(actor) if actor else []}
    reply = HTMLResponse(templates().get_template(name).render(say=say, other=other, **more), status, HEADERS)
    if asked in LANGUAGES:
        reply.set_cookie(LANGUAGE, asked, max_age=365 * 86_400, samesite="lax", httponly=True)
    return reply


def refusal(request: Request, refused: Refusal) -> HTMLResponse:
    """Show a refusal to whoever reads pages."""
    return page(request, "refusal.html", status=refused.status, refused=refused)
