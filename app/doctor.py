"""Examines the configuration before the first call, and says how to mend what is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.demo import CITY, PASSWORD
from app.migrate import configuration
from app.world import World, clock
from core import staff
from core.outbox import OPEN, OutboxMessage
from ivr.flow import DUTY_DESK

SKEW = timedelta(seconds=5)
BACKLOG = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: well, or how to mend it."""

    what: str
    well: bool
    words: str

    def line(self) -> str:
        """Give the finding as a line."""
        return f"{'ok   ' if self.well else 'MEND '} {self.what}: {self.words}"


def examine(world: World) -> list[Finding]:
    """Examine everything; each examination stands alone, so that one outage hides nothing else."""
    return [finding for look in LOOKS for finding in look(world)]


def _database(world: World) -> Iterable[Finding]:
    what = "PostgreSQL"
    try:
        with world.sessions() as tx:
            skew = abs(clock() - tx.scalars(select(func.clock_timestamp())).one())
            current = MigrationContext.configure(tx.connection()).get_current_revision()
            late = (OutboxMessage.state.in_(OPEN), OutboxMessage.due < clock())
            backlog = tx.scalar(select(func.count()).select_from(OutboxMessage).where(*late))
            dead = tx.scalar(text("select count(*) from outbox_message where state = 'dead'"))
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        yield Finding(what, False, f"cannot be used ({reason}); check DATABASE_URL, then run `goodbye120 migrate`.")
        return
    yield Finding(what, True, "answers.")
    newest = ScriptDirectory.from_config(configuration(world.settings.database_url)).get_current_head()
    words = (
        "is the newest." if current == newest else f"is at {current}, the newest is {newest}: run `goodbye120 migrate`."
    )
    yield Finding("schema", current == newest, words)
    yield _clock("database clock", skew)
    yield Finding("messages overdue", (backlog or 0) < BACKLOG, f"{backlog} (is a relay running? is a worker?)")
    yield Finding("dead letters", not dead, f"{dead}; a supervisor retries or closes them at /api/dead-letters.")


def _clock(what: str, skew: timedelta) -> Finding:
    well = skew <= SKEW
    return Finding(
        what, well, f"differs from ours by {skew.total_seconds():.1f} s." + ("" if well else " Run NTP on both.")
    )


def _redis(world: World) -> Iterable[Finding]:
    try:
        world.redis.ping()
        policy = world.redis.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except RedisError as error:
        yield Finding("Redis", False, f"cannot be used ({error}); check REDIS_URL.")
        return
    yield Finding("Redis", policy == "noeviction", f"answers; its maxmemory-policy is {policy} and must be noeviction.")


def _public_url(world: World) -> Iterable[Finding]:
    url = world.settings.public_url
    secure = url.startswith("https://") or _is_loopback(url)
    yield Finding("PUBLIC_URL", secure, f"is {url}" + ("." if secure else "; a provider must reach it by https://."))
    try:
        reply = httpx.get(f"{url}/health", timeout=5)
        reply.raise_for_status()
    except httpx.HTTPError as error:
        yield Finding(
            "webhooks", False, f"{url}/health cannot be reached from here ({error}). Is `goodbye120 web` running?"
        )
        return
    yield Finding("webhooks", True, "the web service answers at its public address.")
    if "date" in reply.headers:
        yield _clock("web clock", abs(datetime.now(UTC) - parsedate_to_datetime(reply.headers["date"])))


def _provider(world: World) -> Iterable[Finding]:
    s = world.settings
    try:
        url = world.telephone.voice_url(s.helpline_number)
    except OSError as error:
        yield Finding(
            "provider", False, f"refuses us ({error}); check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_URL."
        )
        return
    wanted = f"{s.public_url}/ivr/voice"
    if url is None:
        yield Finding(
            "number", False, f"{s.helpline_number} is not this account's; set HELPLINE_NUMBER to one that is."
        )
    else:
        well = url.split("#")[0] == wanted
        yield Finding(
            "number", well, f"{s.helpline_number} calls {url}" + ("." if well else f"; set its voice URL to {wanted}.")
        )


def _desks(world: World) -> Iterable[Finding]:
    there = DUTY_DESK in world.settings.desks
    words = "rings when nothing else works." if there else (
        "nobody is rung when the database is away: set DESKS to duty=<number>, and the other desks beside it."
    )  # fmt: skip
    yield Finding("duty desk", there, words)


def _strangers(world: World) -> Iterable[Finding]:
    if _is_loopback(world.settings.public_url):
        return
    try:
        with world.sessions.begin() as tx:
            known = [p.login for p in CITY if staff.sign_in(tx, p.login, PASSWORD, at=clock()) is not None]
            tx.rollback()
    except SQLAlchemyError:
        return
    words = f"{', '.join(known)} still have the demonstration password; change or remove them." if known else "none."
    yield Finding("demonstration accounts", not known, words)


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


LOOKS: tuple[Callable[[World], Iterable[Finding]], ...] = (
    _database,
    _redis,
    _public_url,
    _provider,
    _desks,
    _strangers,
)
