"""Consent for each purpose: the words, the answers, and taking one back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from casework.policy.privacy import ConsentSaid, Purpose
from casework.routes.parts import In, Why
from casework.scripts import current
from casework.service import consents
from casework.views import Out
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["consents"])
Writer = Annotated[Actor, allow("contact.write")]


class ScriptOut(Out):
    """What is read out before somebody is asked."""

    purpose: str
    version: int
    ko: str
    en: str


class ConsentIn(In):
    """What somebody answered to which words; `offset_s` is where it is heard in the recording."""

    purpose: Purpose
    script: Annotated[int, Field(ge=1, le=10_000)]
    answer: ConsentSaid
    recording: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")] | None = None
    offset_s: Annotated[int, Field(ge=0, le=86_400)] | None = None


class ConsentOut(Out):
    """An answer, and whether it was taken back."""

    id: UUID
    contact_id: UUID
    purpose: str
    script: int
    answer: str
    at: datetime
    recorded_by: UUID
    recording: str | None
    offset_s: int | None
    withdrawn_at: datetime | None


@router.get("/consent-scripts")
def list_scripts(_actor: Annotated[Actor, allow("contact.read")]) -> list[ScriptOut]:
    """List the words to read out now, one for each purpose."""
    return [ScriptOut.model_validate(script) for script in current()]


@router.get("/contacts/{contact_id}/consents")
def list_consents(
    contact_id: UUID, actor: Annotated[Actor, allow("contact.read")], tx: Tx, at: Now
) -> list[ConsentOut]:
    """List what was answered on a contact, newest first."""
    return [ConsentOut.model_validate(consent) for consent in consents.listed(tx, contact_id, actor, at=at)]


@router.get("/people/{person_id}/consents")
def list_consents_of_person(
    person_id: UUID, actor: Annotated[Actor, allow("contact.read")], tx: Tx, at: Now
) -> list[ConsentOut]:
    """List what a person answered on every contact about them, newest first: each can be taken back."""
    return [ConsentOut.model_validate(consent) for consent in consents.of_person(tx, person_id, actor, at=at)]


@router.post("/contacts/{contact_id}/consents", status_code=201)
def note_consent(contact_id: UUID, body: ConsentIn, actor: Writer, tx: Tx, at: Now) -> ConsentOut:
    """Write down what was answered; a refusal never keeps anybody from being helped."""
    return ConsentOut.model_validate(consents.note(tx, contact_id, actor, consents.Said(**body.model_dump()), at=at))


@router.post("/consents/{consent_id}/withdraw")
def withdraw_consent(consent_id: UUID, body: Why, actor: Writer, tx: Tx, at: Now) -> ConsentOut:
    """Take a consent back for whoever gave it; what follows from that is carried out."""
    return ConsentOut.model_validate(consents.withdraw(tx, consent_id, actor, body.reason, at=at))
