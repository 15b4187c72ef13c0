"""Casework's API."""

from fastapi import APIRouter

from casework.routes import (
    cases,
    consents,
    contacts,
    dispatches,
    duties,
    flags,
    oversight,
    partner,
    people,
    privacy,
    visits,
)

_PEOPLE = (contacts, consents, flags, people, privacy)
PARTS = tuple(part.router for part in (*_PEOPLE, cases, duties, visits, dispatches, partner, oversight))
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
