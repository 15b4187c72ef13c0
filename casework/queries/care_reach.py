"""Whose plans, companion calls and welfare checks a permission reaches, compiled into SQL on top of `reach`."""

from uuid import UUID

from sqlalchemy import any_, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from casework.queries.reach import Rule, cases, contacts
from casework.tables import CarePlan, Case, CompanionRhythm, Contact, Identifier, PlanVersion, WelfareCheck
from core.staff import Actor


def people(actor: Actor, permission: str, person: InstrumentedAttribute[UUID]) -> Rule:
    """Reach who is the subject of a case or a contact that one reaches, and who may be its caller.

    For a list; `person_reach` asks the same of one person by all their records.
    """
    if _everything(actor, permission):
        return true()
    # Asked of each person through an index, not from the list of all that one reaches.
    of_case = select(Case.id).where(Case.subject_person_id == person, cases(actor, permission))
    of_contact = select(Contact.id).where(Contact.subject_person_id == person, contacts(actor, permission))
    # Once the form is finalized it says whom the call was about; who reported them is hidden (`sources.shielded`).
    calling = (
        select(Contact.id)
        .join(Identifier, Identifier.fingerprint == Contact.caller_fingerprint)
        .where(Identifier.person_id == person, Contact.finalized_at.is_(None), contacts(actor, permission))
    )
    return or_(of_case.exists(), of_contact.exists(), calling.exists())


def care_plans(actor: Actor, permission: str) -> Rule:
    """Reach the plans of the people one reaches, those one has written on, and those that name one as preferred."""
    wrote = select(PlanVersion.plan_id).where(PlanVersion.plan_id == CarePlan.id, PlanVersion.written_by == actor.id)
    preferred = literal(actor.id) == any_(CarePlan.preferred)
    return or_(people(actor, permission, CarePlan.person_id), preferred, wrote.exists())


def rhythms(actor: Actor, permission: str) -> Rule:
    """Reach the calls that one makes or agreed on, and those of the cases one reaches."""
    if _everything(actor, permission):
        return true()
    of_case = CompanionRhythm.case_id.in_(select(Case.id).where(cases(actor, permission)))
    return or_(CompanionRhythm.companion_id == actor.id, CompanionRhythm.created_by == actor.id, of_case)


def checks(actor: Actor, permission: str) -> Rule:
    """Reach the welfare checks that one asked for, and those of the cases one reaches."""
    if _everything(actor, permission):
        return true()
    of_case = WelfareCheck.case_id.in_(select(Case.id).where(cases(actor, permission)))
    return or_(WelfareCheck.requested_by == actor.id, of_case)


def _everything(actor: Actor, permission: str) -> bool:
    return any(held.scope == "all" for held in actor.reach(permission))
