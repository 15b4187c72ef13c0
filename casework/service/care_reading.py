"""Putting together what a reader of plans, companion calls and welfare checks sees."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import care_views as views
from casework.config import Means
from casework.queries import care as queries
from casework.queries import companions as companion_queries
from casework.queries import contacts, people
from casework.queries.cases import subjects
from casework.service import safety_plans
from casework.service.at_the_desk import Known
from casework.service.care_plans import words_of
from casework.service.companions import agreed_of
from casework.service.reading import person_masked
from casework.service.safety_plans import Shown
from casework.tables import CarePlan, CompanionRhythm, Duty, WelfareCheck
from core.access_log import Seen, looked
from core.security import Vault, mask
from core.staff import Actor


def care_plan_whole(tx: Session, plan: CarePlan, actor: Actor, vault: Vault, *, at: datetime) -> views.CarePlanDetail:
    """Give a care plan with its newest words and who wrote each version; the look is logged."""
    looked(tx, actor, Seen("care_plan", [plan.id], [plan.person_id]), at=at)
    words = words_of(tx, plan, plan.version, vault).model_dump(mode="json")
    versions = [views.WrittenOut.model_validate(each) for each in queries.plan_versions(tx, plan.id)]
    return views.CarePlanDetail(**views.CarePlanOut.model_validate(plan).model_dump(), words=words, versions=versions)


def safety_plan_masked(
    tx: Session, person_id: UUID, actor: Actor, vault: Vault, *, at: datetime
) -> views.SafetyPlanOut:
    """Give a person's safety plan, masked; the look is logged. Raises NotFound without one."""
    shown = safety_plans.read(tx, person_id, vault=vault, clear=False)
    looked(tx, actor, safety_plans.seen(shown), at=at)
    return safety_plan(shown)


def safety_plan(shown: Shown) -> views.SafetyPlanOut:
    """Give a safety plan as it is to be shown."""
    words = shown.words.model_dump(mode="json")
    return views.SafetyPlanOut(version=shown.version, written_at=shown.written_at, words=words)


def known_plans(known: Known, vault: Vault) -> views.KnownPlans:
    """Give somebody with the caller's number, masked, and what was agreed with them."""
    care = None
    if known.care is not None:
        plan, words = known.care
        care = views.HoldingPlan(id=plan.id, version=plan.holds or plan.version, words=words.model_dump(mode="json"))
    safety = safety_plan(known.safety) if known.safety is not None else None
    return views.KnownPlans(person=person_masked(known.person, vault), care_plan=care, safety_plan=safety)


def frequent(tx: Session, actor: Actor, *, means: Means, at: datetime, limit: int) -> list[views.FrequentOut]:
    """List who called often of late, masked, with the plans there are already; the look is logged."""
    care = means.config.care
    found = queries.frequent(tx, at - care.frequent_within, care.frequent_contacts, limit)
    listed = [_frequent(tx, one, means.vault, at) for one in found]
    known = [person.id for one in listed for person in one.known]
    looked(tx, actor, Seen("contact", [one.contact_id for one in listed], known), action="list", at=at)
    return listed


def _frequent(tx: Session, found: queries.Frequent, vault: Vault, at: datetime) -> views.FrequentOut:
    sealed = contacts.contact(tx, found.contact_id).caller_cipher
    return views.FrequentOut(
        caller=mask(vault.open(sealed)) if sealed else None,
        contacts=found.contacts,
        last_at=found.last_at,
        contact_id=found.contact_id,
        known=[person_masked(person, vault) for person in people.people_with(tx, found.fingerprint)],
        care_plan_ids=[plan.id for plan in queries.holding_care_plans(tx, found.fingerprint, at)],
    )


def rhythms_listed(
    tx: Session, found: Sequence[CompanionRhythm], actor: Actor, vault: Vault, *, at: datetime
) -> list[views.RhythmOut]:
    """Give rhythms with the words about them; that somebody looked at them is written down."""
    looked(tx, actor, _rhythms_seen(tx, found), action="list", at=at)
    return [_rhythm(row, vault) for row in found]


def _rhythms_seen(tx: Session, found: Sequence[CompanionRhythm]) -> Seen:
    people = subjects(tx, {row.case_id for row in found})
    return Seen("companion", [row.id for row in found], people)


def _rhythm(row: CompanionRhythm, vault: Vault) -> views.RhythmOut:
    names = ("id", "case_id", "state", "misses", "version")
    words = vault.open(row.words_cipher) if row.words_cipher else None
    return views.RhythmOut.model_validate(
        {**{name: getattr(row, name) for name in names}, **agreed_of(row), "words": words}
    )


def rhythm_whole(tx: Session, row: CompanionRhythm, actor: Actor, vault: Vault, *, at: datetime) -> views.RhythmDetail:
    """Give a rhythm with its calls; the look is logged."""
    looked(tx, actor, _rhythms_seen(tx, [row]), at=at)
    calls = [views.CompanionCallOut.model_validate(call) for call in companion_queries.calls(tx, row.id)]
    return views.RhythmDetail(**_rhythm(row, vault).model_dump(), calls=calls)


def check_whole(
    tx: Session, check: WelfareCheck, actor: Actor, vault: Vault, *, at: datetime
) -> views.WelfareCheckDetail:
    """Give a welfare check with its reason, its end and its deadline; the look is logged."""
    looked(tx, actor, Seen("welfare", [check.id], subjects(tx, {check.case_id})), at=at)
    duty = tx.get_one(Duty, check.duty_id)
    why = vault.open(check.ended_why_cipher) if check.ended_why_cipher else None
    whole = views.WelfareCheckOut.model_validate(check).model_dump()
    reason = vault.open(check.reason_cipher)
    return views.WelfareCheckDetail(**whole, reason=reason, ended_why=why, due_at=duty.due_at, attempts=duty.attempts)
