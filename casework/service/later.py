"""Records that are not written at once: the outcome a counselor owes after a conversation, or owes by a deadline."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework.config import Config
from casework.policy.triage import GUARDED
from casework.queries import contacts as queries
from casework.queries import duties
from casework.service.access import require_writer
from casework.service.owing import Owed, end, owe
from casework.tables import Contact, Duty, Escalation
from core import audit
from core.errors import Conflict
from core.ids import named_id
from core.staff import Actor

Because = Literal["callers_wait", "facts_missing", "need_rest", "end_of_shift", "technical"]
"""Why a record is finished later: choices, for free words would be personal."""

UNFINISHED = ("in_progress", "draft")
"""A conversation that is over is a draft a moment after its counselor's seat is free of it."""


def finish_later(
    tx: Session, contact_id: UUID, actor: Actor, because: Because, *, config: Config, at: datetime
) -> Duty:  # fmt: skip
    """Keep a record as a draft that its counselor owes by a deadline; twice is once.

    Raises Conflict for a contact that nobody has to write down, NotFound or Forbidden for somebody else's.
    """
    contact = queries.lock_contact(tx, contact_id)
    require_writer(tx, contact, actor)
    if contact.state not in UNFINISHED:
        raise Conflict("There is no record here that could be finished later. 나중에 마칠 기록이 아닙니다.")
    owed = Owed(
        id=_key(contact_id), kind="record", due_at=at + config.record_within, owner_id=contact.owner_id,
        contact_id=contact_id,
    )  # fmt: skip
    duty = owe(tx, owed, at=at)
    audit.record(tx, actor.id, "contact.finish_later", ("contact", contact_id), at=at, because=because)
    return duty


def _key(contact_id: UUID) -> UUID:
    return named_id("duty", "record", str(contact_id))


def finished(tx: Session, contact: Contact, *, at: datetime) -> None:
    """End what was owed for this record, now that it is finalized."""
    for duty in duties.lock_duties_of_contact(tx, contact.id):
        if duty.kind == "record" and duty.ended_at is None:
            end(tx, duty, "done", by=contact.finalized_by, at=at)


def owes_outcome(tx: Session, counselor_id: UUID) -> bool:
    """Tell whether a counselor has talked to a caller, and neither finalized the record nor put it off.

    What they wrote down of a conversation elsewhere keeps nobody from the line: it has no call.
    """
    put_off = exists().where(Duty.contact_id == Contact.id, Duty.kind == "record", Duty.ended_at.is_(None))
    mine = (Contact.owner_id == counselor_id, Contact.state.in_(UNFINISHED))
    called = (Contact.answered_at.is_not(None), Contact.provider_ref.is_not(None))
    return tx.scalars(select(Contact.id).where(*mine, *called, ~put_off).limit(1)).first() is not None


def outcome_missing(tx: Session, contact_id: UUID) -> bool:
    """Tell whether this contact's record is still a draft that nobody put off."""
    contact = queries.contact(tx, contact_id)
    put_off = any(duty.kind == "record" for duty in duties.lock_duties_of_contact(tx, contact_id))
    return contact.state in UNFINISHED and not put_off


def heavy(tx: Session, contact_id: UUID) -> str | None:
    """Say why a contact was heavy for who talked, as far as its record knows: `danger`, a triage level, or `abuse`."""
    contact = tx.get(Contact, contact_id, populate_existing=True)
    if contact is None:
        return None
    if contact.danger_at is not None:
        return "danger"
    if contact.triage_level in GUARDED:
        return contact.triage_level
    ended = select(Escalation.id).where(Escalation.about_id == contact_id, Escalation.reason == "abuse").limit(1)
    return "abuse" if tx.scalars(ended).first() is not None else None
