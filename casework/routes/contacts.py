"""Contacts: the list, the form as a draft, finalizing it, and looking behind the masks."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from casework.form import Form, OutcomeClass, When
from casework.queries import contacts as queries
from casework.queries import reach
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import drafts, reading
from casework.service.access import require_reader
from casework.service.finalize import Final, finalize
from casework.service.later import Because, finish_later
from casework.service.opening import Channel, Opening, open_by_hand, reopen
from casework.views import ContactDetail, ContactOut, RevealedOut
from casework.words import Line
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/contacts", tags=["contacts"])
State = Literal["open", "in_progress", "draft", "finalized", "reopened", "voided"]


class Wanted(In):
    """Which contacts to list: `mine`, or the `recent` ones I may see; older ones with the last one's `opened_at`."""

    view: Literal["mine", "recent"] = "mine"
    state: State | None = None
    outcome_class: OutcomeClass | None = None
    before: When | None = None
    limit: Limit = 50


class DraftIn(In):
    """An edit of the form that was read at `version`: any part of it; null takes a value away."""

    version: int
    form: Form


class FinalizeIn(In):
    """The last edit before finalizing, if there is any, and the version it was written against."""

    version: int | None = None
    form: Form | None = None


class LaterIn(In):
    """Why a record is finished later."""

    because: Because


class LaterOut(BaseModel):
    """By when a record is owed, and under which duty."""

    duty_id: UUID
    due_at: datetime


class OpenIn(In):
    """A conversation that did not come by the helpline's telephone; `key` makes asking twice harmless."""

    key: UUID
    channel: Channel
    about: Literal["self", "other"] = "self"
    phone: Line | None = None
    began_at: When | None = None


@router.post("", status_code=201)
def open_contact(
    body: OpenIn, actor: Annotated[Actor, allow("contact.write")], tx: Tx, at: Now, means: WithMeans
) -> ContactDetail:
    """Open a contact on another channel, as a draft of one's own."""
    contact = open_by_hand(tx, actor, Opening(**body.model_dump()), vault=means.vault, at=at)
    return reading.contact_whole(tx, contact, actor, means.vault, at=at)


@router.post("/{contact_id}/reopen")
def reopen_contact(
    contact_id: UUID, body: Why, actor: Annotated[Actor, allow("contact.write")], tx: Tx, at: Now, means: WithMeans
) -> ContactDetail:
    """Open a finalized contact for writing again; the reason is written down."""
    contact = reopen(tx, contact_id, actor, body.reason, at=at)
    return reading.contact_whole(tx, contact, actor, means.vault, at=at)


@router.get("")
def list_contacts(
    wanted: Annotated[Wanted, Query()],
    actor: Annotated[Actor, allow("contact.read")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> list[ContactOut]:
    """List contacts, newest first; callers are masked."""
    found = queries.contacts(
        tx,
        queries.ContactFilter(
            reach.contacts(actor, "contact.read"),
            owner_id=actor.id if wanted.view == "mine" else None,
            state=wanted.state,
            outcome_class=wanted.outcome_class,
            before=wanted.before,
            limit=wanted.limit,
        ),
    )
    return reading.contacts_listed(tx, found, actor, means.vault, at=at)


@router.get("/{contact_id}")
def read_contact(
    contact_id: UUID, actor: Annotated[Actor, allow("contact.read")], tx: Tx, at: Now, means: WithMeans
) -> ContactDetail:
    """Read a contact and its form, masked."""
    contact = queries.contact(tx, contact_id)
    require_reader(tx, contact, actor)
    return reading.contact_whole(tx, contact, actor, means.vault, at=at)


@router.patch("/{contact_id}")
def save_draft(
    contact_id: UUID, body: DraftIn, actor: Annotated[Actor, allow("contact.write")], tx: Tx, at: Now, means: WithMeans
) -> ContactDetail:
    """Save any part of the form; a stale version answers 409 with the current form."""
    contact = drafts.save(tx, contact_id, actor, body.form, version=body.version, vault=means.vault)
    return reading.contact_whole(tx, contact, actor, means.vault, at=at)


@router.post("/{contact_id}/finalize")
def finalize_contact(
    contact_id: UUID,
    body: FinalizeIn,
    actor: Annotated[Actor, allow("contact.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> ContactDetail:
    """Finalize a contact and start what follows; the same body again answers the same and starts nothing."""
    contact = finalize(tx, contact_id, actor, Final(body.form, body.version), means=means, at=at)
    return reading.contact_whole(tx, contact, actor, means.vault, at=at)


@router.post("/{contact_id}/finish-later")
def finish_contact_later(
    contact_id: UUID,
    body: LaterIn,
    actor: Annotated[Actor, allow("contact.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> LaterOut:
    """Put the record of a conversation off, for a reason; it is owed by a deadline, and twice is once."""
    duty = finish_later(tx, contact_id, actor, body.because, config=means.config, at=at)
    return LaterOut(duty_id=duty.id, due_at=duty.due_at)


@router.post("/{contact_id}/reveal")
def reveal_contact(
    contact_id: UUID, body: Why, actor: Annotated[Actor, allow("person.reveal")], tx: Tx, at: Now, means: WithMeans
) -> RevealedOut:
    """Give telephones, names and addresses in clear; the reason is written down."""
    seen = drafts.reveal(tx, contact_id, actor, body.reason, vault=means.vault, at=at)
    return RevealedOut(caller=seen.caller, form=seen.form, shielded=seen.shielded)
