"""What the API answers of care plans, safety plans, companion calls and welfare checks, masked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from casework.views import KnownPerson, Out


class WrittenOut(Out):
    """Who wrote which version of a plan, and when."""

    version: int
    written_at: datetime
    written_by: UUID


class CarePlanOut(Out):
    """A care plan in a list."""

    id: UUID
    person_id: UUID
    state: str
    version: int
    holds: int | None
    preferred: list[UUID]
    review_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    approved_at: datetime | None
    approved_by: UUID | None
    ended_at: datetime | None


class CarePlanDetail(CarePlanOut):
    """A care plan with the words of its newest version, and who wrote each."""

    words: dict[str, Any]
    versions: list[WrittenOut]


class HoldingPlan(BaseModel):
    """A care plan as whoever answers sees it: the version that was agreed to."""

    id: UUID
    version: int
    words: dict[str, Any]


class SafetyPlanOut(BaseModel):
    """A safety plan."""

    version: int
    written_at: datetime
    words: dict[str, Any]


class KnownPlans(BaseModel):
    """Somebody with the caller's number, and what was agreed with them."""

    person: KnownPerson
    care_plan: HoldingPlan | None
    safety_plan: SafetyPlanOut | None


class FrequentOut(BaseModel):
    """A number that called often; a proposal to think of a care plan, and no judgment."""

    caller: str | None
    contacts: int
    last_at: datetime
    contact_id: UUID
    known: list[KnownPerson]
    care_plan_ids: list[UUID]


class RhythmOut(BaseModel):
    """When somebody is called, and by whom."""

    id: UUID
    case_id: UUID
    state: str
    weekday: str
    call_time: str
    every_weeks: int
    first_on: date
    last_on: date | None
    on_holiday: str
    companion_id: UUID
    misses: int
    version: int
    words: str | None


class CompanionCallOut(Out):
    """One call of a rhythm."""

    id: UUID
    rhythm_id: UUID
    day: date
    call_at: datetime | None
    state: str
    duty_id: UUID | None
    ended_at: datetime | None


class RhythmDetail(RhythmOut):
    """A rhythm with its calls, the newest day first."""

    calls: list[CompanionCallOut]


class WelfareCheckOut(Out):
    """A welfare check."""

    id: UUID
    case_id: UUID
    state: str
    triage_level: str
    duty_id: UUID
    visit_id: UUID | None
    dispatch_id: UUID | None
    requested_at: datetime
    requested_by: UUID | None
    how: str | None
    ended_at: datetime | None
    ended_by: UUID | None
    version: int


class WelfareCheckDetail(WelfareCheckOut):
    """A welfare check with why it was asked for, how it ended, and its deadline."""

    reason: str
    ended_why: str | None
    due_at: datetime
    attempts: int
