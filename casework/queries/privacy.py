"""Consents, requests, holds, breaches and what was destroyed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.policy.states import VISIT
from casework.queries.contacts import line_of
from casework.tables import (
    Breach,
    Case,
    Consent,
    Contact,
    Destruction,
    Duty,
    LegalHold,
    PrivacyRequest,
    Visit,
    Voicemail,
)
from core.db import Base
from core.errors import NotFound

Row = TypeVar("Row", bound=Base)


def lock(tx: Session, table: type[Row], key: UUID) -> Row:
    """Lock one row of these tables; raises NotFound."""
    found = tx.get(table, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("그런 기록이 없습니다. There is no such record.")
    return found


def consents(tx: Session, contact_id: UUID) -> Sequence[Consent]:
    """List a contact's consents, newest first."""
    own = select(Consent).where(Consent.contact_id == contact_id)
    return tx.scalars(own.order_by(Consent.at.desc(), Consent.id.desc())).all()


def consents_of(tx: Session, records: set[UUID]) -> Sequence[Consent]:
    """List the consents on every contact about a person, newest first."""
    theirs = select(Consent).join(Contact, Contact.id == Consent.contact_id)
    own = theirs.where(Contact.subject_person_id.in_(records))
    return tx.scalars(own.order_by(Consent.at.desc(), Consent.id.desc())).all()


def newest_consents(tx: Session, contact: Contact) -> dict[str, Consent]:
    """Give the newest answer for each purpose, also from before the conversation was handed on."""
    said = select(Consent).where(Consent.contact_id.in_(line_of(tx, contact))).order_by(Consent.at, Consent.id)
    return {consent.purpose: consent for consent in tx.scalars(said)}


def lock_duties_of(tx: Session, contact: Contact, records: set[UUID], kind: str) -> Sequence[Duty]:
    """Lock the duties of a kind that are still owed to a person, or on this contact."""
    cases = select(Case.id).where(Case.subject_person_id.in_(records))
    whose = or_(Duty.contact_id == contact.id, Duty.case_id.in_(cases))
    owed = select(Duty).where(Duty.kind == kind, Duty.ended_at.is_(None), whose)
    return tx.scalars(owed.order_by(Duty.id).with_for_update()).all()


def lock_visits_by_consent(tx: Session, records: set[UUID]) -> Sequence[Visit]:
    """Lock the visits to a person that go by their consent and can still be canceled."""
    stoppable = [state for state, targets in VISIT.moves.items() if "canceled" in targets]
    theirs = select(Visit).where(Visit.person_id.in_(records), Visit.consent == "given", Visit.state.in_(stoppable))
    return tx.scalars(theirs.order_by(Visit.id).with_for_update()).all()


def voicemails_of(tx: Session, contact_id: UUID) -> Sequence[Voicemail]:
    """List a contact's recordings that are still there."""
    return tx.scalars(select(Voicemail).where(Voicemail.contact_id == contact_id, Voicemail.erased_at.is_(None))).all()


def requests(tx: Session, *, open_only: bool, limit: int) -> Sequence[PrivacyRequest]:
    """List what people demand, the most pressing first."""
    rules = [PrivacyRequest.state == "received"] if open_only else []
    return tx.scalars(select(PrivacyRequest).where(*rules).order_by(PrivacyRequest.due_at).limit(limit)).all()


def open_request(tx: Session, records: set[UUID], kind: str) -> PrivacyRequest | None:
    """Give a person's demand of a kind that is not answered yet."""
    theirs = (PrivacyRequest.person_id.in_(records), PrivacyRequest.kind == kind, PrivacyRequest.state == "received")
    return tx.scalars(select(PrivacyRequest).where(*theirs).limit(1)).first()


def holds(tx: Session, records: set[UUID], *, at: datetime) -> Sequence[LegalHold]:
    """List what keeps a person's data past their time now."""
    standing = (LegalHold.lifted_at.is_(None), or_(LegalHold.until.is_(None), LegalHold.until > at))
    return tx.scalars(select(LegalHold).where(LegalHold.person_id.in_(records), *standing)).all()


def held_people(tx: Session, *, at: datetime) -> Sequence[UUID]:
    """List everybody whose data are held now."""
    standing = (LegalHold.lifted_at.is_(None), or_(LegalHold.until.is_(None), LegalHold.until > at))
    return tx.scalars(select(LegalHold.person_id).where(*standing).distinct()).all()


def heard_since(tx: Session, records: set[UUID], since: datetime) -> bool:
    """Tell whether anything was heard of a person since, or a case of theirs was open, by any record."""
    theirs = or_(Contact.subject_person_id.in_(records), Contact.reporter_person_id.in_(records))
    heard = select(Contact.id).where(theirs, Contact.opened_at >= since).limit(1)
    late = or_(Case.closed_at.is_(None), Case.closed_at >= since)
    cases = select(Case.id).where(Case.subject_person_id.in_(records), late).limit(1)
    return tx.scalar(heard) is not None or tx.scalar(cases) is not None


def breaches(tx: Session, *, limit: int) -> Sequence[Breach]:
    """List breaches, newest first."""
    return tx.scalars(select(Breach).order_by(Breach.found_at.desc(), Breach.id).limit(limit)).all()


def destructions(tx: Session, *, limit: int) -> Sequence[Destruction]:
    """List what was destroyed, newest first."""
    return tx.scalars(select(Destruction).order_by(Destruction.at.desc(), Destruction.id).limit(limit)).all()
