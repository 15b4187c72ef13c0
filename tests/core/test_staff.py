"""Who may come in: the right person with the right word, for one shift, as long as they work here."""

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import staff
from core.errors import Invalid, Unauthenticated
from core.security import hash_password
from core.staff import LOCK, MAX_MISSES, PERMISSIONS, ROLES, SHIFT, Staff, StaffSession

WORD = "goodbye loneliness"


@pytest.fixture
def hana(tx: Session, at: datetime) -> Staff:
    hired = staff.add_staff(tx, "hana", "김하나", "counselor", hash_password(WORD), at=at)
    tx.flush()
    return hired


def token_of(tx: Session, at: datetime) -> str:
    found = staff.sign_in(tx, "hana", WORD, at=at)
    assert found is not None
    tx.flush()
    return found[0]


def miss(tx: Session, at: datetime, times: int) -> None:
    for _ in range(times):
        assert staff.sign_in(tx, "hana", "wrong", at=at) is None
        tx.flush()


def test_a_session_says_who_one_is_and_what_one_may(tx: Session, hana: Staff, at: datetime) -> None:
    actor = staff.who(tx, token_of(tx, at), at=at)
    assert (actor.id, actor.login, actor.languages) == (hana.id, "hana", ("ko",))
    assert actor.may("case.read")
    assert actor.may("signed_in")
    assert not actor.may("queue.watch")


def test_only_a_hash_of_the_token_is_kept(tx: Session, hana: Staff, at: datetime) -> None:
    token = token_of(tx, at)
    kept = tx.scalars(select(StaffSession.token_hash)).one()
    assert token not in kept
    with pytest.raises(Unauthenticated):
        staff.who(tx, kept, at=at)


def test_five_misses_lock_the_login_for_a_minute_even_against_the_right_word(
    tx: Session, hana: Staff, at: datetime
) -> None:
    miss(tx, at, MAX_MISSES)
    assert staff.sign_in(tx, "hana", WORD, at=at) is None
    assert staff.sign_in(tx, "hana", WORD, at=at + LOCK - timedelta(seconds=1)) is None
    assert staff.sign_in(tx, "hana", WORD, at=at + LOCK) is not None


def test_trying_during_the_lock_does_not_make_it_longer(tx: Session, hana: Staff, at: datetime) -> None:
    miss(tx, at, MAX_MISSES)
    miss(tx, at + timedelta(seconds=59), MAX_MISSES)
    assert staff.sign_in(tx, "hana", WORD, at=at + LOCK) is not None


def test_the_right_word_forgets_the_misses_before_it(tx: Session, hana: Staff, at: datetime) -> None:
    for _ in range(3):
        miss(tx, at, MAX_MISSES - 1)
        token_of(tx, at)
    assert hana.misses == 0


@pytest.mark.parametrize("login", ["nobody", "", "HANA", "hana ", "ha%", "' or 1=1 --", "🙂"])
def test_who_is_unknown_gets_in_nowhere(tx: Session, hana: Staff, at: datetime, login: str) -> None:
    assert staff.sign_in(tx, login, WORD, at=at) is None


def test_an_unknown_login_takes_as_long_as_a_wrong_word(tx: Session, hana: Staff, at: datetime) -> None:
    def fastest(login: str) -> float:
        took = []
        for n in range(3):
            start = time.process_time()
            assert staff.sign_in(tx, login, "wrong", at=at + n * LOCK) is None
            took.append(time.process_time() - start)
        return min(took)

    # Both hash a password, which takes many times all the rest: without it the ratio would be near nothing.
    assert fastest("nobody") > 0.5 * fastest("hana")


def test_a_session_ends_with_the_shift(tx: Session, hana: Staff, at: datetime) -> None:
    token = token_of(tx, at)
    assert staff.who(tx, token, at=at + SHIFT - timedelta(seconds=1)).login == "hana"
    with pytest.raises(Unauthenticated):
        staff.who(tx, token, at=at + SHIFT)


def test_signing_out_ends_this_session_only_and_twice_is_no_harm(tx: Session, hana: Staff, at: datetime) -> None:
    here, there = token_of(tx, at), token_of(tx, at)
    staff.sign_out(tx, here)
    staff.sign_out(tx, here)
    with pytest.raises(Unauthenticated):
        staff.who(tx, here, at=at)
    assert staff.who(tx, there, at=at).login == "hana"


def test_who_does_not_work_here_any_more_is_out_at_once(tx: Session, hana: Staff, at: datetime) -> None:
    token = token_of(tx, at)
    hana.active = False
    tx.flush()
    with pytest.raises(Unauthenticated):
        staff.who(tx, token, at=at)
    assert staff.sign_in(tx, "hana", WORD, at=at) is None


@pytest.mark.parametrize("token", ["", "x", "🙂", "a" * 10_000, "\0"])
def test_a_token_nobody_was_given_is_nobodys(tx: Session, hana: Staff, at: datetime, token: str) -> None:
    with pytest.raises(Unauthenticated, match="POST /api/session"):
        staff.who(tx, token, at=at)


def test_nobody_is_hired_for_a_role_that_is_none(tx: Session, at: datetime) -> None:
    with pytest.raises(Invalid, match="counselor"):
        staff.add_staff(tx, "x", "X", "emperor", "-", at=at)


def test_a_role_that_was_abolished_may_only_be_signed_in(tx: Session, hana: Staff, at: datetime) -> None:
    hana.role = "operator"
    assert staff.actor_of(hana).permissions == {"signed_in"}


def test_every_role_may_do_something_that_exists() -> None:
    assert all(ROLES.values())
    assert frozenset().union(*ROLES.values()) == PERMISSIONS - {"signed_in"}
