"""The doctor finds what is wrong before the first call does, and says how to mend it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import delete, text
from typer.testing import CliRunner

from app import cli, demo, doctor
from app.doctor import Finding
from app.world import World
from core import outbox
from core.security import hash_password
from core.staff import Staff, StaffSession
from ivr.messages import CallCheckDue
from tests.calls.telephone import network_at
from tests.house import ACCOUNT, TOKEN, House, settings, worker_port

Findings = dict[str, Finding]
Examine = Callable[..., Findings]
NOBODY = "http://127.0.0.2:9"


@pytest.fixture
def provider(house: House) -> Iterator[str]:
    """A telephone network that knows the number 120 and calls the house."""
    port = worker_port(250)
    with network_at(port, house.url, ACCOUNT, TOKEN):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def examine(clean_database: str, clean_redis: str, tmp_path: Path) -> Examine:
    """Examine a world with these settings changed; gives the findings by name."""

    def look(database: str = clean_database, redis: str = clean_redis, **more: Any) -> Findings:
        with world_of(settings(database, redis, tmp_path, 9, **more)) as world:
            return {finding.what: finding for finding in doctor.examine(world)}

    return look


@contextmanager
def world_of(chosen: Any) -> Iterator[World]:
    world = World(chosen)
    yield world
    world.close()


def test_a_well_configured_house_is_well(house: House, provider: str, examine: Examine) -> None:
    found = examine(public_url=house.url, twilio_api_url=provider)
    assert [finding.line() for finding in found.values() if not finding.well] == []
    assert set(found) >= {"PostgreSQL", "schema", "Redis", "PUBLIC_URL", "webhooks", "number", "duty desk"}
    assert found["number"].line().startswith("ok ")


def test_everything_away_is_told_at_once_and_never_breaks_the_doctor(examine: Examine) -> None:
    found = examine("postgresql://x@127.0.0.1:9/x", "redis://127.0.0.1:9", public_url=NOBODY, desks={})
    bad = {what: finding.line() for what, finding in found.items() if not finding.well}
    assert set(bad) == {"PostgreSQL", "Redis", "PUBLIC_URL", "webhooks", "provider", "duty desk"}
    assert all(line.startswith("MEND ") for line in bad.values())
    for what, remedy in {
        "PostgreSQL": "DATABASE_URL", "Redis": "REDIS_URL", "PUBLIC_URL": "https://", "webhooks": "goodbye120 web",
        "provider": "TWILIO_AUTH_TOKEN", "duty desk": "DESKS",
    }.items():  # fmt: skip
        assert remedy in bad[what]


def test_an_old_or_missing_schema_is_to_be_migrated(
    new_database: Callable[[], str], empty_database_url: str, examine: Examine
) -> None:
    old = new_database()
    with world_of(settings(old, "redis://127.0.0.1:9", Path("unused"), 9)) as world, world.sessions.begin() as tx:
        tx.execute(text("update alembic_version set version_num = '20200101_0001'"))
    assert "goodbye120 migrate" in examine(old)["schema"].line()
    assert not examine(old)["schema"].well
    assert "goodbye120 migrate" in examine(empty_database_url)["PostgreSQL"].line()


def test_messages_nobody_carries_and_dead_letters_are_told(house: House, examine: Examine) -> None:
    ago = datetime.now(UTC) - timedelta(minutes=1)
    with house.world.sessions.begin() as tx:
        for _ in range(doctor.BACKLOG - 1):
            outbox.post(tx, CallCheckDue("CA1"), at=ago)
    found = examine()
    assert found["messages overdue"].well
    assert found["dead letters"].well
    with house.world.sessions.begin() as tx:
        outbox.post(tx, CallCheckDue("CA1"), at=ago)
        key = outbox.post(tx, CallCheckDue("CA2"), at=ago, id=uuid4())
        tx.get_one(outbox.OutboxMessage, key).state = "dead"
    found = examine()
    assert not found["messages overdue"].well
    assert not found["dead letters"].well
    assert "/api/dead-letters" in found["dead letters"].words


def test_a_redis_that_may_forget_is_told(redis: "Redis", examine: Examine) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        finding = examine()["Redis"]
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
    assert not finding.well
    assert "noeviction" in finding.words


@pytest.mark.parametrize(("seconds", "well"), [(0, True), (5, True), (6, False)])
def test_clocks_that_differ_are_told(seconds: int, *, well: bool) -> None:
    finding = doctor._clock("database clock", timedelta(seconds=seconds))
    assert finding.well is well
    assert ("NTP" in finding.words) is not well


def test_a_wrong_token_is_told(provider: str, examine: Examine) -> None:
    finding = examine(twilio_api_url=provider, twilio_auth_token="another")["provider"]
    assert not finding.well
    assert "TWILIO_AUTH_TOKEN" in finding.words


def test_a_number_of_somebody_else_is_told(provider: str, examine: Examine) -> None:
    finding = examine(twilio_api_url=provider, helpline_number="+8221234567")["number"]
    assert not finding.well
    assert "HELPLINE_NUMBER" in finding.words


def test_a_number_that_calls_elsewhere_is_told_where_to_point(provider: str, house: House, examine: Examine) -> None:
    finding = examine(twilio_api_url=provider, public_url=NOBODY)["number"]
    assert not finding.well
    assert f"{house.url}/ivr/voice" in finding.words
    assert f"set its voice URL to {NOBODY}/ivr/voice" in finding.words


def test_demonstration_people_do_not_belong_on_a_public_address(house: House, examine: Examine) -> None:
    assert "demonstration accounts" not in examine(), "on one's own machine they do"
    finding = examine(public_url=NOBODY)["demonstration accounts"]
    assert not finding.well
    assert "hana" in finding.words
    with house.world.sessions.begin() as tx:
        assert tx.scalar(text("select count(*) from staff_session")) == 0, "looking signs nobody in"
        for person in tx.query(Staff):
            person.password_hash = hash_password("a word of one's own")
    assert examine(public_url=NOBODY)["demonstration accounts"].well
    with house.world.sessions.begin() as tx:
        assert tx.scalar(text("select sum(misses) from staff")) == 0, "looking locks nobody out"
        tx.execute(delete(StaffSession))
        tx.execute(delete(Staff).where(Staff.login.in_([person.login for person in demo.CITY])))
    assert examine(public_url=NOBODY)["demonstration accounts"].well


def test_the_command_prints_each_finding_and_ends_with_1_when_one_is_bad(
    clean_database: str, clean_redis: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = settings(clean_database, clean_redis, tmp_path, 9)
    for name in ("database_url", "redis_url", "public_url", "twilio_account_sid", "twilio_auth_token"):
        monkeypatch.setenv(name.upper(), str(getattr(chosen, name)))
    monkeypatch.setenv("DATA_KEYS", ",".join(f"{name}={key}" for name, key in chosen.data_keys.items()))
    monkeypatch.setenv("FINGERPRINT_KEY", chosen.fingerprint_key)
    monkeypatch.setenv("TWILIO_API_URL", "http://127.0.0.1:9")
    done = CliRunner().invoke(cli.app, ["doctor"])
    assert done.exit_code == 1
    assert "ok    PostgreSQL: answers." in done.output
    assert "MEND  provider" in done.output
