"""The calls' routes, none of which decides anything."""

from fastapi import APIRouter

from ivr.routes import calls, supervision, transfers

router = APIRouter(prefix="/api/calls", tags=["calls"])
for part in (calls, transfers, supervision):
    router.include_router(part.router)

__all__ = ["router"]
