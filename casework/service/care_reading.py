"""Putting together what a reader of plans, companion calls and welfare checks sees."""

from datetime import datetime

from sqlalchemy.orm import Session

from casework import care_views as views
from casework.config import Means
from casework.queries import care as queries
from casework.queries import companions as companion_queries
from casework.queries import contacts, people
from casework.service.at_the_desk import Known
from casework.service.care_plans import words_of
from casework.service.companions import agreed_of
from casework.service.reading import person_masked
from casework.service.safety_plans import Shown
from casework.tables import CarePlan, CompanionRhythm, Duty, WelfareCheck
from core.security import Vault, mask


def care_plan_whole(tx: Session, plan: CarePlan, vault: Vault) -> views.CarePlanDetail:
    """Give a care plan with its newest words and who wrote each version."""
    words = words_of(tx, plan, plan.version, vault).model_dump(mode="json")
    versions = [views.WrittenOut.model_validate(each) for each in queries.plan_versions(tx, plan.id)]
    return views.CarePlanDetail(**views.CarePlanOut.model_validate(plan).model_dump(), words=words, versions=versions)


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


def frequent(tx: Session, *, means: Means, at: datetime, limit: int) -> list[views.FrequentOut]:
    """List who called often within the configured days, masked, with the plans there are already."""
    care = means.config.care
    return [
        _frequent(tx, found, means.vault, at)
        for found in queries.frequent(tx, at - care.frequent_within, care.frequent_contacts, limit)
    ]


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


def rhythm(row: CompanionRhythm, vault: Vault) -> views.RhythmOut:
    """Give a rhythm with the words about it."""
    names = ("id", "case_id", "state", "misses", "version")
    words = vault.open(row.words_cipher) if row.words_cipher else None
    return views.RhythmOut.model_validate(
        {**{name: getattr(row, name) for name in names}, **agreed_of(row), "words": words}
    )


def rhythm_whole(tx: Session, row: CompanionRhythm, vault: Vault) -> views.RhythmDetail:
    """Give a rhythm with its calls."""
    calls = [views.CompanionCallOut.model_validate(call) for call in companion_queries.calls(tx, row.id)]
    return views.RhythmDetail(**rhythm(row, vault).model_dump(), calls=calls)


def check_whole(tx: Session, check: WelfareCheck, vault: Vault) -> views.WelfareCheckDetail:
    """Give a welfare check with its reason, its end and its deadline."""
    duty = tx.get_one(Duty, check.duty_id)
    why = vault.open(check.ended_why_cipher) if check.ended_why_cipher else None
    whole = views.WelfareCheckOut.model_validate(check).model_dump()
    reason = vault.open(check.reason_cipher)
    return views.WelfareCheckDetail(**whole, reason=reason, ended_why=why, due_at=duty.due_at, attempts=duty.attempts)
