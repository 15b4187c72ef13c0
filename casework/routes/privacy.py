"""What people demand about their data, what is held or destroyed, and breaches."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from casework.form import When
from casework.policy.privacy import RequestKind
from casework.queries import privacy as queries
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import breaches, holds, requests
from casework.service.access import require_person
from casework.tables import Breach
from casework.views import Out
from casework.words import Paragraph
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["privacy"])
Keeper = Annotated[Actor, allow("privacy.manage")]


class RequestIn(In):
    """What somebody demands."""

    kind: RequestKind


class RequestOut(Out):
    """A demand, by when it must be answered, and how it was."""

    id: UUID
    person_id: UUID
    kind: str
    state: str
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answered_by: UUID | None


class AnswerIn(Why):
    """Yes or no to a demand, and why."""

    granted: bool


class CopyOut(Out):
    """Everything held of a person, in clear."""

    person_id: UUID
    data: dict[str, list[dict[str, Any]]]


class HoldIn(Why):
    """Why a person's data are kept past their time, and until when at most."""

    until: When | None = None


class HoldOut(Out):
    """What keeps a person's data."""

    id: UUID
    reason: str
    set_at: datetime
    set_by: UUID
    until: datetime | None


class DestructionOut(Out):
    """Something that was destroyed; `by` nobody: its time was over."""

    id: UUID
    at: datetime
    kind: str
    object_id: str
    why: str
    by: UUID | None
    number: int


class BreachIn(In):
    """What happened to whose data."""

    found_at: When
    words: Annotated[Paragraph, Field(min_length=5)]
    people: Annotated[int, Field(ge=0, le=100_000_000)]
    sensitive: bool
    outside: bool


class ToldIn(In):
    """Who was told."""

    whom: breaches.Whom


class BreachOut(Out):
    """A breach and who still has to be told."""

    id: UUID
    found_at: datetime
    people: int
    sensitive: bool
    outside: bool
    due_at: datetime
    people_told_at: datetime | None
    authority_told_at: datetime | None
    must_report: bool = False


def _breach(breach: Breach) -> BreachOut:
    shown = BreachOut.model_validate(breach)
    shown.must_report = breaches.must_report(breach)
    return shown


@router.post("/people/{person_id}/requests", status_code=201)
def receive_request(
    person_id: UUID, body: RequestIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now
) -> RequestOut:
    """Write down what somebody demands; it is answered within ten days."""
    require_person(tx, person_id, actor, "case.write")
    return RequestOut.model_validate(requests.receive(tx, person_id, body.kind, by=actor.id, at=at))


@router.get("/privacy-requests")
def list_requests(_actor: Keeper, tx: Tx, *, open_only: bool = True, limit: Limit = 100) -> list[RequestOut]:
    """List what people demand, the most pressing first."""
    return [RequestOut.model_validate(each) for each in queries.requests(tx, open_only=open_only, limit=limit)]


@router.post("/privacy-requests/{request_id}/answer")
def answer_request(request_id: UUID, body: AnswerIn, actor: Keeper, tx: Tx, at: Now, means: WithMeans) -> RequestOut:
    """Grant or refuse a demand, with the reason; an erasure is carried out."""
    said = requests.Answer(body.granted, body.reason)
    return RequestOut.model_validate(requests.answer(tx, request_id, actor, said, vault=means.vault, at=at))


@router.post("/privacy-requests/{request_id}/copy")
def copy_request(request_id: UUID, actor: Keeper, tx: Tx, at: Now, means: WithMeans) -> CopyOut:
    """Give everything held of whoever demands to see it; that it was given out is written down."""
    return CopyOut.model_validate(requests.copy(tx, request_id, actor, vault=means.vault, at=at))


@router.post("/people/{person_id}/holds", status_code=201)
def set_hold(person_id: UUID, body: HoldIn, actor: Keeper, tx: Tx, at: Now, means: WithMeans) -> HoldOut:
    """Keep a person's data past their time."""
    made = holds.hold(tx, person_id, actor, (body.reason, body.until), vault=means.vault, at=at)
    return HoldOut(id=made.id, reason=body.reason, set_at=made.set_at, set_by=made.set_by, until=made.until)


@router.get("/people/{person_id}/holds")
def list_holds(person_id: UUID, actor: Keeper, tx: Tx, at: Now, means: WithMeans) -> list[HoldOut]:
    """List what keeps a person's data now."""
    found = holds.held(tx, person_id, actor, vault=means.vault, at=at)
    return [HoldOut(id=e.id, reason=why, set_at=e.set_at, set_by=e.set_by, until=e.until) for e, why in found]


@router.delete("/holds/{hold_id}", status_code=204)
def lift_hold(hold_id: UUID, actor: Keeper, tx: Tx, at: Now) -> None:
    """Take a hold away."""
    holds.lift(tx, hold_id, actor, at=at)


@router.get("/destructions")
def list_destructions(_actor: Keeper, tx: Tx, limit: Limit = 100) -> list[DestructionOut]:
    """List what was destroyed, newest first."""
    return [DestructionOut.model_validate(each) for each in queries.destructions(tx, limit=limit)]


@router.post("/breaches", status_code=201)
def report_breach(body: BreachIn, actor: Keeper, tx: Tx, at: Now, means: WithMeans) -> BreachOut:
    """Write a breach down: within 72 hours of its being found, the people are told, and perhaps the authority."""
    return _breach(breaches.found(tx, actor, breaches.Found(**body.model_dump()), vault=means.vault, at=at))


@router.get("/breaches")
def list_breaches(_actor: Keeper, tx: Tx, limit: Limit = 100) -> list[BreachOut]:
    """List breaches, newest first."""
    return [_breach(each) for each in queries.breaches(tx, limit=limit)]


@router.post("/breaches/{breach_id}/told")
def breach_told(breach_id: UUID, body: ToldIn, actor: Keeper, tx: Tx, at: Now) -> BreachOut:
    """Write down that the people or the authority were told."""
    return _breach(breaches.told(tx, breach_id, actor, body.whom, at=at))
