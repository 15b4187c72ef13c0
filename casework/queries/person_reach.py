"""Which people a permission reaches, by all their records, on top of what it reaches of contacts and cases."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.queries.reach import cases, contacts
from casework.tables import Case, Contact, Identifier
from core.staff import Actor


def reaches_person(tx: Session, records: set[UUID], actor: Actor, permission: str) -> bool:
    """Tell whether somebody with these records is the subject of a case or a contact within reach, or its caller.

    Who reported somebody else is out of reach by it once the report is finalized (`sources.shielded`).
    """
    if any(held.scope == "all" for held in actor.reach(permission)):
        return True
    theirs = Contact.subject_person_id.in_(records)
    numbers = select(Identifier.fingerprint).where(Identifier.person_id.in_(records))
    calling = Contact.finalized_at.is_(None) & Contact.caller_fingerprint.in_(numbers)
    of_contact = select(Contact.id).where(or_(theirs, calling), contacts(actor, permission))
    of_case = select(Case.id).where(Case.subject_person_id.in_(records), cases(actor, permission))
    return bool(tx.scalar(select(or_(of_contact.exists(), of_case.exists()))))
