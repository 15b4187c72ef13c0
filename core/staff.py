"""The people who work here: who they are, what their role may do, and whether they are signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, String, and_, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, Moment
from core.errors import Invalid, Unauthenticated
from core.grants import Grant, Held, live, scope_of
from core.ids import new_id
from core.security import hash_password, new_token, password_matches, token_hash

SHIFT = timedelta(hours=14)
"""A session ends after this, whatever happens: longer than any shift, shorter than a day."""
MAX_MISSES, LOCK = 5, timedelta(minutes=1)

_CASE = {"contact.read", "contact.write", "case.read", "case.write", "person.reveal", "duty.read", "duty.write"}
_CASE |= {"screening.read", "screening.write", "referral.read", "referral.write"}
_CASE |= {"plan.read", "plan.write"}
_FIELD = {"visit.read", "visit.write"}
_DISPATCH = {"dispatch.read", "dispatch.write"}
_DESK = {
    "seat.use", "call.control", "queue.read", "callback.read", "callback.write", "voicemail.hear", "caller.flag",
}  # fmt: skip
_WATCH = {"queue.watch", "seat.supervise", "dead_letter.manage", "audit.read", "triage.approve", "dispatch.close"}
_LOOKS = {"access.read", "reveal.review", "report.read"}
_MERGE = {"person.merge"}
_WATCH |= {"reporter.reveal", "privacy.manage"}
_WATCH |= {"duty.assign", "contact.all", "escalation.manage", "mode.choose", "call.supervise", "skill.assign"}
_WATCH |= {"plan.approve", "welfare.close"}

ROLES: dict[str, frozenset[str]] = {
    "counselor": frozenset(_DESK | _CASE | {"visit.read", "dispatch.read"}),
    "senior_counselor": frozenset(_DESK | _CASE | {"visit.read", "dispatch.read", "triage.approve"}),
    "social_worker": frozenset(_CASE | _FIELD | _MERGE | {"dispatch.read"}),
    "supervisor": frozenset(_DESK | _CASE | _FIELD | _DISPATCH | _MERGE | _WATCH | _LOOKS),
    "field": frozenset(_FIELD | {"duty.read"}),
    "dispatcher": frozenset(_DISPATCH),
    "program": frozenset({"case.read", "duty.read", "duty.write"}),
    "partner": frozenset({"visit.read"}),
    "auditor": frozenset({"audit.read"} | _LOOKS),
    "admin": frozenset(
        {
            "privacy.manage",
            "staff.manage",
            "audit.read",
            "dead_letter.manage",
            "queue.watch",
            "skill.assign",
            "report.read",
        }
    ),
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
    team: Mapped[str | None] = mapped_column(String(40))
    """The group of staff whose work a role of the scope `team` reaches."""
    languages: Mapped[str] = mapped_column(String(40), default="ko", server_default="ko")
    skills: Mapped[str] = mapped_column(String(200), default="", server_default="")
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
    """Who is asking, from where, and what their roles let them do."""

    id: UUID
    login: str
    name: str
    role: str
    district: str | None
    languages: tuple[str, ...]
    skills: tuple[str, ...] = ()
    team: str | None = None
    granted: tuple[Held, ...] = ()
    """Roles beside one's own, for a time."""
    source: str | None = None
    """The address that asks."""

    @property
    def held(self) -> tuple[Held, ...]:
        """List every role of this person, their own first."""
        return (Held(self.role, scope_of(self.role), self.district), *self.granted)

    @property
    def roles(self) -> frozenset[str]:
        """Name every role of this person."""
        return frozenset(held.role for held in self.held)

    @property
    def permissions(self) -> frozenset[str]:
        """List what this person may do."""
        return frozenset({"signed_in"}).union(*(ROLES.get(role, frozenset()) for role in self.roles))

    def may(self, permission: str) -> bool:
        """Tell whether this person's roles hold a permission."""
        return permission in self.permissions

    def reach(self, permission: str) -> tuple[Held, ...]:
        """List the roles by which this person holds a permission: whose data it reaches is up to each."""
        return tuple(held for held in self.held if permission in ROLES.get(held.role, frozenset()))


def actor_of(staff: Staff, *granted: Grant) -> Actor:
    """Give the person as an actor, with the roles granted to them."""
    languages, skills = tuple(staff.languages.split(",")), tuple(filter(None, staff.skills.split(",")))
    held = tuple(grant.held for grant in granted)
    return Actor(staff.id, staff.login, staff.name, staff.role, staff.district, languages, skills, staff.team, held)


def set_skills(tx: Session, staff_id: UUID, skills: Iterable[str]) -> bool:
    """Give a person exactly these skills; False where there is no such person."""
    staff = tx.scalars(select(Staff).where(Staff.id == staff_id).with_for_update()).one_or_none()
    if staff is None:
        return False
    staff.skills = ",".join(skills)
    tx.flush()
    return True


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
    granted = tx.scalars(select(Grant).where(Grant.staff_id == staff.id, live(at)))
    return token, actor_of(staff, *granted)


def _miss(staff: Staff, at: datetime) -> None:
    staff.misses += 1
    if staff.misses >= MAX_MISSES:
        staff.misses, staff.locked_until = 0, at + LOCK


def who(tx: Session, token: str, *, at: datetime) -> Actor:
    """Give whose token this is; raises Unauthenticated where it is nobody's, ended or over."""
    holder = (
        select(Staff, Grant)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .outerjoin(Grant, and_(Grant.staff_id == Staff.id, live(at)))
        .where(StaffSession.token_hash == token_hash(token), StaffSession.ends_at > at, Staff.active)
    )
    rows = tx.execute(holder).all()
    if not rows:
        raise Unauthenticated("Sign in at POST /api/session and send its token as `Authorization: Bearer ...`.")
    return actor_of(rows[0][0], *(grant for _, grant in rows if grant is not None))


def sign_out(tx: Session, token: str) -> None:
    """End a session; ending it twice is no harm."""
    tx.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))
