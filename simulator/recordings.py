"""Recordings: what was kept of a call, and the news about it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True, eq=False)
class Recording:
    """One recording; `pcm` is 16-bit little-endian mono sound at 8 kHz, silence for ends without sound."""

    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str = ""
    source: str = "RecordVerb"
    status: str = "in-progress"
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    duration_s: int = 0
    pcm: bytearray = field(default_factory=bytearray)
