"""Giving somebody a role for a time, and taking it back: never to oneself, never without an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.errors import Forbidden, Invalid, NotFound
from core.grants import SCOPES, Grant, Scope, live, scope_of
from core.ids import new_id
from core.staff import ROLES, Actor, Staff

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which role somebody is to hold, until when and why; without a scope it reaches as far as the role does."""

    role: str
    until: datetime
    reason: str
    scope: Scope | None = None
    district: str | None = None


def grant(tx: Session, staff_id: UUID, wish: Wish, by: Actor, *, at: datetime) -> Grant:
    """Give somebody a role for a time.

    Raises NotFound for nobody, Forbidden for oneself, and Invalid for a role that is none, a scope wider than the
    role's, a district that is missing, or an end that is not within a year.
    """
    if tx.get(Staff, staff_id) is None:
        raise NotFound("There is nobody with this id.")
    if staff_id == by.id:
        raise Forbidden("Nobody grants themselves anything: somebody else must.")
    scope = _checked(wish, at)
    made = Grant(id=new_id(at), staff_id=staff_id, role=wish.role, scope=scope, district=wish.district)
    made.since, made.until, made.reason, made.granted_by = at, wish.until, wish.reason, by.id
    tx.add(made)
    told = {"role": wish.role, "scope": scope, "district": wish.district, "until": wish.until.isoformat()}
    audit.record(tx, by.id, "grant.give", ("staff", staff_id), at=at, reason=wish.reason, **told)
    tx.flush()
    return made


def _checked(wish: Wish, at: datetime) -> Scope:
    if wish.role not in ROLES:
        raise Invalid(f"Choose one of these roles: {', '.join(sorted(ROLES))}.", at="role")
    if not at < wish.until <= at + LONGEST:
        raise Invalid("A grant ends after now and within a year.", at="until")
    scope = wish.scope or scope_of(wish.role)
    if SCOPES.index(scope) > SCOPES.index(scope_of(wish.role)):
        raise Invalid(f"This role reaches no further than {scope_of(wish.role)}.", at="scope")
    if scope == "district" and wish.district is None:
        raise Invalid("Name the district.", at="district")
    return scope


def revoke(tx: Session, grant_id: UUID, by: Actor, *, at: datetime) -> Grant:
    """Take a grant back, from the next request on; taken back already, it stays so. Raises NotFound."""
    found = tx.get(Grant, grant_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such grant.")
    if found.revoked_at is None:
        found.revoked_at, found.revoked_by = at, by.id
        audit.record(tx, by.id, "grant.revoke", ("staff", found.staff_id), at=at, role=found.role)
        tx.flush()
    return found


def history(tx: Session, staff_id: UUID) -> Sequence[Grant]:
    """List everything that somebody was ever granted, the newest first."""
    given = select(Grant).where(Grant.staff_id == staff_id).order_by(Grant.since.desc(), Grant.id.desc())
    return tx.scalars(given).all()


def everybody(tx: Session, *, at: datetime) -> list[tuple[Staff, list[Grant]]]:
    """List all staff by login, each with the grants that hold now."""
    rows = select(Staff, Grant).outerjoin(Grant, (Grant.staff_id == Staff.id) & live(at))
    listed: dict[UUID, tuple[Staff, list[Grant]]] = {}
    for staff, given in tx.execute(rows.order_by(Staff.login, Grant.since)):
        listed.setdefault(staff.id, (staff, []))[1].extend([given] if given else [])
    return list(listed.values())
