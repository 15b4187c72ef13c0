"""What a supervisor watches: escalations, dead letters, the audit; and the city's districts for everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter

from casework.person_views import DongOut
from casework.queries import duties as queries
from casework.queries.places import dongs
from casework.routes.parts import Limit, Why
from casework.service import escalations, letters, places
from casework.views import AuditOut, DistrictOut, EscalationOut, LetterOut
from core import audit, outbox
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["oversight"])
Short = Annotated[str, Query(max_length=80)]


@router.get("/escalations")
def list_escalations(
    _actor: Annotated[Actor, allow("escalation.manage")], tx: Tx, *, open_only: bool = True, limit: Limit = 100
) -> list[EscalationOut]:
    """List what reached the supervisor: what nobody has taken up first."""
    found = queries.escalations(tx, open_only=open_only, limit=limit)
    return [EscalationOut.model_validate(escalation) for escalation in found]


@router.post("/escalations/{escalation_id}/acknowledge")
def acknowledge_escalation(
    escalation_id: UUID, actor: Annotated[Actor, allow("escalation.manage")], tx: Tx, at: Now
) -> EscalationOut:
    """Take an escalation up; its duty becomes one's own."""
    return EscalationOut.model_validate(escalations.acknowledge(tx, escalation_id, actor.id, at=at))


@router.post("/escalations/{escalation_id}/resolve")
def resolve_escalation(
    escalation_id: UUID, actor: Annotated[Actor, allow("escalation.manage")], tx: Tx, at: Now
) -> EscalationOut:
    """Settle an escalation; its duty is done with it."""
    return EscalationOut.model_validate(escalations.settle(tx, escalation_id, actor.id, at=at))


@router.get("/dead-letters")
def list_dead_letters(
    _actor: Annotated[Actor, allow("dead_letter.manage")], tx: Tx, limit: Limit = 200
) -> list[LetterOut]:
    """List what could not be delivered, oldest first."""
    return [LetterOut.model_validate(letter) for letter in outbox.dead_letters(tx, limit=limit)]


@router.post("/dead-letters/{message_id}/retry")
def retry_dead_letter(
    message_id: UUID, actor: Annotated[Actor, allow("dead_letter.manage")], tx: Tx, at: Now
) -> LetterOut:
    """Send a dead letter once more; the new message is answered."""
    return LetterOut.model_validate(letters.retry(tx, message_id, actor.id, at=at))


@router.post("/dead-letters/{message_id}/close")
def close_dead_letter(
    message_id: UUID, body: Why, actor: Annotated[Actor, allow("dead_letter.manage")], tx: Tx, at: Now
) -> LetterOut:
    """Give a dead letter up, with a reason."""
    return LetterOut.model_validate(letters.close(tx, message_id, actor.id, body.reason, at=at))


@router.get("/audit")
def read_audit(
    _actor: Annotated[Actor, allow("audit.read")],
    tx: Tx,
    kind: Short | None = None,
    id: Short | None = None,  # noqa: A002 - the query parameter's name
    limit: Limit = 200,
) -> list[AuditOut]:
    """List who did what, newest first; `kind` and `id` together ask about one thing."""
    of = (kind, id) if kind is not None and id is not None else None
    return [AuditOut.model_validate(entry) for entry in audit.entries(tx, of=of, limit=limit)]


@router.get("/districts/{code}/dongs")
def list_dongs(
    code: Annotated[str, PathParameter(pattern=r"^\d{5}$")],
    _actor: Annotated[Actor, allow("signed_in")],
    tx: Tx,
    at: Now,
) -> list[DongOut]:
    """List the administrative dongs of a district there are today; none where no list was loaded."""
    return [DongOut.model_validate(dong) for dong in dongs(tx, code, on=at.date())]


@router.get("/districts")
def list_districts(_actor: Annotated[Actor, allow("signed_in")], tx: Tx, at: Now) -> list[DistrictOut]:
    """List the districts there are today."""
    return [DistrictOut.model_validate(district) for district in places.valid_districts(tx, on=at.date())]
