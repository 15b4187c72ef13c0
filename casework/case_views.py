"""What the API answers of cases: in a list, as a story, and whole."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from casework.views import KnownPerson, Out


class CaseOut(Out):
    """A case in a list."""

    id: UUID
    state: str
    owner_id: UUID | None
    district: str | None
    topic: str
    triage_level: str
    first_contact_at: datetime
    respond_by: datetime | None
    responded_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    lower_to: str | None
    lower_by: UUID | None
    version: int
    place: str | None = None
    """In a list: where to read on, as `after`."""


class Entry(BaseModel):
    """One line of a case's story."""

    at: datetime
    kind: str
    id: UUID
    state: str | None = None
    what: str | None = None
    words: str | None = None


class StoryOut(BaseModel):
    """A page of a case's story, oldest first."""

    timeline: list[Entry]
    earlier: str | None
    """Where to read on, as `before`; None where the story begins here."""


class CaseDetail(CaseOut, StoryOut):
    """A case with its plan, the end of its story, and the subject's name masked."""

    subject: KnownPerson | None
    plan: dict[str, Any] | None
