"""What the queue's API takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from core.words import Fit
from routing.board import Board
from routing.written import Written

Activity = Literal["offline", "available", "break", "training", "supervision", "writing"]


class ActivityIn(BaseModel):
    """What a counselor is doing."""

    model_config = ConfigDict(extra="forbid")

    activity: Activity


class BeatIn(BaseModel):
    """That a desk is there, and whether its softphone is registered, as far as the desk knows."""

    model_config = ConfigDict(extra="forbid")

    softphone: bool | None = None


class BeatOut(BaseModel):
    """How a seat stands."""

    state: str


class SkillsIn(BaseModel):
    """What a person is asked for besides their languages; none: for nothing in particular."""

    model_config = ConfigDict(extra="forbid")

    skills: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=50)]


class RejectIn(BaseModel):
    """Why a counselor passes a caller on."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=200), Fit, Field(min_length=1)]


class PullIn(BaseModel):
    """Which waiting caller, and to whom; without anybody named: to oneself."""

    model_config = ConfigDict(extra="forbid")

    contact_id: UUID
    counselor_id: UUID | None = None


class OfferOut(BaseModel):
    """One waiting caller held out to one counselor."""

    offer_id: UUID
    contact_id: UUID
    counselor_id: UUID
    state: str
    why: str
    offered_at: datetime
    deadline: datetime
    reason: str | None
    connected_at: datetime | None
    priority: str | None
    language: str | None
    need: str | None
    waited_s: int | None
    hints: list[str]


class SeatOut(BaseModel):
    """A counselor's desk, and what is held out to them or whom they talk to."""

    counselor_id: UUID
    activity: str
    next_activity: str | None
    state: str
    idle_since: datetime | None
    wrap_until: datetime | None
    contact_id: UUID | None
    languages: list[str]
    softphone: bool
    skills: list[str]
    offer: OfferOut | None
    advice: str | None


class SeatLine(BaseModel):
    """A desk as supervisors see it."""

    counselor_id: UUID
    login: str
    languages: list[str]
    skills: list[str]
    activity: str
    next_activity: str | None
    state: str
    softphone: bool
    contact_id: UUID | None
    changed_at: datetime


class SkillsOut(BaseModel):
    """What a person is asked for."""

    counselor_id: UUID
    skills: list[str]


class StepOut(BaseModel):
    """Whom a need asks from `after_s` seconds on (no skill: everybody), and how that stands now."""

    after_s: float
    skills: list[str]
    state: Literal["inactive", "active", "joined", "expired"]


class EntryOut(BaseModel):
    """Somebody who waits."""

    contact_id: UUID
    state: str
    priority: str
    language: str
    need: str
    steps: list[StepOut]
    preferred_id: UUID | None
    entered_at: datetime
    waited_s: int
    offered_to: str | None


class QueueOut(BaseModel):
    """A queue as it is now, and since midnight."""

    queue: str
    at: datetime
    live: dict[str, Any]
    since: datetime
    today: dict[str, Any]
    within_s: float
    short_abandon_s: float
    definitions: dict[str, str]


def board_of(request: Request) -> Board:
    """Give the queue's index."""
    board: Board = request.app.state.board
    return board


def written_of(request: Request) -> Written:
    """Give what tells of the records that counselors write."""
    written: Written = request.app.state.written
    return written


BoardDep = Annotated[Board, Depends(board_of)]
WrittenDep = Annotated[Written, Depends(written_of)]
