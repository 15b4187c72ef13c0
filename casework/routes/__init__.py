"""Casework's API."""

from fastapi import APIRouter

from casework.routes import cases, contacts, dispatches, duties, flags, oversight, partner, people, visits

PARTS = tuple(part.router for part in (contacts, flags, people, cases, duties, visits, dispatches, partner, oversight))
router = APIRouter(prefix="/api")
for part in PARTS:
    router.include_router(part)

__all__ = ["PARTS", "router"]
