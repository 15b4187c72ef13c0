"""What every route shares: one transaction, one clock, one permission, one shape of refusal."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from core import staff
from core.db import Sessions
from core.errors import Forbidden, Refusal, Unauthenticated
from core.staff import PERMISSIONS, Actor

_bearer = HTTPBearer(auto_error=False, description="The token that POST /api/session gave.")
COOKIE = "goodbye120_session"
PROBLEM = "application/problem+json"
DOOR = "/sign-in"
"""Where a page's reader is led who is not signed in."""
_READS = ("GET", "HEAD")


def now(request: Request) -> datetime:
    """Read the application's clock once for this request."""
    clock: Callable[[], datetime] = request.app.state.clock
    return clock()


def transaction(request: Request) -> Iterator[Session]:
    """Open one transaction for this request and commit it before the reply is sent."""
    sessions: Sessions = request.app.state.sessions
    with sessions.begin() as tx:
        yield tx


Now = Annotated[datetime, Depends(now)]
Tx = Annotated[Session, Depends(transaction, scope="function")]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def token_of(request: Request, bearer: Bearer) -> str:
    """Read the session token from the header, or from the pages' cookie; raises Unauthenticated without one.

    A cookie is sent by the browser whoever made it ask: with one, nothing is changed for a page that is not ours.
    """
    token = bearer.credentials if bearer else request.cookies.get(COOKIE, "")
    site = request.headers.get("sec-fetch-site", "cross-site")
    if bearer is None and token and request.method not in _READS and site != "same-origin":
        raise Forbidden("This was not asked by a page of this service. Send a token as `Authorization: Bearer ...`.")
    if not token:
        raise Unauthenticated("Sign in at POST /api/session and send its token as `Authorization: Bearer ...`.")
    return token


Token = Annotated[str, Depends(token_of)]


def allow(permission: str) -> Any:
    """Declare the one permission a route needs; the actor is what the route gets.

    Used as `actor: Annotated[Actor, allow("case.read")]`. A route without it (or `public`) fails a test.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"No role holds the permission {permission!r}.")

    def permitted(request: Request, tx: Tx, token: Token, at: Now) -> Actor:
        actor = staff.who(tx, token, at=at)
        if not actor.may(permission):
            raise Forbidden(f"Your role ({actor.role}) does not hold the permission {permission}.")
        return replace(actor, source=request.client.host if request.client else None)

    permitted.permission = permission  # type: ignore[attr-defined] # The deny-by-default test reads it.
    return Depends(permitted, scope="function")


class SignIn(BaseModel):
    """A login and its password."""

    login: str = Field(min_length=1, max_length=60, examples=["hana"])
    password: str = Field(min_length=1, max_length=200)


def begin_session(request: Request, body: SignIn, at: datetime) -> tuple[str, Actor]:
    """Start a session, and give its token and whose it is; raises Unauthenticated after a wrong pair."""
    # Its own transaction, for a counted miss is kept although the answer is a refusal.
    with request.app.state.sessions.begin() as tx:
        found = staff.sign_in(tx, body.login, body.password, at=at)
    if found is None:
        raise Unauthenticated("The login or the password is wrong, or the login is locked for a minute.")
    return found


def public() -> Any:
    """Declare that a route is open to everybody."""

    def anybody() -> None:
        return None

    anybody.permission = "public"  # type: ignore[attr-defined] # The deny-by-default test reads it.
    return Depends(anybody)


def problem(status: int, title: str, detail: str, **more: object) -> JSONResponse:
    """Answer in the form of RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


def _as_page(request: Request, error: Refusal) -> Response | None:
    if "text/html" not in request.headers.get("accept", ""):
        return None
    if isinstance(error, Unauthenticated):
        return RedirectResponse(DOOR, 303)
    shown: Callable[[Request, Refusal], Response] | None = getattr(request.app.state, "refusal_page", None)
    return shown(request, error) if shown is not None else None


def explain_errors(app: FastAPI) -> None:
    """Answer every refusal, wrong request and outage as problem+json that says what to do.

    Who reads pages is led to the door, or reads the refusal as a page (`app.state.refusal_page`).
    """

    @app.exception_handler(Refusal)
    def refuse(request: Request, error: Refusal) -> Response:
        return _as_page(request, error) or problem(error.status, error.title, error.detail, **error.more)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"at": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        return problem(422, "Invalid", "Mend the fields named in `errors` and send it again.", errors=errors)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, error.detail, error.detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(DBAPIError)
    def unwritable(request: Request, error: DBAPIError) -> JSONResponse:
        if isinstance(error, DataError) or "NUL" in str(error.orig):
            return problem(422, "Invalid", "A value cannot be stored: a number out of range or a NUL character.")
        return outage(request, error)

    @app.exception_handler(Exception)
    def broken(_: Request, __: Exception) -> JSONResponse:
        # Starlette raises the error on after this answer, so that the server's log has it.
        return problem(500, "Broken", "This is our mistake, and it is written down.")

    @app.exception_handler(RedisError)
    @app.exception_handler(SQLAlchemyError)
    def outage(_: Request, error: Exception) -> JSONResponse:
        app.state.log.error("outage", exc_info=error)
        return problem(503, "Out of order", "A part of the system is out of order. Nothing was changed; try again.")
