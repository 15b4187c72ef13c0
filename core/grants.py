"""How far a role reaches, and roles that somebody holds for a time beside their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Words

Scope = Literal["own", "team", "district", "all"]
"""Whose data a role's permissions reach; each but `all` reaches what is one's own too."""
SCOPES: tuple[Scope, ...] = get_args(Scope)

SCOPE_OF: dict[str, Scope] = {
    "senior_counselor": "team",
    "supervisor": "all",
    "social_worker": "team",
    "field": "district",
    "dispatcher": "all",
    "auditor": "all",
}


def scope_of(role: str) -> Scope:
    """Give how far a role reaches; one that is not named reaches its own only."""
    return SCOPE_OF.get(role, "own")


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds now, how far it reaches, and in which district."""

    role: str
    scope: Scope
    district: str | None


class Grant(Base):
    """A role beside one's own, from one moment to another; taken back or over, the row stays."""

    __tablename__ = "staff_grant"
    __table_args__ = (Index("ix_staff_grant_live", "staff_id", "until", postgresql_where=text("revoked_at is null")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[Scope] = mapped_column(String(8))
    district: Mapped[str | None] = mapped_column(String(5))
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Words)
    granted_by: Mapped[UUID]
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by: Mapped[UUID | None]

    @property
    def held(self) -> Held:
        """Give the role as it is held."""
        return Held(self.role, self.scope, self.district)


def live(at: datetime) -> ColumnElement[bool]:
    """Tell in SQL which grants hold at a moment."""
    return and_(Grant.since <= at, Grant.until > at, Grant.revoked_at.is_(None))
