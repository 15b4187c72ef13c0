"""What the API answers: rows as JSON, with everything personal masked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Out(BaseModel):
    """An answer, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class ContactOut(Out):
    """A contact in a list."""

    id: UUID
    channel: str
    state: str
    about: str | None
    owner_id: UUID | None
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    continues_id: UUID | None
    danger_at: datetime | None
    cannot_speak_at: datetime | None
    callback_requested_at: datetime | None
    unanswered: str | None
    callback_duty_id: UUID | None
    outcome_class: str | None
    outcome: str | None
    relation: str | None
    topic: str | None
    triage_level: str | None
    consent: str | None
    case_id: UUID | None
    version: int
    finalized_at: datetime | None
    caller: str | None = None
    """The caller's number, masked; None where it was withheld."""


class KnownPerson(BaseModel):
    """Somebody with the caller's number, as far as the mask lets it be seen."""

    id: UUID
    name: str | None
    birth_year: int | None
    district: str | None


class Started(BaseModel):
    """What a finalized contact started."""

    duty_ids: list[UUID]
    visit_id: UUID | None
    dispatch_id: UUID | None


class ContactDetail(ContactOut):
    """A contact with its form (names, telephones and addresses masked) and what is known of the caller."""

    form: dict[str, Any]
    earlier_calls: int
    last_call_at: datetime | None
    known: list[KnownPerson]
    started: Started


class RevealedOut(BaseModel):
    """Personal data in clear; that it was looked at is in the audit."""

    caller: str | None
    form: dict[str, Any]
    shielded: bool
    """Somebody else reported: who they are is told by a decision only."""


class DutyOut(Out):
    """Something owed."""

    id: UUID
    kind: str
    state: str
    priority: str
    team: str
    owner_id: UUID | None
    contact_id: UUID | None
    case_id: UUID | None
    escalation_id: UUID | None
    calls: int
    place_at: datetime | None
    created_at: datetime
    opens_at: datetime
    due_at: datetime
    overdue_at: datetime | None
    attempts: int
    ended_at: datetime | None


class WorkloadOut(Out):
    """How much somebody owes now; without an owner, what nobody has taken."""

    owner_id: UUID | None
    name: str | None
    team: str
    open: int
    overdue: int
    danger: int
    next_due_at: datetime


class AskedOut(Out):
    """What a visit and a dispatch have in common."""

    id: UUID
    state: str
    case_id: UUID
    contact_id: UUID
    triage_level: str
    legal_basis: str | None
    requested_at: datetime
    page: int
    via: str
    acknowledge_by: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    receipt: str | None
    closed_at: datetime | None
    version: int


class VisitOut(AskedOut):
    """A visit; its address is behind the reveal."""

    district: str
    team_id: UUID | None
    consent: str
    visit_by: datetime
    scheduled_for: datetime | None
    workers: list[UUID]
    no_answers: int
    check_out_by: datetime | None


class PhotoOut(Out):
    """A picture of a visit; what is on it is behind the reveal."""

    id: UUID
    visit_id: UUID
    at: datetime
    by: UUID
    kind: str


class DispatchOut(AskedOut):
    """A dispatch; its place and telephone are behind the reveal."""

    kind: str
    place_source: str
    place_confidence: str


class AttemptOut(Out):
    """One attempt to hand it to the outside."""

    id: UUID
    page: int
    at: datetime
    host: str
    state: str
    status: int | None
    answered_at: datetime | None
    error: str | None


class MilestoneOut(Out):
    """One step on the way."""

    state: str
    at: datetime
    by: str


class DispatchDetail(DispatchOut):
    """A dispatch with every attempt and step."""

    delivery: list[AttemptOut]
    milestones: list[MilestoneOut]


class VisitDetail(VisitOut):
    """A visit with every attempt and step."""

    delivery: list[AttemptOut]
    milestones: list[MilestoneOut]


class PacketOut(BaseModel):
    """A visit's or a dispatch's words in clear; that they were looked at is in the audit."""

    words: dict[str, str | None]


class EscalationOut(Out):
    """Something that reached the supervisor."""

    id: UUID
    about_kind: str
    about_id: UUID
    case_id: UUID | None
    reason: str
    state: str
    rung: int
    raised_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    resolved_at: datetime | None


class LetterOut(Out):
    """A message of the outbox."""

    id: UUID
    kind: str
    body: dict[str, Any]
    lane: str
    state: str
    due: datetime
    posted_at: datetime
    attempts: int
    error: str | None


class AuditOut(Out):
    """One act of one person."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    reason: str | None
    detail: dict[str, Any]


class DistrictOut(Out):
    """A district of the city."""

    code: str
    name_ko: str
    name_en: str
