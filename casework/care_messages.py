"""What care plans, companion calls and welfare checks tell, and their timers."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.messages import Message


@dataclass(frozen=True, slots=True)
class CarePlanReviewDue(Message):
    """Timer: a care plan should be looked at again, if this version still holds."""

    plan_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class CarePlanExpired(Message):
    """Timer: a care plan is over, if this version still holds."""

    plan_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class CompanionCallsDue(Message):
    """Timer: the next companion calls come within the horizon, if the rhythm is still at this version."""

    rhythm_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class PersonSeen(Message):
    """Whoever was visited, or to whom emergency services were sent, has been seen or spoken to."""

    of_kind: Literal["visit", "dispatch"]
    of_id: UUID
