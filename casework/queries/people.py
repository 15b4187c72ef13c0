"""Finding people by what is sealed."""

import zlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from casework.tables import Identifier, Person

_HELD = "people.held"
"""Which callers a session's transaction has locked."""


def lock_caller(tx: Session, fingerprint: str) -> None:
    """Let only one transaction at a time decide who this caller is and what they are owed; held already, it stays."""
    transaction, held = tx.info.get(_HELD, (None, set()))
    if transaction is not tx.get_transaction():
        held = set()
    if fingerprint in held:
        return
    tx.execute(text("select pg_advisory_xact_lock(120, :key)"), {"key": zlib.crc32(fingerprint.encode()) - 2**31})
    tx.info[_HELD] = tx.get_transaction(), held | {fingerprint}


def lock_people_with(tx: Session, fingerprint: str) -> Sequence[Person]:
    """Lock the people with this number, the longest known first."""
    known = select(Person).join(Identifier, Identifier.person_id == Person.id)
    chosen = known.where(Identifier.fingerprint == fingerprint).order_by(Person.created_at, Person.id)
    fresh = chosen.with_for_update(of=Person).execution_options(populate_existing=True)
    return tx.scalars(fresh).all()


def people_with(tx: Session, fingerprint: str) -> Sequence[Person]:
    """List the people with this number, the longest known first."""
    known = select(Person).join(Identifier, Identifier.person_id == Person.id)
    return tx.scalars(known.where(Identifier.fingerprint == fingerprint).order_by(Person.created_at, Person.id)).all()


def people(tx: Session, ids: set[UUID]) -> dict[UUID, Person]:
    """Give these people by id."""
    return {person.id: person for person in tx.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def identifiers(tx: Session, person_id: UUID) -> Sequence[Identifier]:
    """List a person's numbers, oldest first."""
    own = select(Identifier).where(Identifier.person_id == person_id).order_by(Identifier.created_at, Identifier.id)
    return tx.scalars(own).all()
