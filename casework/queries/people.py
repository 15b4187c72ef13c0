"""Finding people by what is sealed."""

import zlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from casework.tables import Case, Identifier, Person


def lock_caller(tx: Session, fingerprint: str) -> None:
    """Let only one transaction at a time decide who this caller is and what they are owed."""
    tx.execute(text("select pg_advisory_xact_lock(120, :key)"), {"key": zlib.crc32(fingerprint.encode()) - 2**31})


def people_with(tx: Session, fingerprint: str) -> Sequence[Person]:
    """List the people with this number, the longest known first."""
    known = select(Person).join(Identifier, Identifier.person_id == Person.id)
    return tx.scalars(known.where(Identifier.fingerprint == fingerprint).order_by(Person.created_at, Person.id)).all()


def counselor_of(tx: Session, fingerprint: str) -> UUID | None:
    """Give whose case somebody with this number has open, the newest of several; None where nobody's."""
    own = select(Case.owner_id).join(Identifier, Identifier.person_id == Case.subject_person_id)
    open_ones = own.where(Identifier.fingerprint == fingerprint, Case.owner_id.is_not(None), Case.closed_at.is_(None))
    return tx.scalars(open_ones.order_by(Case.opened_at.desc(), Case.id).limit(1)).one_or_none()


def people(tx: Session, ids: set[UUID]) -> dict[UUID, Person]:
    """Give these people by id."""
    return {person.id: person for person in tx.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def identifiers(tx: Session, person_id: UUID) -> Sequence[Identifier]:
    """List a person's numbers, oldest first."""
    own = select(Identifier).where(Identifier.person_id == person_id).order_by(Identifier.created_at, Identifier.id)
    return tx.scalars(own).all()
