"""Who may see or change what: outside of one's reach a thing does not exist, inside of it one may still only look."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import care_reach, people, reach
from casework.queries.person_reach import reaches_person
from casework.tables import CarePlan, Case, CompanionRhythm, Contact, Dispatch, Referral, Visit, WelfareCheck
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


def require_person(tx: Session, person_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches any record of them by; for others there is no such person (NotFound)."""
    root = people.root_of(tx, people.person(tx, person_id))
    if not reaches_person(tx, people.records_of(tx, root.id), actor, permission):
        raise NotFound(people.NO_SUCH_PERSON)


def require_care_plan(tx: Session, plan_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such care plan (NotFound)."""
    _require(tx, CarePlan, plan_id, care_reach.care_plans(actor, permission))


def require_rhythm(tx: Session, rhythm_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such rhythm (NotFound)."""
    _require(tx, CompanionRhythm, rhythm_id, care_reach.rhythms(actor, permission))


def require_check(tx: Session, check_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such welfare check (NotFound)."""
    _require(tx, WelfareCheck, check_id, care_reach.checks(actor, permission))


def _require(tx: Session, table: reach.Reached, key: UUID, rule: reach.Rule) -> None:
    if not reach.reaches(tx, table, key, rule):
        name = table.__tablename__.removeprefix("casework_").replace("_", " ")
        raise NotFound(f"There is no such {name}.")
