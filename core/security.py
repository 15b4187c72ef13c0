"""Secrets at rest: sealed words, keyed fingerprints, passwords and tokens."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Invalid

_NONCE, _KEY = 12, 32
_LOCKED = "This sealed value cannot be opened with the keys at hand (see DATA_KEYS)."
_passwords = PasswordHasher()


@dataclass(frozen=True)
class Vault:
    """Seals personal data with AES-256-GCM under the newest of `keys` and finds it again by keyed fingerprint.

    `keys` maps a short key name to 32 bytes, newest first; older ones still open what they sealed. `lookup` gives, for
    the name of a key that is none of them, that key as `new_key` sealed it, or None where it was destroyed.
    """

    keys: dict[str, bytes]
    fingerprint_key: bytes
    lookup: Callable[[str], str | None] | None = None

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        return {name: AESGCM(key) for name, key in self.keys.items()}

    @cached_property
    def newest(self) -> str:
        """Name the key that seals."""
        return next(iter(self.keys))

    def seal(self, words: str) -> str:
        """Encrypt words; the same words never give the same text twice."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._ciphers[self.newest].encrypt(nonce, words.encode(), None)
        return f"{self.newest}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` gave; raises Invalid where the key is unknown or the text was altered."""
        name, _, text = sealed.partition(":")
        try:
            raw = base64.b64decode(text)
            return self._cipher(name).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (KeyError, ValueError, InvalidTag) as error:
            raise Invalid(_LOCKED) from error

    def seal_bytes(self, raw: bytes) -> bytes:
        """Encrypt a file, as `seal` does words."""
        nonce = os.urandom(_NONCE)
        return self.newest.encode() + b":" + nonce + self._ciphers[self.newest].encrypt(nonce, raw, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` gave; raises Invalid as `open`."""
        name, _, raw = sealed.partition(b":")
        try:
            return self._cipher(name.decode()).decrypt(raw[:_NONCE], raw[_NONCE:], None)
        except (KeyError, ValueError, InvalidTag) as error:
            raise Invalid(_LOCKED) from error

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._ciphers and self.lookup is not None:
            sealed = self.lookup(name)
            if sealed is not None:
                return AESGCM(base64.b64decode(self.open(sealed)))
        return self._ciphers[name]

    def new_key(self) -> str:
        """Make a key for one matter, and give it sealed: what is sealed under it dies with it."""
        return self.seal(base64.b64encode(os.urandom(_KEY)).decode())

    def under(self, name: str, sealed_key: str) -> "Vault":
        """Give a vault that seals under a key of `new_key`, and opens what this one opens."""
        return replace(self, keys={name: base64.b64decode(self.open(sealed_key)), **self.keys})

    def fingerprint(self, words: str) -> str:
        """Give the 32 hex digits by which equal words are found without being read."""
        return hmac.digest(self.fingerprint_key, words.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def mask(words: str, *, keep: int = 4) -> str:
    """Show only the last `keep` characters, or fewer where that would show more than a third."""
    shown = min(keep, len(words) // 3)
    return "•" * (len(words) - shown) + words[len(words) - shown :]


def mask_name(name: str) -> str:
    """Show a name's first character only."""
    return name[:1] + "○" * max(0, len(name) - 1)


def hash_password(password: str) -> str:
    """Hash a password with Argon2id."""
    return _passwords.hash(password)


def password_matches(password: str, hashed: str) -> bool:
    """Tell whether this password made this hash; never raises."""
    try:
        return _passwords.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """Make a secret of 256 bits that fits a header."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Hash a token for storage: a stolen table signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()
