"""Fixtures of the queue's tests."""

from datetime import datetime

import pytest
from redis import Redis

from core.db import Sessions
from tests.routing.desk import Desk


@pytest.fixture
def desk(sessions: Sessions, redis: Redis, at: datetime) -> Desk:
    """Give an empty helpline."""
    return Desk(sessions, redis, at)
