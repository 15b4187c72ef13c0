"""Call-backs: what is promised, at what hours, what came of each call; and calling one off."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from casework.words import Reason
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr.callbacks import asking, queries
from ivr.callbacks.means import Means
from ivr.callbacks.tables import Callback

router = APIRouter(prefix="/api/callbacks", tags=["callbacks"])
Reader = Annotated[Actor, allow("callback.read")]
Writer = Annotated[Actor, allow("callback.write")]


class In(BaseModel):
    """A request's body; an unknown field is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class Hours(In):
    """When somebody wants to be called; an end that is not given is open."""

    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None

    @property
    def window(self) -> asking.Window:
        """Give the hours as a plain value."""
        return asking.Window(self.opens_at, self.closes_at)


class CallbackIn(Hours):
    """Whom to call back."""

    contact_id: UUID


class CancelIn(In):
    """Why nobody is to be called any more."""

    reason: Reason


class Wanted(In):
    """Which call-backs to list: those under way (`open`), or `all`."""

    view: Literal["open", "all"] = "open"
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class Out(BaseModel):
    """An answer read from a row."""

    model_config = ConfigDict(from_attributes=True)


class AttemptOut(Out):
    """One call that was made; `result` is null while it is under way."""

    contact_id: UUID
    n: int
    counselor_id: UUID
    asked_at: datetime
    ended_at: datetime | None
    result: str | None


class CallbackOut(Out):
    """One call-back. Its number stays sealed with the contact."""

    id: UUID
    contact_id: UUID
    duty_id: UUID
    stay_id: UUID | None
    why: str
    state: str
    priority: str
    language: str
    place_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    due_at: datetime
    tries: int
    requested_at: datetime
    ended_at: datetime | None
    ended_why: str | None


class CallbackWhole(CallbackOut):
    """One call-back with every call made for it."""

    attempts: list[AttemptOut] = []


def _means(request: Request) -> Means:
    means: Means = request.app.state.callbacks
    return means


WithMeans = Annotated[Means, Depends(_means)]


@router.get("")
def list_callbacks(wanted: Annotated[Wanted, Query()], actor: Reader, tx: Tx) -> list[CallbackOut]:
    """List call-backs: those under way in the order of their places, or all of them, the newest first."""
    mine = queries.within(actor, "callback.read")
    found = queries.callbacks(tx, mine, open_only=wanted.view == "open", limit=wanted.limit)
    return [CallbackOut.model_validate(each) for each in found]


@router.get("/{callback_id}")
def read_callback(callback_id: UUID, actor: Reader, tx: Tx) -> CallbackWhole:
    """Show one call-back, with every call made for it."""
    queries.require(tx, callback_id, actor, "callback.read")
    return _whole(tx, queries.callback(tx, callback_id))


@router.post("", status_code=201)
def ask_callback(body: CallbackIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> CallbackWhole:
    """Promise a call-back for a contact of one's own, at once or at the hours given."""
    return _whole(tx, asking.ask(tx, body.contact_id, actor, body.window, means=means, at=at))


@router.put("/{callback_id}/hours")
def schedule_callback(
    callback_id: UUID, body: Hours, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> CallbackWhole:
    """Move a call-back to other hours, as the person wishes; without any it is made at its place in the line."""
    queries.require(tx, callback_id, actor, "callback.write")
    return _whole(tx, asking.schedule(tx, callback_id, actor, body.window, means=means, at=at))


@router.post("/{callback_id}/cancel")
def cancel_callback(
    callback_id: UUID, body: CancelIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> CallbackWhole:
    """Call a call-back off, and with it what is owed; the reason is sealed."""
    queries.require(tx, callback_id, actor, "callback.write")
    return _whole(tx, asking.cancel(tx, callback_id, actor, body.reason, means=means, at=at))


def _whole(tx: Session, callback: Callback) -> CallbackWhole:
    whole = CallbackWhole.model_validate(callback)
    whole.attempts = [AttemptOut.model_validate(each) for each in queries.attempts(tx, callback.id)]
    return whole
