"""What the telephone tells the rest of the house."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from core.messages import Lane, Message


@dataclass(frozen=True, slots=True)
class OnTheLine(Message):
    """A message about somebody who is on the line now."""

    lane: ClassVar[Lane] = "call"


@dataclass(frozen=True, slots=True)
class CallerWaiting(OnTheLine):
    """A caller stands in the queue from now on."""

    contact_id: UUID
    call: str
    about: Literal["self", "other"]


@dataclass(frozen=True, slots=True)
class CallerInDanger(OnTheLine):
    """A caller said that somebody is in danger."""

    contact_id: UUID


@dataclass(frozen=True, slots=True)
class CallbackRequested(OnTheLine):
    """A caller prefers to be called back."""

    contact_id: UUID


@dataclass(frozen=True, slots=True)
class CallChanged(OnTheLine):
    """Something was heard of a call's legs or room: look at everything heard so far, and act on what it comes to."""

    call: str


@dataclass(frozen=True, slots=True)
class ConnectDue(OnTheLine):
    """Caller and counselor should be talking by now."""

    contact_id: UUID
    offer_id: UUID
    last: bool


@dataclass(frozen=True, slots=True)
class CallCheckDue(Message):
    """Nothing was heard of this call's end: ask the provider."""

    call: str


@dataclass(frozen=True, slots=True)
class CallerMoved(OnTheLine):
    """A caller is to be moved: `summoned` to the counselor in the room, or `returned` to the queue."""

    call: str
    offer_id: UUID
    to: Literal["summoned", "returned"]


@dataclass(frozen=True, slots=True)
class CallOver(OnTheLine):
    """A caller's call has ended, and queue and contact know of it: what was promised for it can be planned."""

    call: str


@dataclass(frozen=True, slots=True)
class PersonReached(OnTheLine):
    """Somebody was called back, and wants to talk now."""

    contact_id: UUID


@dataclass(frozen=True, slots=True)
class PersonDeclined(OnTheLine):
    """Somebody was called back, and needs it no more."""

    contact_id: UUID


@dataclass(frozen=True, slots=True)
class HoldAsked(OnTheLine):
    """A counselor puts the caller on hold, or takes them back."""

    call: str
    on: bool


@dataclass(frozen=True, slots=True)
class HangUpAsked(OnTheLine):
    """A leg is to be ended; with a room, everybody in it."""

    leg: str
    room: str | None
