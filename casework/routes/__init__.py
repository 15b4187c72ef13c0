"""Casework's API."""

from fastapi import APIRouter

from casework.routes import (
    access,
    care_plans,
    cases,
    companions,
    contacts,
    dispatches,
    duties,
    flags,
    oversight,
    partner,
    photos,
    safety_plans,
    visits,
    welfare_checks,
)

ROOMS = (
    contacts, flags, care_plans, safety_plans, cases, companions, welfare_checks, duties, visits, photos, dispatches,
    partner, oversight, access,
)  # fmt: skip
PARTS = tuple(part.router for part in ROOMS)
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
