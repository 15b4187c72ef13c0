"""Casework's API."""

from fastapi import APIRouter

from casework.routes import access, cases, contacts, dispatches, duties, flags, oversight, partner, photos, visits

ROOMS = (contacts, flags, cases, duties, visits, photos, dispatches, partner, oversight, access)
PARTS = tuple(part.router for part in ROOMS)
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
