"""Who may register, for how long, and who is found then."""

from collections.abc import Mapping

import pytest
from aiosipua import SipDigestAuth, SipMessage, SipRequest, build_credentials, parse_auth, stringify_auth

from simulator.sip.registrar import Registrar
from tests.simulator.sip.handset import request

DOOR = ("127.0.0.1", 5060)
PHONE = ("127.0.0.1", 40_000)


class Clock:
    """Seconds that pass when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def register(*lines: str, user: str = "alice") -> SipRequest:
    message = SipMessage.parse(request("REGISTER", DOOR, *lines, user=user))
    assert isinstance(message, SipRequest)
    return message


def contact(uri: str = "sip:alice@127.0.0.1:40000", expires: int = 60) -> SipRequest:
    made = register()
    made.set_header("Contact", f"<{uri}>;expires={expires}")
    return made


def test_a_phone_is_found_while_its_registration_lasts() -> None:
    clock = Clock()
    registrar = Registrar(clock)
    reply = registrar.handle(contact(expires=60), PHONE)
    found = registrar.find("alice")
    assert reply.status_code == 200
    assert "expires=60" in (reply.get_header("contact") or "")
    assert found is not None
    assert (found.uri, found.addr) == ("sip:alice@127.0.0.1:40000", PHONE)
    clock.now += 60
    assert registrar.find("alice") is None


def test_a_phone_may_leave_by_its_own_contact_or_by_a_star() -> None:
    registrar = Registrar(Clock())
    for leaving in ("sip:alice@127.0.0.1:40000", "*"):
        registrar.handle(contact(), PHONE)
        away = contact(leaving, 0)
        if leaving == "*":
            away.set_header("Contact", "*")
        registrar.handle(away, PHONE)
        assert registrar.find("alice") is None


def test_another_phones_goodbye_does_not_unregister_this_one() -> None:
    registrar = Registrar(Clock())
    registrar.handle(contact(), PHONE)
    registrar.handle(contact("sip:alice@127.0.0.1:9", 0), PHONE)
    assert registrar.find("alice") is not None


@pytest.mark.parametrize("expires", ["soon", "-5", "", "９"])
def test_a_time_that_is_no_number_means_the_usual_time(expires: str) -> None:
    registrar = Registrar(Clock())
    made = contact()
    made.set_header("Contact", "<sip:alice@127.0.0.1:40000>")
    made.set_header("Expires", expires)
    assert "expires=300" in (registrar.handle(made, PHONE).get_header("contact") or "")


def test_a_registration_lasts_an_hour_at_most() -> None:
    reply = Registrar(Clock()).handle(contact(expires=999_999), PHONE)
    assert "expires=3600" in (reply.get_header("contact") or "")


def test_nobody_is_not_a_name() -> None:
    assert Registrar(Clock()).handle(register(user=""), PHONE).status_code == 400


def with_password(made: SipRequest, challenge: str, password: str, **changed: str) -> SipRequest:
    given = build_credentials(SipDigestAuth("alice", password), parse_auth(challenge), "REGISTER", made.uri)
    assert given is not None
    given.params.update(changed)
    made.set_header("Authorization", stringify_auth(given))
    return made


@pytest.mark.parametrize(
    ("password", "changed", "status"),
    [
        ("right", {}, 200),
        ("wrong", {}, 401),
        ("right", {"username": "bob"}, 401),
        ("right", {"nonce": "3e8.forged"}, 401),
        ("right", {"nonce": ""}, 401),
        ("right", {"nc": "00000002"}, 401),
    ],
)
def test_a_name_with_a_password_is_only_taken_with_it(password: str, changed: Mapping[str, str], status: int) -> None:
    registrar = Registrar(Clock(), {"alice": "right"})
    challenge = registrar.handle(contact(), PHONE)
    assert challenge.status_code == 401
    offered = challenge.get_header("WWW-Authenticate") or ""
    assert registrar.handle(with_password(contact(), offered, password, **changed), PHONE).status_code == status


def test_a_nonce_grows_old() -> None:
    clock = Clock()
    registrar = Registrar(clock, {"alice": "right"})
    offered = registrar.handle(contact(), PHONE).get_header("WWW-Authenticate") or ""
    clock.now += 301
    assert registrar.handle(with_password(contact(), offered, "right"), PHONE).status_code == 401
