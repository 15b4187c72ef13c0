"""Finding referrals."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.policy.states import REFERRAL
from casework.tables import Referral
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReferralFilter:
    """Which referrals to list, among those `within` reach; None does not ask."""

    within: ColumnElement[bool]
    case_id: UUID | None = None
    referred_by: UUID | None = None
    to_teams: frozenset[str] | None = None
    open_only: bool = True
    limit: int = 50


def referral(tx: Session, referral_id: UUID) -> Referral:
    """Give a referral; raises NotFound."""
    found = tx.get(Referral, referral_id)
    if found is None:
        raise NotFound("There is no such referral.")
    return found


def lock_referral(tx: Session, referral_id: UUID) -> Referral:
    """Lock a referral until this transaction ends; raises NotFound."""
    found = tx.get(Referral, referral_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such referral.")
    return found


def referrals(tx: Session, wanted: ReferralFilter) -> Sequence[Referral]:
    """List referrals, the newest first."""
    chosen = select(Referral).where(wanted.within)
    if wanted.case_id is not None:
        chosen = chosen.where(Referral.case_id == wanted.case_id)
    if wanted.referred_by is not None:
        chosen = chosen.where(Referral.referred_by == wanted.referred_by)
    if wanted.to_teams is not None:
        chosen = chosen.where(Referral.to_team.in_(wanted.to_teams), Referral.state != "draft")
    if wanted.open_only:
        chosen = chosen.where(Referral.state.in_(sorted(REFERRAL.open)))
    return tx.scalars(chosen.order_by(Referral.created_at.desc(), Referral.id.desc()).limit(wanted.limit)).all()
