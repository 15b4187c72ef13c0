"""The queue's API: a counselor's desk, and a supervisor's view."""

from fastapi import APIRouter

from routing.routes import desk, history, plan, pulse, skills, watch

router = APIRouter()
router.include_router(desk.router)
router.include_router(pulse.router)
router.include_router(watch.router)
router.include_router(history.router)
router.include_router(plan.router)
router.include_router(skills.router)

__all__ = ["router"]
