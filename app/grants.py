"""Who works here and what they hold: roles granted for a time, and taken back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from casework.words import Reason
from core import granting
from core.grants import Grant, Scope
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/api", tags=["staff"])
Administrator = Annotated[Actor, allow("staff.manage")]


class GrantIn(BaseModel):
    """Which role, until when and why; a scope narrower than the role's, and a district, where they are wanted."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, Field(max_length=20)]
    until: AwareDatetime
    reason: Reason
    scope: Scope | None = None
    district: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None


class GrantOut(BaseModel):
    """A role that somebody holds, or held, for a time."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    staff_id: UUID
    role: str
    scope: Scope
    district: str | None
    since: datetime
    until: datetime
    reason: str
    granted_by: UUID
    revoked_at: datetime | None
    revoked_by: UUID | None


class StaffOut(BaseModel):
    """Somebody who works here, with the grants that hold now."""

    id: UUID
    login: str
    name: str
    role: str
    district: str | None
    team: str | None
    active: bool
    grants: list[GrantOut]


@router.get("/staff")
def list_staff(_: Administrator, tx: Tx, at: Now) -> list[StaffOut]:
    """List everybody who works here."""
    names = ("id", "login", "name", "role", "district", "team", "active")
    return [
        StaffOut(**{name: getattr(staff, name) for name in names}, grants=[_shown(grant) for grant in grants])
        for staff, grants in granting.everybody(tx, at=at)
    ]


@router.get("/staff/{staff_id}/grants")
def list_grants(staff_id: UUID, _: Administrator, tx: Tx) -> list[GrantOut]:
    """List everything that somebody was ever granted, the newest first."""
    return [_shown(grant) for grant in granting.history(tx, staff_id)]


@router.post("/staff/{staff_id}/grants", status_code=201)
def give_grant(staff_id: UUID, body: GrantIn, actor: Administrator, tx: Tx, at: Now) -> GrantOut:
    """Give somebody else a role for a time."""
    wish = granting.Wish(body.role, body.until, body.reason, body.scope, body.district)
    return _shown(granting.grant(tx, staff_id, wish, actor, at=at))


@router.delete("/grants/{grant_id}")
def revoke_grant(grant_id: UUID, actor: Administrator, tx: Tx, at: Now) -> GrantOut:
    """Take a grant back before its end."""
    return _shown(granting.revoke(tx, grant_id, actor, at=at))


def _shown(grant: Grant) -> GrantOut:
    return GrantOut.model_validate(grant)
