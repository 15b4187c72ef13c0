"""Districts and teams."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from casework.tables import District, Team


def districts(tx: Session, *, on: date) -> Sequence[District]:
    """List the districts there are on a day, by code."""
    valid = (District.valid_from <= on, or_(District.valid_to.is_(None), District.valid_to > on))
    return tx.scalars(select(District).where(*valid).order_by(District.code)).all()


def team_of(district: str) -> ScalarSelect[UUID]:
    """Give, as a part of a statement, the team that visits in a district; null where nobody does yet."""
    own = select(Team.id).where(Team.district == district, Team.active).order_by(Team.name).limit(1)
    return own.scalar_subquery()
