"""The one RQ job, and the process that works on it."""

from functools import cache
from uuid import UUID

from redis import Redis
from rq import Queue, SimpleWorker

from app.handlers import handlers
from app.settings import load
from app.world import World, clock
from core import delivery

QUEUE = "goodbye120-work"
JOB = "app.jobs.deliver"
WORKER_TTL, MAINTENANCE, MONITORING = 30, 10, 5
"""Seconds; small, though nothing depends on them: what a killed worker held is rung again by the relay."""


@cache
def world() -> World:
    """Give this worker process's world."""
    return World(load(), pool=2)


def deliver(*message_ids: str) -> list[str]:
    """Deliver outbox messages, one after the other."""
    here = world()
    return delivery.deliver_all(here.sessions, handlers(here), [UUID(name) for name in message_ids], clock)


def blocking_redis(url: str) -> Redis:
    """Open Redis for a worker, whose reads block longer than the library's own time-out."""
    return Redis.from_url(url, socket_timeout=None, socket_connect_timeout=2)


def work() -> None:
    """Work on the queue until told to stop. One queue only: on several, RQ's pop can lose a job."""
    here = world()
    handlers(here)
    connection = blocking_redis(here.settings.redis_url)
    worker = SimpleWorker(
        [Queue(QUEUE, connection=connection)],
        connection=connection,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE,
        job_monitoring_interval=MONITORING,
    )
    worker.work(logging_level="WARNING")
