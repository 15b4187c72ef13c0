"""A role held for a time holds from its first moment to its last, and nobody gives themselves one."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core import audit, granting, staff
from core.errors import Forbidden, Invalid, NotFound
from core.granting import LONGEST, Wish
from core.grants import SCOPE_OF, SCOPES, Held, Scope
from core.ids import new_id
from core.security import token_hash
from core.staff import ROLES, Actor, Staff, StaffSession, actor_of

HOUR = timedelta(hours=1)


@pytest.fixture
def hana(tx: Session, at: datetime) -> Staff:
    return hired(tx, "hana", "counselor", at)


@pytest.fixture
def root(tx: Session, at: datetime) -> Actor:
    return actor_of(hired(tx, "root", "admin", at))


def hired(tx: Session, login: str, role: str, at: datetime) -> Staff:
    made = staff.add_staff(tx, login, login, role, "-", at=at)
    tx.flush()
    return tx.get_one(Staff, made.id, populate_existing=True)


def wish(at: datetime, role: str = "supervisor", scope: Scope | None = None, district: str | None = None) -> Wish:
    return Wish(role, at + HOUR, "sun is ill today", scope, district)


def now(tx: Session, token: str, at: datetime) -> Actor:
    return staff.who(tx, token, at=at)


def test_a_grant_holds_from_its_first_moment_to_its_end_and_no_longer(
    tx: Session, hana: Staff, root: Actor, at: datetime
) -> None:
    token = "t" * 32
    tx.add(StaffSession(token_hash=token_hash(token), staff_id=hana.id, started_at=at, ends_at=at + 9 * HOUR))
    assert not now(tx, token, at).may("escalation.manage")
    granting.grant(tx, hana.id, wish(at), root, at=at)
    assert now(tx, token, at).reach("contact.read") == (Held("counselor", "own", None), Held("supervisor", "all", None))
    assert now(tx, token, at + HOUR - timedelta(seconds=1)).may("escalation.manage")
    assert not now(tx, token, at + HOUR).may("escalation.manage")
    assert now(tx, token, at + HOUR).may("seat.use"), "one's own role has no end"


def test_a_grant_that_is_taken_back_ends_at_once_and_stays_in_the_history(
    tx: Session, hana: Staff, root: Actor, at: datetime
) -> None:
    given = granting.grant(tx, hana.id, wish(at), root, at=at)
    assert [[grant.role for grant in grants] for _, grants in granting.everybody(tx, at=at)] == [["supervisor"], []]
    for later in (at, at + HOUR):
        granting.revoke(tx, given.id, root, at=later)
    assert (given.revoked_at, given.revoked_by) == (at, root.id)
    assert [grants for _, grants in granting.everybody(tx, at=at)] == [[], []]
    assert [grant.id for grant in granting.history(tx, hana.id)] == [given.id]
    told = [(entry.action, entry.actor_id) for entry in audit.entries(tx, of=("staff", hana.id))]
    assert sorted(told) == [("grant.give", root.id), ("grant.revoke", root.id)]


def test_nobody_grants_themselves_anything_nor_somebody_who_is_not_there(
    tx: Session, root: Actor, at: datetime
) -> None:
    with pytest.raises(Forbidden, match="somebody else"):
        granting.grant(tx, root.id, wish(at), root, at=at)
    with pytest.raises(NotFound):
        granting.grant(tx, new_id(at), wish(at), root, at=at)
    with pytest.raises(NotFound):
        granting.revoke(tx, new_id(at), root, at=at)


def test_a_grant_reaches_no_further_than_its_role_and_ends_within_a_year(
    tx: Session, hana: Staff, root: Actor, at: datetime
) -> None:
    far = [Wish("counselor", at + LONGEST + HOUR, "for ever"), Wish("counselor", at, "not at all")]
    wide = [wish(at, "counselor", "team"), wish(at, "field", "all"), wish(at, "emperor"), wish(at, "field")]
    for wrong in far + wide:
        with pytest.raises(Invalid):
            granting.grant(tx, hana.id, wrong, root, at=at)
    narrow = granting.grant(tx, hana.id, wish(at, "supervisor", "district", "11500"), root, at=at)
    assert narrow.held == Held("supervisor", "district", "11500")


def test_every_scope_belongs_to_a_role_and_a_role_that_is_not_named_reaches_its_own_only() -> None:
    assert set(SCOPE_OF) <= set(ROLES)
    assert set(SCOPE_OF.values()) <= set(SCOPES)
