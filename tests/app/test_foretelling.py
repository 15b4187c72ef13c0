"""What the relay learns by, and the staffing plan on the command line."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from typer.testing import CliRunner

from app.cli import app
from app.relay import RELEARN, Relay
from app.world import World
from tests.house import ACCOUNT, KEY, settings
from tests.routing.past import a_usual_day, talked

RATES = "{goodbye120:seoul}:rates"


@pytest.fixture
def world(clean_database: str, clean_redis: str, tmp_path: Path) -> Iterator[World]:
    made = World(settings(clean_database, clean_redis, tmp_path, 18999))
    yield made
    made.close()


def test_the_relay_learns_anew_every_half_minute(world: World, redis: Redis, at: datetime) -> None:
    relay = Relay(world)
    relay.sweep(at)
    assert redis.get(RATES) is None
    a_usual_day(world.sessions, at)
    relay.sweep(at + RELEARN - timedelta(seconds=1))
    assert redis.get(RATES) is None
    relay.sweep(at + RELEARN)
    first = redis.get(RATES)
    assert first is not None
    redis.flushdb()
    relay.sweep(at + 2 * RELEARN)
    again = redis.get(RATES)
    assert again is not None, "what Redis lost is learned again"


@pytest.fixture
def settled(clean_database: str, clean_redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment as an installation's is."""
    values = {
        "DATABASE_URL": clean_database, "REDIS_URL": clean_redis, "PUBLIC_URL": "http://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "t", "DATA_KEYS": f"k1={KEY}", "FINGERPRINT_KEY": KEY,
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def test_the_plan_is_printed_with_what_it_assumes(settled: None, world: World) -> None:
    talked(world.sessions, "long ago", datetime.now(UTC) - timedelta(days=30), 900)
    done = CliRunner().invoke(app, ["staffing", "--weeks", "6", "--service-level", "0.9"])
    assert done.exit_code == 0, done.output
    assert "90% answered within 20 s, at most 5.0% giving up; shrinkage 30%" in done.output
    assert "hour      Mon     Tue     Wed     Thu     Fri     Sat     Sun" in done.output
    assert "03       1/2     1/2" in done.output
    assert "too few conversations were seen: each is taken to need 1200 s" in done.output


@pytest.mark.parametrize("wrong", ["--weeks=0", "--service-level=1", "--abandoned=0", "--shrinkage=1", "--weeks=x"])
def test_a_plan_that_cannot_be_is_refused(settled: None, wrong: str) -> None:
    assert CliRunner().invoke(app, ["staffing", wrong]).exit_code == 2
