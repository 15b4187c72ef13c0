"""What the queue tells the rest of the house."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from core.messages import Lane, Message


@dataclass(frozen=True, slots=True)
class OfferAccepted(Message):
    """A counselor took a caller: connect them. `provider_ref` is the caller's call at the provider."""

    lane: ClassVar[Lane] = "call"

    contact_id: UUID
    offer_id: UUID
    counselor_id: UUID
    counselor_login: str
    provider_ref: str


@dataclass(frozen=True, slots=True)
class NotTaken(Message):
    """The one counselor a caller was held out to did not take them, so that contact has left the queue."""

    lane: ClassVar[Lane] = "call"

    contact_id: UUID
    offer_id: UUID


@dataclass(frozen=True, slots=True)
class SeatLost(Message):
    """Nothing is heard of a counselor's desk in the middle of a call, which goes on; due when it should be back."""

    lane: ClassVar[Lane] = "call"

    counselor_id: UUID
    counselor_login: str
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class OutcomeOwed(Message):
    """A wrap-up ran out without an outcome; due when a supervisor should hear of it, if it is owed still."""

    lane: ClassVar[Lane] = "work"

    counselor_id: UUID
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class LastSeatSilent(Message):
    """The last counselor on shift let offers run out and is not responding; this caller waits with nobody there."""

    lane: ClassVar[Lane] = "call"

    counselor_id: UUID
    counselor_login: str
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class NobodyOnShift(Message):
    """Callers wait, and no counselor has been available since `since`; told once for each such time."""

    lane: ClassVar[Lane] = "call"

    since: datetime
    waiting: int
