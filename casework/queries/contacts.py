"""Finding contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from casework.tables import Consent, Contact, Duty, Escalation
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts to list, among those `within` reach; None does not ask."""

    within: ColumnElement[bool]
    owner_id: UUID | None = None
    state: str | None = None
    outcome_class: str | None = None
    before: datetime | None = None
    limit: int = 50


def contact(tx: Session, contact_id: UUID) -> Contact:
    """Give a contact; raises NotFound."""
    found = tx.get(Contact, contact_id)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def lock_contact(tx: Session, contact_id: UUID) -> Contact:
    """Lock a contact until this transaction ends; raises NotFound."""
    found = tx.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def contacts(tx: Session, wanted: ContactFilter) -> Sequence[Contact]:
    """List contacts, newest first."""
    rules: list[ColumnElement[bool]] = [wanted.within]
    if wanted.owner_id is not None:
        rules.append(Contact.owner_id == wanted.owner_id)
    if wanted.state is not None:
        rules.append(Contact.state == wanted.state)
    if wanted.outcome_class is not None:
        rules.append(Contact.outcome_class == wanted.outcome_class)
    if wanted.before is not None:
        rules.append(Contact.opened_at < wanted.before)
    newest = select(Contact).where(*rules).order_by(Contact.opened_at.desc(), Contact.id).limit(wanted.limit)
    return tx.scalars(newest).all()


def earlier_calls(tx: Session, contact: Contact) -> tuple[int, datetime | None]:
    """Count this caller's earlier contacts and give the time of the latest; a withheld number has none."""
    if contact.caller_fingerprint is None:
        return 0, None
    same = (
        Contact.caller_fingerprint == contact.caller_fingerprint,
        Contact.opened_at < contact.opened_at,
        Contact.id.is_distinct_from(contact.continues_id),
    )
    # A call of ours that nobody answered was no call of theirs.
    theirs = or_(Contact.channel != "callback", Contact.answered_at.is_not(None))
    row = tx.execute(select(func.count(), func.max(Contact.opened_at)).where(*same, theirs)).one()
    return row[0], row[1]


class Standing(NamedTuple):
    """How a contact stands when it is finalized."""

    may_be_known: bool
    """Whoever called may be written down by name: until they refuse it, or take it back."""
    escalated: bool
    owed: bool
    """The caller is owed a call-back."""
    put_off: bool
    """Its record was to be finished later."""


def standing(tx: Session, contact: Contact) -> Standing:
    """Tell how a contact stands that is locked, with its caller."""
    about = (Escalation.about_kind == "contact", Escalation.about_id == contact.id, Escalation.state != "resolved")
    theirs = (
        Duty.kind == "callback", Duty.caller_fingerprint == contact.caller_fingerprint, Duty.ended_at.is_(None),
    )  # fmt: skip
    record = (Duty.kind == "record", Duty.contact_id == contact.id, Duty.ended_at.is_(None))
    said = (Consent.contact_id.in_(line_of(tx, contact)), Consent.purpose == "collection")
    given = select(and_(Consent.answer == "given", Consent.withdrawn_at.is_(None))).where(*said)
    newest = given.order_by(Consent.at.desc(), Consent.id.desc()).limit(1).scalar_subquery()
    open_ones = (exists().where(*rules) for rules in (about, theirs, record))
    known, escalated, owed, put_off = tx.execute(select(newest, *open_ones)).one()
    return Standing(known is not False, escalated, owed, put_off)


def line_of(tx: Session, contact: Contact) -> list[UUID]:
    """List a contact and those before it, from which the conversation was handed on."""
    ids = [contact.id]
    while contact.continues_id is not None:
        contact = tx.get_one(Contact, contact.continues_id)
        ids.append(contact.id)
    return ids


def owed_by_call(tx: Session, contact: Contact, callback_duty_id: UUID) -> bool:
    """Tell whether a call-back is owed by the very call of a contact, also by what the conversation went on as."""
    same_call = or_(Contact.id == contact.id, Contact.provider_ref == contact.provider_ref)
    owing = select(Contact.id).where(Contact.callback_duty_id == callback_duty_id, same_call)
    return tx.scalars(owing.limit(1)).first() is not None


def lock_unanswered(tx: Session, callback_duty_id: UUID) -> Sequence[Contact]:
    """Lock the contacts that wait for this call-back and that nobody owns."""
    waiting = (Contact.callback_duty_id == callback_duty_id, Contact.state == "open", Contact.ended_at.is_not(None))
    return tx.scalars(select(Contact).where(*waiting).order_by(Contact.id).with_for_update()).all()
