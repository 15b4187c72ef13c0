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
    photos,
    privacy,
    visits,
)

_PEOPLE = (contacts, consents, flags, people, privacy)
_FIELD = (visits, photos, dispatches, partner)
PARTS = tuple(part.router for part in (*_PEOPLE, cases, duties, *_FIELD, oversight))
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
