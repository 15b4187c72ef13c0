"""Districts, dongs and teams."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from casework.tables import District, Dong, Team


def districts(tx: Session, *, on: date) -> Sequence[District]:
    """List the districts there are on a day, by code."""
    valid = (District.valid_from <= on, or_(District.valid_to.is_(None), District.valid_to > on))
    return tx.scalars(select(District).where(*valid).order_by(District.code)).all()


def dongs(tx: Session, district: str, *, on: date) -> Sequence[Dong]:
    """List a district's dongs on a day, by code."""
    begun = or_(Dong.valid_from.is_(None), Dong.valid_from <= on)
    not_over = or_(Dong.valid_to.is_(None), Dong.valid_to > on)
    return tx.scalars(select(Dong).where(Dong.district == district, begun, not_over).order_by(Dong.code)).all()


def team_of(district: str) -> ScalarSelect[UUID]:
    """Give, as a part of a statement, the team that visits in a district; null where nobody does yet."""
    own = select(Team.id).where(Team.district == district, Team.active).order_by(Team.name).limit(1)
    return own.scalar_subquery()
