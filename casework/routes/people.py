"""People: found, read over all their records, put right, and two records taken for one."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import model_validator

from casework.form import Subject
from casework.person_views import PersonOut, PersonRevealed, SourceLine, SourceOut
from casework.routes.parts import In, Why, WithMeans
from casework.service import merging, persons, sources
from casework.views import Out
from casework.words import Line, Name
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["people"])
Merger = Annotated[Actor, allow("person.merge")]


class SearchIn(In):
    """A number or a name; it stands in the body, for addresses are written into logs."""

    phone: Line | None = None
    name: Name | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.phone and not self.name:
            raise ValueError("write a telephone number or a name")
        return self


class PersonIn(Subject):
    """What is to be put right on a person read at `version`; null takes a value away."""

    version: int


class MergeIn(Why):
    """The record that is the same person, and why."""

    other_id: UUID


class MergeOut(Out):
    """Two records taken for one person."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    merged_at: datetime
    merged_by: UUID
    undone_at: datetime | None
    undone_by: UUID | None


class SourceIn(Why):
    """Whether somebody learns who reported, and who asked."""

    asked_by: sources.Asker
    decision: sources.Decision


@router.post("/people/search")
def search_people(
    body: SearchIn, actor: Annotated[Actor, allow("case.read")], tx: Tx, at: Now, means: WithMeans
) -> list[PersonOut]:
    """List the people within reach with exactly this number or name, masked."""
    return persons.search(tx, actor, persons.Sought(body.phone, body.name), means.vault, at=at)


@router.get("/people/{person_id}")
def read_person(
    person_id: UUID, actor: Annotated[Actor, allow("case.read")], tx: Tx, at: Now, means: WithMeans
) -> PersonOut:
    """Read the person a record stands for, masked."""
    return persons.whole(tx, person_id, actor, means.vault, at=at)


@router.patch("/people/{person_id}")
def correct_person(
    person_id: UUID, body: PersonIn, actor: Annotated[Actor, allow("case.write")], tx: Tx, at: Now, means: WithMeans
) -> PersonOut:
    """Put a person's data right."""
    said = Subject.model_validate(body.model_dump(exclude_unset=True, exclude={"version"}))
    correction = persons.Correction(said, body.version)
    person = persons.correct(tx, person_id, actor, correction, vault=means.vault, at=at)
    return persons.whole(tx, person.id, actor, means.vault, at=at)


@router.post("/people/{person_id}/reveal")
def reveal_person(
    person_id: UUID, body: Why, actor: Annotated[Actor, allow("person.reveal")], tx: Tx, at: Now, means: WithMeans
) -> PersonRevealed:
    """Give name, numbers and address in clear; the reason is written down."""
    return persons.reveal(tx, person_id, actor, body.reason, vault=means.vault, at=at)


@router.post("/people/{person_id}/merge")
def merge_people(person_id: UUID, body: MergeIn, actor: Merger, tx: Tx, at: Now) -> MergeOut:
    """Take another record for the same person; nothing is moved, so that it can be undone."""
    return MergeOut.model_validate(merging.merge(tx, person_id, body.other_id, actor, body.reason, at=at))


@router.post("/merges/{merge_id}/undo")
def undo_merge(merge_id: UUID, body: Why, actor: Merger, tx: Tx, at: Now) -> MergeOut:
    """Let two records be two people again."""
    return MergeOut.model_validate(merging.undo(tx, merge_id, actor, body.reason, at=at))


@router.post("/contacts/{contact_id}/source", status_code=201)
def decide_source(
    contact_id: UUID,
    body: SourceIn,
    actor: Annotated[Actor, allow("reporter.reveal")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> SourceOut:
    """Decide whether somebody learns who reported; the decision and its reason are kept."""
    wish = sources.Wish(body.asked_by, body.decision, body.reason)
    source = sources.decide(tx, contact_id, actor, wish, vault=means.vault, at=at)
    return SourceOut(
        id=source.decision.id, decision=source.decision.decision, caller=source.caller, reporter=source.reporter
    )


@router.get("/contacts/{contact_id}/source")
def list_source_decisions(
    contact_id: UUID, actor: Annotated[Actor, allow("reporter.reveal")], tx: Tx, at: Now, means: WithMeans
) -> list[SourceLine]:
    """List the decisions about who reported, newest first."""
    names = ("id", "at", "by", "asked_by", "decision")
    return [
        SourceLine(reason=means.vault.open(each.reason_cipher), **{name: getattr(each, name) for name in names})
        for each in sources.decisions(tx, contact_id, actor, at=at)
    ]
