"""Casework's API."""

from fastapi import APIRouter

from casework.routes import (
    access,
    care_plans,
    cases,
    companions,
    consents,
    contacts,
    dispatches,
    duties,
    flags,
    oversight,
    partner,
    people,
    photos,
    privacy,
    referrals,
    reports,
    safety_plans,
    screenings,
    visits,
    welfare_checks,
)

_PEOPLE = (contacts, consents, flags, people, privacy, care_plans, safety_plans)
_OWED = (cases, screenings, referrals, companions, welfare_checks, duties)
_FIELD = (visits, photos, dispatches, partner)
PARTS = tuple(part.router for part in (*_PEOPLE, *_OWED, *_FIELD, oversight, access, reports))
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
