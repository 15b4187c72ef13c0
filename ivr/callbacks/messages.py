"""What call-backs tell, and their timers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ivr.messages import OnTheLine


@dataclass(frozen=True, slots=True)
class CallbackDue(OnTheLine):
    """Timer: a call-back should stand in the queue now; `due` tells whether this still means its present plan."""

    callback_id: UUID
    due: datetime


@dataclass(frozen=True, slots=True)
class CallbackClosing(OnTheLine):
    """Timer: a call-back may not be made any more for now, if it still stands in the queue."""

    callback_id: UUID
    stay_id: UUID


@dataclass(frozen=True, slots=True)
class PersonToCall(OnTheLine):
    """The counselor is in the room: the person is to be called."""

    contact_id: UUID
    offer_id: UUID


@dataclass(frozen=True, slots=True)
class DialCheckDue(OnTheLine):
    """Timer: something should have been heard of a call that was asked for."""

    contact_id: UUID
