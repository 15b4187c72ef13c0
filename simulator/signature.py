"""How the provider signs what it sends, so that the receiver can know it is the provider."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

Pairs = Iterable[tuple[str, str]]


def headers(url: str, fields: Pairs, token: str, shared_key: tuple[str, str] = ("", "")) -> dict[str, str]:
    """Sign one request. `fields` are the POST form's fields, empty for GET, whose URL carries them.

    Without a shared key (id, key) this is HMAC-SHA1 under the auth token; with one it is HMAC-SHA256 under the key, and
    a second header says so.
    """
    text = signed_text(url, fields)
    key_id, key = shared_key
    if not key:
        return {"X-Twilio-Signature": _mac(token, text, "sha1")}
    return {
        "X-Twilio-Signature": _mac(key, text, "sha256"),
        "X-Twilio-Webhooks-Signature-Settings": f"key={key_id},algorithm=HMAC_SHA256",
    }


def signed_text(url: str, fields: Pairs) -> str:
    """Join what is signed: the URL, then each name with its sorted, distinct values, in the order of the names."""
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    return signed_url(url) + "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def signed_url(url: str) -> str:
    """Take off what the provider does not sign: the fragment, user and password, and the port of an https URL."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def _mac(key: str, text: str, algorithm: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), getattr(hashlib, algorithm)).digest()
    return base64.b64encode(digest).decode()
