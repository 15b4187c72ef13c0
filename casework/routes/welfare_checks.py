"""Welfare checks: asked for on a case, tried, made a visit or a dispatch, and ended by contact or a supervisor."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from casework.care_views import WelfareCheckDetail, WelfareCheckOut
from casework.form import Agency, Confidence, PlaceSource
from casework.plans import Words
from casework.policy.duties import Result
from casework.queries import care_reach
from casework.queries import welfare as queries
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import care_reading, welfare_sending
from casework.service import welfare_checks as service
from casework.service.access import require_case, require_check
from casework.words import Line, Paragraph, Reason
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["welfare checks"])
Reader = Annotated[Actor, allow("case.read")]
Writer = Annotated[Actor, allow("case.write")]


class CheckIn(In):
    """How urgent it is to hear of somebody, and why."""

    level: Literal["emergency", "urgent", "high", "moderate", "low"] = "high"
    reason: Reason


class Wanted(In):
    """Which welfare checks to list."""

    open_only: bool = True
    limit: Limit = 100


class AttemptIn(In):
    """What came of a call."""

    result: Result


class VisitIn(In):
    """Where two people shall look; without consent, its override needs a legal basis."""

    district: Annotated[str, Field(pattern=r"^\d{5}$")]
    address: Words
    consent: Literal["given", "overridden"]
    legal_basis: Line | None = None
    safety_notes: Paragraph | None = None

    @model_validator(mode="after")
    def _grounded(self) -> "VisitIn":
        if self.consent == "overridden" and not self.legal_basis:
            raise ValueError("an override of consent needs its legal_basis")
        return self


class DispatchIn(In):
    """Whom to send where, and against what danger."""

    kind: Agency
    place: Words
    place_source: PlaceSource
    confidence: Confidence
    danger: Annotated[Paragraph, Field(min_length=1)]
    people: Line | None = None
    callback_number: Line | None = None


class ContactIn(In):
    """How somebody was heard of, and in whose words."""

    how: service.How
    words: Reason


@router.post("/cases/{case_id}/welfare-checks", status_code=201)
def ask_for_check(case_id: UUID, body: CheckIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> WelfareCheckDetail:
    """Ask for a case's subject to be heard of; an open check stays the one, at the more urgent level."""
    require_case(tx, case_id, actor, "case.write")
    asked = service.Asked(body.level, body.reason)
    check = service.request(tx, case_id, asked, actor.id, means=means, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.get("/welfare-checks")
def list_checks(wanted: Annotated[Wanted, Query()], actor: Reader, tx: Tx) -> list[WelfareCheckOut]:
    """List the welfare checks within reach, the one to end soonest first."""
    found = queries.checks(tx, care_reach.checks(actor, "case.read"), open_only=wanted.open_only, limit=wanted.limit)
    return [WelfareCheckOut.model_validate(check) for check in found]


@router.get("/welfare-checks/{check_id}")
def read_check(check_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> WelfareCheckDetail:
    """Read a welfare check."""
    require_check(tx, check_id, actor, "case.read")
    check = queries.check(tx, check_id)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.post("/welfare-checks/{check_id}/attempt")
def attempt_check(
    check_id: UUID, body: AttemptIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> WelfareCheckDetail:
    """Write down a call that was tried by whoever has taken the duty; reached, the check is over."""
    require_check(tx, check_id, actor, "case.write")
    check = service.attempt(tx, check_id, body.result, actor, means=means, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.post("/welfare-checks/{check_id}/visit")
def visit_for_check(
    check_id: UUID, body: VisitIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> WelfareCheckDetail:
    """Have two people of the district's team look; contact that they make ends the check."""
    require_check(tx, check_id, actor, "case.write")
    wanted = welfare_sending.ToVisit(**body.model_dump())
    check = welfare_sending.send_a_visit(tx, check_id, wanted, actor, means=means, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.post("/welfare-checks/{check_id}/dispatch")
def dispatch_for_check(
    check_id: UUID, body: DispatchIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> WelfareCheckDetail:
    """Send 119, 112 or both; contact that they make ends the check."""
    require_check(tx, check_id, actor, "case.write")
    wanted = welfare_sending.ToDispatch(**body.model_dump())
    check = welfare_sending.send_a_dispatch(tx, check_id, wanted, actor, means=means, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.post("/welfare-checks/{check_id}/contact")
def confirm_contact(
    check_id: UUID, body: ContactIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> WelfareCheckDetail:
    """End a check because somebody was heard of."""
    require_check(tx, check_id, actor, "case.write")
    contact = service.Confirmed(body.how, body.words)
    check = service.confirm(tx, check_id, contact, actor, vault=means.vault, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)


@router.post("/welfare-checks/{check_id}/close")
def close_check(
    check_id: UUID, body: Why, actor: Annotated[Actor, allow("welfare.close")], tx: Tx, at: Now, means: WithMeans
) -> WelfareCheckDetail:
    """End a check without contact, by a supervisor's decision and with its reason."""
    require_check(tx, check_id, actor, "welfare.close")
    check = service.close(tx, check_id, body.reason, actor, vault=means.vault, at=at)
    return care_reading.check_whole(tx, check, actor, means.vault, at=at)
