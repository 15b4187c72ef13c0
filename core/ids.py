"""Where identifiers come from: time-ordered for new things, named for things the outside already numbered."""

import hashlib
import os
import uuid
from datetime import datetime

_NAMES = uuid.UUID("6f1e1b1a-1200-5000-8000-676f6f646279")


def new_id(at: datetime) -> uuid.UUID:
    """Make a UUIDv7 (RFC 9562) whose order is the order of `at`, in milliseconds."""
    millis = int(at.timestamp() * 1000)
    bits = (millis << 80) | int.from_bytes(os.urandom(10), "big")
    bits = (bits & ~(0xF << 76)) | (0x7 << 76)
    bits = (bits & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=bits)


def named_id(*parts: str | int) -> uuid.UUID:
    """Make the one UUIDv5 that these parts always give, so that a repeat finds what the first made."""
    # What uuid.uuid5 does, without its detours: callers wait for this.
    digest = hashlib.sha1(_NAMES.bytes + "\x1f".join(map(str, parts)).encode(), usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest[:16], version=5)
