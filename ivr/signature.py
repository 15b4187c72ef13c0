"""Checks in one pass that a webhook was signed by the provider, on the address we told it to use.

Rule: base64(HMAC-SHA1(auth token, URL + every POST field sorted by name, name then value)); a field that comes twice
counts once a value. With `X-Twilio-Webhooks-Signature-Settings: key=<id>,algorithm=HMAC_SHA256` the shared key of that
id signs instead, with SHA-256. twilio.request_validator.RequestValidator is the oracle in the tests.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes, urlsplit

Fields = list[tuple[str, str]]
Signer = hmac.HMAC
"""A key, ready to sign with: each signature begins with a copy."""


def read_form(body: bytes) -> Fields:
    """Read an urlencoded form, keeping blanks, doubles and order; what is no UTF-8 is replaced, never refused."""
    # A plus sign is nearly all that forms with telephone numbers escape: once it is read, most hold no escape any more.
    text = body.decode("utf-8", "replace").replace("+", " ").replace("%2B", "+")
    return [_field(part) if "%" in part else part.partition("=")[::2] for part in text.split("&") if part]


def _field(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return _words(name), _words(value)


def _words(escaped: str) -> str:
    return unquote_to_bytes(escaped).decode("utf-8", "replace")


@dataclass(frozen=True)
class Keys:
    """What the provider may sign with: the current token, the one before it, and shared keys by id."""

    tokens: tuple[str, ...]
    shared: Mapping[str, str]

    @cached_property
    def _sha1(self) -> tuple[Signer, ...]:
        return tuple(hmac.new(token.encode(), digestmod="sha1") for token in self.tokens)

    def signers(self, settings: str | None) -> Sequence[Signer]:
        """Give the keys a request may have been signed with; none where it names a key we do not hold."""
        if settings is None:
            return self._sha1
        said = dict(part.strip().partition("=")[::2] for part in settings.split(","))
        key = self.shared.get(said.get("key", ""))
        if key is None or said.get("algorithm") != "HMAC_SHA256":
            return ()
        return (hmac.new(key.encode(), digestmod="sha256"),)


def signed(fields: Fields) -> bytes:
    """Give the part of the signed text that comes from the POST fields."""
    values = dict(fields)
    if len(values) == len(fields):
        text = "".join([name + values[name] for name in sorted(values)])
    else:
        text = "".join(map("".join, sorted(set(fields))))
    return text.encode("utf-8", "surrogatepass")


def is_genuine(signature: str, urls: Iterable[str], fields: bytes, signers: Sequence[Signer]) -> bool:
    """Tell whether one of the signers made this signature for one of the ways to write our address."""
    claimed = signature.encode("utf-8", "replace")
    for url in urls:
        text = url.encode("utf-8", "surrogatepass") + fields
        for signer in signers:
            own = signer.copy()
            own.update(text)
            if hmac.compare_digest(base64.b64encode(own.digest()), claimed):
                return True
    return False


def spellings(url: str, overrides: str) -> Iterable[str]:
    """Give an address in every way a provider may have signed it: as is, with or without port, with our overrides."""
    yield url
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    try:
        port = parts.port
    except ValueError:
        return
    host = parts.netloc.rpartition("@")[2]
    bare = host.rsplit(":", 1)[0] if port is not None else host
    other = bare if port is not None else f"{host}:{default}"
    yield url.replace(f"//{parts.netloc}", f"//{other}", 1)
    if overrides:
        yield f"{url}#{overrides}"
