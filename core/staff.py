"""The people who work here: who they are, what their role may do, and whether they are signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Moment
from core.errors import Invalid, Unauthenticated
from core.ids import new_id
from core.security import hash_password, new_token, password_matches, token_hash

SHIFT = timedelta(hours=14)
"""A session ends after this, whatever happens: longer than any shift, shorter than a day."""
MAX_MISSES, LOCK = 5, timedelta(minutes=1)

_CASE = {"contact.read", "contact.write", "case.read", "case.write", "person.reveal", "duty.read", "duty.write"}
_CASE |= {"screening.read", "screening.write", "referral.read", "referral.write"}
_FIELD = {"visit.read", "visit.write"}
_DISPATCH = {"dispatch.read", "dispatch.write"}
_DESK = {
    "seat.use", "call.control", "queue.read", "callback.read", "callback.write", "voicemail.hear", "caller.flag",
}  # fmt: skip
_WATCH = {"queue.watch", "seat.supervise", "dead_letter.manage", "audit.read", "triage.approve", "dispatch.close"}
_WATCH |= {"contact.all", "escalation.manage", "mode.choose", "call.supervise"}

ROLES: dict[str, frozenset[str]] = {
    "counselor": frozenset(_DESK | _CASE | {"visit.read", "dispatch.read"}),
    "social_worker": frozenset(_CASE | _FIELD | {"dispatch.read"}),
    "supervisor": frozenset(_DESK | _CASE | _FIELD | _DISPATCH | _WATCH),
    "field": frozenset(_FIELD | {"duty.read"}),
    "dispatcher": frozenset(_DISPATCH),
    "admin": frozenset({"staff.manage", "audit.read", "dead_letter.manage", "queue.watch"}),
}
PERMISSIONS = frozenset().union(*ROLES.values()) | {"signed_in"}
_DUMMY = hash_password("nobody")


class Staff(Base):
    """One person who works at the line."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    district: Mapped[str | None] = mapped_column(String(5))
    languages: Mapped[str] = mapped_column(String(40), default="ko", server_default="ko")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    misses: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class StaffSession(Base):
    """One signed-in browser or program; only the hash of its token is kept."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, and what their role lets them do."""

    id: UUID
    login: str
    name: str
    role: str
    district: str | None
    languages: tuple[str, ...]

    @property
    def permissions(self) -> frozenset[str]:
        """List what this person may do."""
        return ROLES.get(self.role, frozenset()) | {"signed_in"}

    def may(self, permission: str) -> bool:
        """Tell whether this person's role holds a permission."""
        return permission in self.permissions


def actor_of(staff: Staff) -> Actor:
    """Give the person as an actor."""
    return Actor(staff.id, staff.login, staff.name, staff.role, staff.district, tuple(staff.languages.split(",")))


def add_staff(tx: Session, login: str, name: str, role: str, password_hash: str, *, at: datetime) -> Staff:
    """Add a person, with their password as `hash_password` gives it; raises Invalid for a role that is none."""
    if role not in ROLES:
        raise Invalid(f"Choose one of these roles: {', '.join(sorted(ROLES))}.", field="role")
    staff = Staff(id=new_id(at), login=login, name=name, role=role, password_hash=password_hash)
    tx.add(staff)
    return staff


def sign_in(tx: Session, login: str, password: str, *, at: datetime) -> tuple[str, Actor] | None:
    """Start a session and give its token, or None after a wrong pair; five misses lock the account for a minute.

    Returning instead of raising lets the caller commit the counted miss. The same time is spent for an unknown login.
    """
    staff = tx.scalars(select(Staff).where(Staff.login == login).with_for_update()).one_or_none()
    matches = password_matches(password, staff.password_hash if staff else _DUMMY)
    locked = staff is not None and staff.locked_until is not None and staff.locked_until > at
    if staff is None or not staff.active or locked or not matches:
        if staff is not None and not locked:
            _miss(staff, at)
        return None
    staff.misses, staff.locked_until = 0, None
    token = new_token()
    tx.add(StaffSession(token_hash=token_hash(token), staff_id=staff.id, started_at=at, ends_at=at + SHIFT))
    return token, actor_of(staff)


def _miss(staff: Staff, at: datetime) -> None:
    staff.misses += 1
    if staff.misses >= MAX_MISSES:
        staff.misses, staff.locked_until = 0, at + LOCK


def who(tx: Session, token: str, *, at: datetime) -> Actor:
    """Give whose token this is; raises Unauthenticated where it is nobody's, ended or over."""
    holder = (
        select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.token_hash == token_hash(token), StaffSession.ends_at > at, Staff.active)
    )
    staff = tx.scalars(holder).one_or_none()
    if staff is None:
        raise Unauthenticated("Sign in at POST /api/session and send its token as `Authorization: Bearer ...`.")
    return actor_of(staff)


def sign_out(tx: Session, token: str) -> None:
    """End a session; ending it twice is no harm."""
    tx.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))
