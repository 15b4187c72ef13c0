"""One telephone call as the network knows it, and what it tells a webhook about it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from aiohttp import CookieJar

from simulator import web
from simulator.document import Document
from simulator.leg import Leg
from simulator.room import Room
from simulator.settings import Line, Target
from simulator.trace import Trace

if TYPE_CHECKING:
    from simulator.conference import Participant
    from simulator.perform.session import Session

API_VERSION: Final = "2010-04-01"


class Status(StrEnum):
    """Where a call is, in the provider's words."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


ENDED: Final = frozenset({Status.COMPLETED, Status.BUSY, Status.FAILED, Status.NO_ANSWER, Status.CANCELED})


@dataclass(frozen=True, slots=True)
class Goto:
    """Fetch a document and perform it; `extra` fields go with the request."""

    target: Target
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inline:
    """Perform a document that is already here."""

    document: Document


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, refused for this reason if it was not answered yet."""

    reason: str = "completed"


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Leave the queue the call waits in."""


Next = Goto | Inline | HangUp | LeaveQueue | None
"""What follows a verb: somewhere else to go, or None for the next verb."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Do something that is not a document."""

    act: "Callable[[Session], Coroutine[Any, Any, Next]]"


Order = Goto | Inline | HangUp | Perform
"""What a call may be told to do from outside, in the middle of whatever it does."""


@dataclass(frozen=True, slots=True)
class News:
    """Where a call's own progress is told, and which of it."""

    target: Target
    events: tuple[str, ...] = ("completed",)


@dataclass(slots=True, eq=False)
class Call:
    """One leg between the network and a telephone end."""

    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    leg: Leg
    trace: Trace
    line: Line = field(default_factory=Line)
    news: tuple[News, ...] = ()
    parent_sid: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    status: Status = Status.QUEUED
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    orders: asyncio.Queue[Order] = field(default_factory=asyncio.Queue)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    cookies: CookieJar = field(default_factory=web.jar)
    participant: "Participant | None" = None
    interruption: str = "hangup"
    """Why what the call does right now is being cut off: hangup or redirected."""
    sequence: int = 0
    sip_code: str = ""
    conversation: Room | None = None
    """The room in which the call talks with others right now."""

    def standard(self) -> dict[str, str]:
        """Give the fields every request about this call carries."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": self.sid,
            "CallStatus": self.status.value,
            "Called": self.to,
            "Caller": self.from_,
            "Direction": self.direction,
            "From": self.from_,
            "To": self.to,
            **({"ParentCallSid": self.parent_sid} if self.parent_sid else {}),
            **_places(self.from_, "From", "Caller"),
            **_places(self.to, "To", "Called"),
            **self.parameters,
        }

    @property
    def is_over(self) -> bool:
        """Say whether the call has ended."""
        return self.status in ENDED

    @property
    def talked_s(self) -> int:
        """Whole seconds from the answer to the end (to now while it lasts), rounded up; 0 when never answered."""
        if self.answered_at is None:
            return 0
        return -int((self.answered_at - (self.ended_at or datetime.now(UTC))).total_seconds() // 1)


def rfc2822(at: datetime) -> str:
    """Write a time as the provider does."""
    return format_datetime(at)


def _places(number: str, *prefixes: str) -> dict[str, str]:
    if not number.startswith("+"):
        return {}
    country = "KR" if number.startswith("+82") else ""
    values = {"City": "", "State": "", "Zip": "", "Country": country}
    return {f"{prefix}{part}": value for prefix in prefixes for part, value in values.items()}
