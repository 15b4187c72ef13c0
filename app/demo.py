"""A small demonstration city: people of every role, so that a newcomer can sign in as any of them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import staff
from core.security import hash_password
from core.staff import Staff

PASSWORD = "goodbye-loneliness"  # noqa: S105 - printed for everybody to read; `doctor` refuses it on a public address


class Person(NamedTuple):
    """One of the demonstration city's people."""

    login: str
    name: str
    role: str
    district: str | None = None
    languages: str = "ko"
    team: str | None = None


CITY = (
    Person("hana", "김하나", "counselor", languages="ko,en", team="1"),
    Person("duri", "이두리", "counselor", team="1"),
    Person("sena", "박세나", "counselor", languages="ko,en", team="2"),
    Person("gaeul", "문가을", "senior_counselor", team="1"),
    Person("sun", "최선영", "supervisor", languages="ko,en"),
    Person("nari", "정나리", "social_worker", "11500"),
    Person("haneul", "오하늘", "field", "11500"),
    Person("bada", "윤바다", "field", "11620"),
    Person("mirae", "한미래", "dispatcher"),
    Person("dami", "서다미", "program"),
    Person("iseul", "홍이슬", "partner"),
    Person("garam", "강가람", "auditor"),
    Person("root", "관리자", "admin"),
)


def settle(tx: Session, *, at: datetime) -> None:
    """Add the people who are not there yet; those who are keep their passwords."""
    hashed = hash_password(PASSWORD)
    known = set(tx.scalars(select(Staff.login)))
    for person in CITY:
        if person.login not in known:
            added = staff.add_staff(tx, person.login, person.name, person.role, hashed, at=at)
            added.district, added.languages, added.team = person.district, person.languages, person.team
