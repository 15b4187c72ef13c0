"""Safety plans: written together with the person, in versions, and read by whoever talks with them in danger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Means
from casework.plans import SafetyWords
from casework.queries import care as queries
from casework.queries.people import lock_person
from casework.service.reveals import revealed
from casework.service.versions import Edit, add_version, require_current
from casework.tables import SafetyPlan
from core import audit
from core.access_log import Seen
from core.errors import NotFound, Stale
from core.ids import named_id
from core.security import Vault, mask, mask_name
from core.staff import Actor


def write(
    tx: Session, person_id: UUID, new: Edit[SafetyWords], actor: Actor, *, means: Means, at: datetime
) -> SafetyPlan:
    """Write a person's safety plan, the first at version 0; raises Stale with both where it was changed meanwhile."""
    lock_person(tx, person_id)
    plan = queries.safety_plan(tx, person_id)
    if plan is None:
        if new.version != 0:
            raise Stale("이 분의 안전 계획은 아직 없습니다. There is no safety plan yet: send version 0.", version=0)
        plan = SafetyPlan(id=named_id("safety plan", str(person_id)), person_id=person_id, version=1)
        tx.add(plan)
        tx.flush()
    else:
        require_current(tx, plan, new, means.vault)
        plan.version += 1
    add_version(tx, plan, new.words, actor.id, vault=means.vault, at=at)
    audit.record(tx, actor.id, "safety_plan.write", ("person", person_id), at=at, version=plan.version)
    return plan


@dataclass(frozen=True, slots=True)
class Shown:
    """A safety plan at one version, and whose it is."""

    id: UUID
    person_id: UUID
    version: int
    written_at: datetime
    words: SafetyWords


def read(tx: Session, person_id: UUID, *, vault: Vault, clear: bool) -> Shown:
    """Give a person's safety plan, names and telephones masked unless `clear`; raises NotFound without one."""
    plan = queries.safety_plan(tx, person_id)
    if plan is None:
        raise NotFound("이 분의 안전 계획은 없습니다. This person has no safety plan.")
    kept = queries.plan_version(tx, plan.id, plan.version)
    words = SafetyWords.model_validate_json(vault.open(kept.words_cipher))
    return Shown(plan.id, person_id, plan.version, kept.written_at, words if clear else masked(words))


def masked(words: SafetyWords) -> SafetyWords:
    """Hide who is named: what is left tells the steps, not the people."""
    people = [
        each.model_copy(update={"name": mask_name(each.name), "phone": mask(each.phone) if each.phone else None})
        for each in words.people
    ]
    professionals = [
        each.model_copy(update={"name": mask_name(each.name), "phone": mask(each.phone)})
        for each in words.professionals
    ]
    return words.model_copy(update={"people": people, "professionals": professionals})


def reveal(tx: Session, person_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> Shown:
    """Give a person's safety plan in clear, and write down who looked and why; raises NotFound without one."""
    shown = read(tx, person_id, vault=vault, clear=True)
    revealed(tx, actor, seen(shown), reason, at=at)
    return shown


def seen(shown: Shown) -> Seen:
    """Tell whose data a safety plan shows."""
    return Seen("safety_plan", [shown.id], [shown.person_id])
