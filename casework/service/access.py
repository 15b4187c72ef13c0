"""Who may see or change what: outside of one's reach a thing does not exist, inside of it one may still only look."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import reach
from casework.tables import Case, Contact, Dispatch, Referral, Visit
from core.errors import Forbidden, NotFound
from core.staff import Actor


def require_reader(tx: Session, contact: Contact, actor: Actor, permission: str = "contact.read") -> None:
    """Let whoever the permission reaches it by; for others there is no such contact (NotFound)."""
    _require(tx, Contact, contact.id, reach.contacts(actor, permission))


def require_writer(tx: Session, contact: Contact, actor: Actor) -> None:
    """Let its owner or a supervisor; raises NotFound for who may not read it, Forbidden for others."""
    if contact.owner_id == actor.id and actor.may("contact.read"):
        # One's own is within every reach: the database need not be asked.
        return
    require_reader(tx, contact, actor)
    if contact.owner_id != actor.id and not actor.may("contact.all"):
        raise Forbidden("This contact is not yours. Its owner or a supervisor may change it.")


def require_case(tx: Session, case_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such case (NotFound)."""
    _require(tx, Case, case_id, reach.cases(actor, permission))


def require_visit(tx: Session, visit_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such visit (NotFound)."""
    _require(tx, Visit, visit_id, reach.visits(actor, permission))


def require_dispatch(tx: Session, dispatch_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such dispatch (NotFound)."""
    _require(tx, Dispatch, dispatch_id, reach.dispatches(actor, permission))


def require_referral(tx: Session, referral_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such referral (NotFound)."""
    _require(tx, Referral, referral_id, reach.referrals(actor, permission))


def _require(tx: Session, table: reach.Reached, key: UUID, rule: reach.Rule) -> None:
    if not reach.reaches(tx, table, key, rule):
        raise NotFound(f"There is no such {table.__name__.lower()}.")
