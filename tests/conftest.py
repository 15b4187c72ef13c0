"""What every test may ask for: real servers, one clock reading, a signed-in client."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from redis import Redis
from sqlalchemy.orm import Session

from core import db
from core.security import Vault
from tests.house import House, open_house
from tests.services import *  # noqa: F403 - fixtures are found by name

# These machines are shared: how long one example takes says nothing about the code.
hypothesis.register_profile(
    "shared", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
hypothesis.load_profile("shared")


@pytest.fixture
def at() -> datetime:
    """Give one fixed moment: a Tuesday night in Seoul."""
    return datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture
def vault() -> Vault:
    return Vault({"t1": b"k" * 32}, b"f" * 32)


@pytest.fixture
def sessions(clean_database: str) -> Iterator[db.Sessions]:
    """Sessions on this worker's real database, every table empty."""
    engine = db.connect(clean_database, pool=20)
    yield db.sessions(engine)
    engine.dispose()


@pytest.fixture
def tx(sessions: db.Sessions) -> Iterator[Session]:
    """One session; what the test does not commit is rolled back."""
    with sessions() as session:
        yield session


@pytest.fixture
def redis(clean_redis: str) -> Iterator["Redis"]:
    """This worker's real Redis, empty."""
    with Redis.from_url(clean_redis) as client:
        yield client


@pytest.fixture
def house(clean_database: str, clean_redis: str, tmp_path: Path) -> Iterator[House]:
    """The web service as it runs, without a relay: what was posted stays in the outbox."""
    with open_house(clean_database, clean_redis, tmp_path, relay=False) as opened:
        yield opened
