"""What callers may need, and who is asked for it."""

from dataclasses import asdict
from datetime import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, WithJsonSchema

from core import audit
from core.staff import Actor
from core.web import Now, Tx, allow
from routing import service
from routing.routes.forms import BoardDep, SkillsIn, SkillsOut

router = APIRouter(tags=["watch"])
# A time of the day without a zone, which is not what JSON Schema calls a time.
ByTheClock = Annotated[time, WithJsonSchema({"type": "string", "examples": ["22:00:00"]})]


class StepIs(BaseModel):
    """From `after` seconds of waiting on, seats with any of these skills are asked; none named: everybody."""

    after: float
    skills: list[str]


class NeedOut(BaseModel):
    """What a caller may need besides a language; with hours, whoever comes in them and needs nothing else has it."""

    name: str
    title: str
    steps: list[StepIs]
    hours: tuple[ByTheClock, ByTheClock] | None


class NeedsOut(BaseModel):
    """The skills that seats can have, and the needs that ask for them."""

    skills: list[str]
    needs: list[NeedOut]


@router.get("/api/needs", response_model=NeedsOut)
def read_needs(actor: Annotated[Actor, allow("signed_in")], board: BoardDep) -> dict[str, Any]:  # noqa: ARG001
    """Show the skills there are, and the needs with the steps by which they ask for them."""
    return asdict(board.config.needs)


@router.put("/api/seats/{counselor_id}/skills", response_model=SkillsOut)
def change_skills(
    counselor_id: UUID, form: SkillsIn, tx: Tx, at: Now, actor: Annotated[Actor, allow("skill.assign")],
    board: BoardDep,
) -> dict[str, Any]:  # fmt: skip
    """Give a person exactly these skills, whether they have sat down yet or not; it is written down who did."""
    skills = service.set_skills(tx, counselor_id, form.skills, board=board, at=at)
    audit.record(tx, actor.id, "seat.skills", ("seat", counselor_id), at=at, skills=",".join(skills))
    return {"counselor_id": counselor_id, "skills": skills}
