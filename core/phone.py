"""Telephone numbers as Korea writes them and as providers send them."""

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from core.errors import Invalid

Kind = Literal["number", "short", "client", "sip", "withheld"]
HOME = "KR"
_WITHHELD = ("anonymous", "unknown", "restricted", "unavailable", "private", "withheld", "no number", "+266696687")
_SHORTEST_NUMBER = 7
_KOREAN_MOBILE = re.compile(r"\+8210\d{8}")
_SERVICE = re.compile(r"1[568]\d{6}")
"""Korean service numbers such as 1577-0199 have no E.164 form."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a call comes from or goes to; `value` is E.164 for `number`, bare digits for `short`."""

    kind: Kind
    value: str

    @property
    def reachable(self) -> bool:
        """Tell whether somebody could call it back."""
        return self.kind == "number"


def read_address(raw: str) -> Address:
    """Read a provider's From or To; what cannot be read is `withheld`, never an error."""
    words = raw.strip()
    if _KOREAN_MOBILE.fullmatch(words):
        # What nearly every caller sends needs no library to be understood.
        return Address("number", words)
    if words.startswith("client:"):
        return Address("client", words.removeprefix("client:"))
    if words.startswith(("sip:", "sips:")):
        user = words.split(":", 1)[1].split("@", 1)[0]
        return _digits(user) or Address("sip", words)
    if not words or any(sign in words.lower() for sign in _WITHHELD):
        return Address("withheld", "")
    return _digits(words) or Address("withheld", "")


def _digits(words: str) -> Address | None:
    bare = "".join(c for c in words if c not in " -().")
    if not bare.isascii():
        return None
    if bare.isdigit() and (len(bare) < _SHORTEST_NUMBER or _SERVICE.fullmatch(bare)):
        return Address("short", bare)
    try:
        number = phonenumbers.parse(bare, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return Address("number", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def require_number(raw: str) -> str:
    """Give a number a person typed as E.164; raises Invalid with an example where it is none."""
    address = read_address(raw)
    if not address.reachable:
        raise Invalid("Write a telephone number such as 010-1234-5678 or +821012345678.", field="phone")
    return address.value
