"""What the API answers of people: masked, unless somebody gave a reason to look."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from casework.views import Out


class PersonCase(Out):
    """A case of a person, in one line."""

    id: UUID
    state: str
    triage_level: str
    topic: str
    opened_at: datetime


class PersonOut(BaseModel):
    """A person over all the records taken for theirs, masked."""

    id: UUID
    standing: Literal["known", "half_known", "anonymous"]
    name: str | None
    numbers: list[str]
    has_address: bool
    birth_year: int | None
    sex: str | None
    district: str | None
    dong: str | None
    records: list[UUID]
    merges: list[UUID]
    """What can be undone."""
    cases: list[PersonCase]
    anonymized_at: datetime | None
    version: int


class PersonRevealed(BaseModel):
    """A person's data in clear; that it was looked at is in the access log."""

    name: str | None
    numbers: list[str]
    address: str | None
    detail: str | None


class SourceOut(BaseModel):
    """A decision about who reported; with them in clear where it is to reveal."""

    id: UUID
    decision: str
    caller: str | None
    reporter: dict[str, Any] | None


class SourceLine(BaseModel):
    """Who was told who reported, or not, and why."""

    id: UUID
    at: datetime
    by: UUID
    asked_by: str
    decision: str
    reason: str


class DongOut(Out):
    """An administrative dong of a district."""

    code: str
    name_ko: str
