"""Whose contact this is, and who else may see or change it."""

from sqlalchemy.orm import Session

from casework.queries import contacts as queries
from casework.tables import Contact, Visit
from core.errors import Forbidden, NotFound
from core.staff import Actor


def require_reader(tx: Session, contact: Contact, actor: Actor) -> None:
    """Let its owner, a supervisor, whoever owes something on it, or anybody while it has no owner; else Forbidden."""
    free = contact.owner_id in {None, actor.id} or actor.may("contact.all")
    if not free and not queries.owes_on(tx, contact, actor.id):
        raise Forbidden("This contact is somebody else's. Its owner or a supervisor may see it.")


def require_writer(contact: Contact, actor: Actor) -> None:
    """Let its owner or a supervisor; else Forbidden."""
    if contact.owner_id != actor.id and not actor.may("contact.all"):
        raise Forbidden("This contact is not yours. Its owner or a supervisor may change it.")


def require_in_district(visit: Visit, actor: Actor) -> None:
    """Let a field team see its own district's visits only; others do not exist for it."""
    if actor.role == "field" and actor.district not in {None, visit.district}:
        raise NotFound("There is no such visit.")
