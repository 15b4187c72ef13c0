"""Referrals: to a team of the house or a partner outside, and the answer."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import true

from casework.config import Means
from casework.form import ConsentAnswer
from casework.policy.duties import Team, teams
from casework.queries import reach
from casework.queries import referrals as queries
from casework.routes.parts import In, Limit, WithMeans
from casework.service import referrals as service
from casework.service.access import require_case
from casework.tables import Referral
from casework.views import Out
from casework.words import Line, Paragraph
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["referrals"])
Reader = Annotated[Actor, allow("referral.read")]
Writer = Annotated[Actor, allow("referral.write")]


class ReferIn(In):
    """To a `team` of the house or a `partner` outside, what for, and what the person said to it."""

    team: Team | None = None
    partner: Annotated[Line, Field(min_length=1)] | None = None
    purpose: Annotated[Paragraph, Field(min_length=1)]
    consent: ConsentAnswer
    reason: Line | None = None
    legal_basis: Line | None = None


class MoveIn(In):
    """The next step of a referral that was read at `version`; `words` say why, or what came of it."""

    state: Literal["draft", "sent", "accepted", "rejected", "done", "revoked", "expired"]
    version: int
    words: Paragraph | None = None
    by: Line | None = None


class Wanted(In):
    """Which referrals to list: `mine`, those I wrote, or those sent to a `team` of mine."""

    view: Literal["mine", "team"] = "team"
    open_only: bool = True
    limit: Limit = 50


class ReferralOut(Out):
    """A referral, with its purpose and the answer's words."""

    id: UUID
    case_id: UUID
    state: str
    to_team: str | None
    to_partner: str | None
    consent: str
    legal_basis: str | None
    referred_by: UUID
    created_at: datetime
    sent_at: datetime | None
    answer_by: datetime | None
    duty_id: UUID | None
    answered_at: datetime | None
    answered_by: str | None
    closed_at: datetime | None
    version: int
    purpose: str = ""
    words: str | None = None


def _shown(referral: Referral, means: Means) -> ReferralOut:
    opened: dict[str, Any] = {"purpose": means.vault.open(referral.purpose_cipher)}
    opened["words"] = means.vault.open(referral.reason_cipher) if referral.reason_cipher else None
    return ReferralOut.model_validate(referral).model_copy(update=opened)


@router.post("/cases/{case_id}/referrals", status_code=201)
def refer(case_id: UUID, body: ReferIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> ReferralOut:
    """Write a referral; it goes out when it is moved to `sent`."""
    wish = service.Wish(**body.model_dump())
    return _shown(service.refer(tx, case_id, wish, actor, vault=means.vault, at=at), means)


@router.get("/cases/{case_id}/referrals")
def list_of_case(case_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> list[ReferralOut]:
    """List every referral on a case, the newest first."""
    require_case(tx, case_id, actor, "referral.read")
    wanted = queries.ReferralFilter(true(), case_id=case_id, open_only=False)
    return [_shown(each, means) for each in service.listed(tx, wanted, actor, at=at)]


@router.get("/referrals")
def list_referrals(
    wanted: Annotated[Wanted, Query()], actor: Reader, tx: Tx, at: Now, means: WithMeans
) -> list[ReferralOut]:
    """List the referrals to my teams, or those that I wrote; the newest first."""
    mine = wanted.view == "mine"
    chosen = queries.ReferralFilter(
        reach.referrals(actor, "referral.read"),
        referred_by=actor.id if mine else None,
        to_teams=None if mine else teams(*actor.roles),
        open_only=wanted.open_only,
        limit=wanted.limit,
    )
    return [_shown(each, means) for each in service.listed(tx, chosen, actor, at=at)]


@router.get("/referrals/{referral_id}")
def read_referral(referral_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> ReferralOut:
    """Read a referral."""
    return _shown(service.seen(tx, referral_id, actor, at=at), means)


@router.post("/referrals/{referral_id}/move")
def move_referral(referral_id: UUID, body: MoveIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> ReferralOut:
    """Send, answer, finish or revoke a referral."""
    step = service.Move(body.state, body.version, body.words, body.by)
    return _shown(service.advance(tx, referral_id, step, actor, means=means, at=at), means)
