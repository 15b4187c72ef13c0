"""Whose a caller is already: the counselor of their open case."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import contacts, people


def counselor_of(tx: Session, contact_id: UUID) -> UUID | None:
    """Give whose case the caller of a contact has open, by their number; None where nobody's, or it is withheld."""
    caller = contacts.contact(tx, contact_id).caller_fingerprint
    return people.counselor_of(tx, caller) if caller else None
