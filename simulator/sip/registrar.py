"""Which SIP phone answers for which name: REGISTER, with digest authentication where a name has a password."""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiosipua import (
    AuthChallenge,
    SipDigestAuth,
    SipRequest,
    SipResponse,
    build_credentials,
    parse_auth,
    stringify_uri,
)

from simulator.sip.messages import Address, reply, user_of

_log = logging.getLogger(__name__)

_LONGEST_S: Final = 3600
_USUAL_S: Final = 300
_NONCE_S: Final = 300
_MOST_PHONES: Final = 10_000
_REALM: Final = "goodbye120"


@dataclass(frozen=True, slots=True)
class Phone:
    """Where a name can be reached until `until` (seconds of the event loop's clock)."""

    uri: str
    addr: Address
    until: float


class Registrar:
    """The phones that are registered now, the newest registration of a name first in the right to ring."""

    def __init__(self, clock: Callable[[], float], passwords: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._passwords = passwords
        self._phones: dict[str, Phone] = {}
        self._secret = secrets.token_bytes(32)

    def find(self, user: str) -> Phone | None:
        """Give the phone of a name while its registration lasts."""
        phone = self._phones.get(user)
        if phone is not None and phone.until <= self._clock():
            del self._phones[user]
            return None
        return phone

    def handle(self, request: SipRequest, addr: Address) -> SipResponse:
        """Answer a REGISTER; raises ValueError for one that cannot be read."""
        to = request.to_addr
        user = user_of(stringify_uri(to.uri)) if to else ""
        if not user:
            return reply(request, 400, "Whom To Register")
        if self._passwords is not None and not self._proven(request, user):
            if request.get_header("authorization"):
                _log.warning("A phone at %s did not prove to be %s", addr[0], user)
            return self._challenge(request)
        if self.find(user) is None and self._full():
            return reply(request, 503, "Too Many Phones")
        self._apply(request, user, addr)
        return self._bindings(request, user)

    def _apply(self, request: SipRequest, user: str, addr: Address) -> None:
        contacts = request.headers.get("contact")
        if contacts == ["*"]:
            self._phones.pop(user, None)
            return
        for contact in request.contact:
            lasting = _seconds(contact.params.get("expires") or request.get_header("expires"))
            # Where the REGISTER came from is where the phone is, even when it knows itself by another address.
            phone = Phone(stringify_uri(contact.uri), addr, self._clock() + lasting)
            if lasting:
                self._phones[user] = phone
            elif user in self._phones and self._phones[user].uri == phone.uri:
                del self._phones[user]

    def _bindings(self, request: SipRequest, user: str) -> SipResponse:
        response = reply(request, 200, "OK")
        phone = self.find(user)
        if phone is not None:
            response.set_header("Contact", f"<{phone.uri}>;expires={int(phone.until - self._clock())}")
        return response

    def _full(self) -> bool:
        if len(self._phones) >= _MOST_PHONES:
            for user in list(self._phones):
                self.find(user)
        return len(self._phones) >= _MOST_PHONES

    def _challenge(self, request: SipRequest) -> SipResponse:
        response = reply(request, 401, "Unauthorized")
        made = f"{int(self._clock()):x}"
        nonce = f"{made}.{self._sign(made)}"
        # MD5 is what every phone knows. Offering SHA-256 beside it (RFC 8760) makes libre-based phones give up.
        response.set_header("WWW-Authenticate", f'Digest realm="{_REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"')
        return response

    def _proven(self, request: SipRequest, user: str) -> bool:
        password = (self._passwords or {}).get(user)
        given = parse_auth(request.get_header("authorization") or "")
        params = given.params
        if password is None or params.get("username") != user or not self._fresh(params.get("nonce", "")):
            return False
        challenge = AuthChallenge("Digest", {**params, "realm": _REALM, "qop": "auth"})
        expected = build_credentials(
            SipDigestAuth(user, password),
            challenge,
            "REGISTER",
            params.get("uri", ""),
            nonce_count=int(params.get("nc", "1"), 16),
            cnonce=params.get("cnonce", ""),
        )
        return expected is not None and hmac.compare_digest(expected.params["response"], params.get("response", ""))

    def _fresh(self, nonce: str) -> bool:
        made, _, signature = nonce.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(made).encode()):
            return False
        return self._clock() - int(made, 16) <= _NONCE_S

    def _sign(self, made: str) -> str:
        return hmac.digest(self._secret, made.encode(), "sha256").hex()[:32]


def _seconds(text: str | None) -> int:
    """Read how long a registration is to last; what is no number means the usual time."""
    return min(int(text), _LONGEST_S) if text and text.isascii() and text.isdigit() else _USUAL_S
