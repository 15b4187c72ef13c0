"""Casework's API."""

from fastapi import APIRouter

from casework.routes import cases, contacts, dispatches, duties, flags, oversight, partner, photos, visits

PARTS = tuple(part.router for part in (contacts, flags, cases, duties, visits, photos, dispatches, partner, oversight))
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
