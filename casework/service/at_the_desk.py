"""What whoever answers is shown of what was agreed with the caller; it hints, and refuses nobody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.plans import CareWords
from casework.queries import care as queries
from casework.queries import contacts, people
from casework.service import safety_plans
from casework.service.access import require_reader
from casework.service.care_plans import words_of
from casework.service.reveals import revealed
from casework.service.sources import shielded
from casework.tables import CarePlan, Person
from core.access_log import Seen, looked
from core.security import Vault
from core.staff import Actor

_IN_DANGER = "위험한 통화 중 안전 계획 표시. Safety plan shown during a call in danger."


@dataclass(frozen=True, slots=True)
class CallerPlans:
    """Which plans there are for a caller, as hints, and whom they like to talk with, the first first."""

    hints: list[str]
    preferred: list[UUID]


def agreed_with_caller(tx: Session, contact_id: UUID, at: datetime) -> CallerPlans:
    """Tell what was agreed with a contact's caller; somebody in danger waits for nobody they prefer."""
    contact = contacts.contact(tx, contact_id)
    if contact.caller_fingerprint is None:
        return CallerPlans([], [])
    plans = queries.holding_care_plans(tx, contact.caller_fingerprint, at)
    known = {"care_plan": plans, "safety_plan": queries.has_safety_plan(tx, contact.caller_fingerprint)}
    preferred = dict.fromkeys(counselor for plan in plans for counselor in plan.preferred)
    return CallerPlans([hint for hint, found in known.items() if found], [] if contact.danger_at else list(preferred))


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with the caller's number, and what was agreed with them."""

    person: Person
    care: tuple[CarePlan, CareWords] | None
    safety: safety_plans.Shown | None


def plans_of_caller(tx: Session, contact_id: UUID, actor: Actor, *, vault: Vault, at: datetime) -> list[Known]:
    """List the plans of everybody with the caller's number who has one.

    In danger, whoever talks with the caller sees whom they may call, in clear. That somebody looked is written down;
    who reported somebody else stays hidden.
    """
    contact = contacts.contact(tx, contact_id)
    require_reader(tx, contact, actor, "plan.read")
    if contact.caller_fingerprint is None or shielded(contact):
        return []
    care = {plan.person_id: plan for plan in queries.holding_care_plans(tx, contact.caller_fingerprint, at)}
    clear = contact.danger_at is not None and contact.owner_id == actor.id
    found = []
    for person in people.people_with(tx, contact.caller_fingerprint):
        plan = care.get(person.id)
        agreed = (plan, words_of(tx, plan, plan.holds, vault)) if plan is not None and plan.holds is not None else None
        safety = None
        if queries.safety_plan(tx, person.id) is not None:
            safety = safety_plans.read(tx, person.id, vault=vault, clear=clear)
        if agreed or safety:
            found.append(Known(person, agreed, safety))
    if found:
        seen = Seen("contact", [contact.id], [known.person.id for known in found])
        if clear and any(known.safety for known in found):
            revealed(tx, actor, seen, _IN_DANGER, at=at)
        else:
            looked(tx, actor, seen, at=at)
    return found
