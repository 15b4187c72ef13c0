"""Casework's API."""

from fastapi import APIRouter

from casework.routes import (
    cases,
    contacts,
    dispatches,
    duties,
    flags,
    oversight,
    partner,
    referrals,
    screenings,
    visits,
)

PARTS = tuple(
    part.router
    for part in (contacts, flags, cases, duties, visits, dispatches, partner, oversight, screenings, referrals)
)
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
