"""Where partners answer: no session, but a signature over the time and the body with the endpoint's own secret."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, ValidationError

from casework import signing
from casework.config import Endpoint, Means
from casework.queries import field as queries
from casework.routes.parts import In, RawBody, WithMeans
from casework.service import asked, dispatches, visits
from casework.tables import Dispatch, Visit
from casework.words import Name
from core.errors import Forbidden, Invalid
from core.web import Now, Tx, public


class AcknowledgmentIn(In):
    """Who took it, and the number they gave it."""

    acknowledged: bool = True
    by: Name | None = None
    receipt: Name | None = None


class AcknowledgmentOut(BaseModel):
    """What stands after it."""

    id: UUID
    state: str
    acknowledged_at: datetime | None


Signature = Annotated[str, Header(alias=signing.HEADER)]
_BODY: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": AcknowledgmentIn.model_json_schema()}}}
}
router = APIRouter(prefix="/partner", tags=["partners"], dependencies=[public()])


def _signed_by(means: Means, signature: str, body: bytes, at: datetime) -> list[Endpoint]:
    known, age = means.config.endpoints.values(), means.config.signature_age
    fit = [one for one in known if signing.genuine(one.secret, signature, body, at=at, age=age)]
    if not fit:
        raise Forbidden(f"{signing.HEADER} must be t=<unix>,v1=<hex HMAC-SHA256(secret, t.body)>, made just now.")
    return fit


def _belongs(of: Visit | Dispatch, signers: list[Endpoint], means: Means) -> None:
    if asked.endpoint_of(of, means.config) not in signers:
        raise Forbidden("This was handed to another partner.")


def _read(body: bytes) -> AcknowledgmentIn:
    try:
        read = AcknowledgmentIn.model_validate_json(body or b"{}")
    except ValidationError as error:
        errors = [{"at": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        raise Invalid("Send a JSON object with `by` and `receipt`, or nothing.", errors=errors) from error
    if not read.acknowledged:
        raise Invalid("Only an acknowledgment is taken here: leave `acknowledged` away, or telephone.")
    return read


@router.post("/dispatches/{dispatch_id}/acknowledge", openapi_extra=_BODY)
def acknowledge_dispatch(
    dispatch_id: UUID, signature: Signature, body: RawBody, tx: Tx, at: Now, means: WithMeans
) -> AcknowledgmentOut:
    """Acknowledge a dispatch; once more changes nothing."""
    signers = _signed_by(means, signature, body, at)
    _belongs(queries.dispatch(tx, dispatch_id), signers, means)
    read = _read(body)
    done = dispatches.acknowledge(tx, dispatch_id, by=read.by or "the partner", at=at, receipt=read.receipt)
    return AcknowledgmentOut(id=done.id, state=done.state, acknowledged_at=done.acknowledged_at)


@router.post("/visits/{visit_id}/acknowledge", openapi_extra=_BODY)
def acknowledge_visit(
    visit_id: UUID, signature: Signature, body: RawBody, tx: Tx, at: Now, means: WithMeans
) -> AcknowledgmentOut:
    """Acknowledge a visit; once more changes nothing."""
    signers = _signed_by(means, signature, body, at)
    _belongs(queries.visit(tx, visit_id), signers, means)
    read = _read(body)
    done = visits.acknowledge(tx, visit_id, by=read.by or "the partner", at=at, receipt=read.receipt)
    return AcknowledgmentOut(id=done.id, state=done.state, acknowledged_at=done.acknowledged_at)
