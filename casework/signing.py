"""Signatures both ways between us and a partner: HMAC-SHA256 over the time and the body."""

import hashlib
import hmac
from datetime import datetime, timedelta

HEADER = "Goodbye120-Signature"


def sign(secret: str, at: datetime, body: bytes) -> str:
    """Give the header's value `t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t.body)>`."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={_mac(secret, moment, body)}"


def _mac(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def genuine(secret: str, header: str, body: bytes, *, at: datetime, age: timedelta) -> bool:
    """Tell whether a header was made with this secret for this body, no longer ago (or ahead) than `age`.

    Any one of several `v1` may fit, so that a partner can change its secret without a gap.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    macs = [value for name, _, value in parts if name == "v1"]
    if len(moments) != 1 or not _fresh(moments[0], at, age):
        return False
    wanted = _mac(secret, moments[0], body).encode()
    return any([hmac.compare_digest(wanted, mac.encode("utf-8", "replace")) for mac in macs])  # noqa: C419 - no early end


def _fresh(moment: str, at: datetime, age: timedelta) -> bool:
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):  # noqa: PLR2004 - the year 33658
        return False
    return abs(int(moment) - at.timestamp()) <= age.total_seconds()
