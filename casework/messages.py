"""What casework tells, and its timers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from core.messages import Lane, Message


@dataclass(frozen=True, slots=True)
class DutyOwed(Message):
    """Somebody owes something new, or more urgently than before."""

    duty_id: UUID


@dataclass(frozen=True, slots=True)
class DutyOpens(Message):
    """Timer: the time for a planned duty has come."""

    duty_id: UUID


@dataclass(frozen=True, slots=True)
class DutyDue(Message):
    """Timer: a duty should be done by now; `watch` tells whether it still means this deadline."""

    duty_id: UUID
    watch: datetime


@dataclass(frozen=True, slots=True)
class DutyStillOverdue(Message):
    """Timer: a duty was overdue and its owner reminded; if nothing happened since, the supervisor hears of it."""

    duty_id: UUID
    watch: datetime


@dataclass(frozen=True, slots=True)
class CallbackSettled(Message):
    """A call-back is owed no more, or somebody makes it by hand: nothing is to be dialed for it."""

    duty_id: UUID


@dataclass(frozen=True, slots=True)
class CallerNotReached(Message):
    """A caller in danger is gone, and every call to them came to nothing."""

    urgent: ClassVar[bool] = True
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class EscalationRaised(Message):
    """The supervisor must see something, for the `rung`th time."""

    urgent: ClassVar[bool] = True
    escalation_id: UUID
    rung: int


@dataclass(frozen=True, slots=True)
class EscalationDue(Message):
    """Timer: somebody should have acknowledged this escalation by now."""

    urgent: ClassVar[bool] = True
    escalation_id: UUID
    rung: int


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged(Message):
    """Somebody comes to a counselor who called for help."""

    escalation_id: UUID


@dataclass(frozen=True, slots=True)
class ContactPlaced(Message):
    """It is known in which district the person lives whom a contact is about."""

    contact_id: UUID
    district: str


@dataclass(frozen=True, slots=True)
class VisitRequested(Message):
    """A visit is asked for, for the `page`th time."""

    visit_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class VisitAcknowledgmentDue(Message):
    """Timer: a team should have acknowledged this visit by now."""

    visit_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class VisitDue(Message):
    """Timer: contact should have been made on this visit by now."""

    visit_id: UUID


@dataclass(frozen=True, slots=True)
class VisitCheckOutDue(Message):
    """Timer: a team inside should have been heard of by now; `by` tells whether it still means this deadline."""

    urgent: ClassVar[bool] = True
    visit_id: UUID
    by: datetime


@dataclass(frozen=True, slots=True)
class DispatchRequested(Message):
    """Emergency services are asked for, for the `page`th time."""

    urgent: ClassVar[bool] = True
    dispatch_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class DispatchToRead(Message):
    """A dispatch is to be read out over the telephone, by the `page`th page's way."""

    urgent: ClassVar[bool] = True
    lane: ClassVar[Lane] = "call"
    dispatch_id: UUID
    page: int
    to: Literal["agency", "officer"]


@dataclass(frozen=True, slots=True)
class DispatchAcknowledgmentDue(Message):
    """Timer: the agency should have acknowledged this dispatch by now."""

    urgent: ClassVar[bool] = True
    dispatch_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class DispatchArrivalDue(Message):
    """Timer: somebody should be on the scene by now."""

    urgent: ClassVar[bool] = True
    dispatch_id: UUID


@dataclass(frozen=True, slots=True)
class VoicemailAwaited(Message):
    """Timer: whoever was asked to leave their words has hung up, and their recording should be here."""

    contact_id: UUID


@dataclass(frozen=True, slots=True)
class TranscriptWanted(Message):
    """A voicemail may be written down, where somebody does that for us."""

    voicemail_id: UUID


@dataclass(frozen=True, slots=True)
class ReferralSettled(Message):
    """A referral was accepted, rejected, done or is expired: whoever referred hears of it."""

    referral_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class ReferralExpires(Message):
    """Timer: a referral that nobody has answered by now is over."""

    referral_id: UUID


@dataclass(frozen=True, slots=True)
class RevealsToReview(Message):
    """Timer: a month is over in which somebody looked behind the mask."""

    month: str


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Message):
    """Somebody took back what they had agreed to."""

    consent_id: UUID


@dataclass(frozen=True, slots=True)
class RecordingToErase(Message):
    """A recording is to be destroyed, where the sound is, and why."""

    voicemail_id: UUID
    why: Literal["retention", "request", "withdrawn"]


@dataclass(frozen=True, slots=True)
class RetentionDue(Message):
    """Timer: look for what is past its time; `n` counts the rounds of one day."""

    day: date
    n: int
