"""One process's share of the world: settings turned into connections, keys and the things that use them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine

import casework.config
import ivr.callbacks.policy as callbacks
from app.settings import Settings
from casework.policy.retention import DAYS
from casework.service import later
from core import db
from ivr.callbacks.means import Means
from ivr.callbacks.pace import Pace
from ivr.telephony import TwilioTelephone
from routing.board import Board
from routing.config import RoutingConfig
from routing.hours import load_calendar
from routing.needs import load_needs
from routing.written import NOTHING, Written


def clock() -> datetime:
    """Read the wall clock: the one place of the product that does."""
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class World:
    """What a process needs to do its work; made when first used."""

    settings: Settings
    pool: int = 12

    @cached_property
    def sessions(self) -> db.Sessions:
        """Give sessions on the database."""
        return db.sessions(self.engine, chain_key=self.settings.chain_key)

    @cached_property
    def engine(self) -> Engine:
        """Give the way to PostgreSQL."""
        return db.connect(self.settings.database_url, pool=self.pool)

    def close(self) -> None:
        """Close the connections; the world can be used again, and opens new ones."""
        self.engine.dispose()
        self.redis.close()

    @cached_property
    def redis(self) -> Redis:
        """Give Redis, with short time-outs: who waits for it is on the telephone."""
        return Redis.from_url(
            self.settings.redis_url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1)
        )

    @cached_property
    def routing(self) -> RoutingConfig:
        """Give the queue's numbers."""
        s = self.settings
        return RoutingConfig(
            offer_seconds=s.offer_seconds, lease_seconds=s.lease_seconds, wrap_up_seconds=s.wrap_up_seconds,
            unanswered_limit=s.unanswered_limit, recovery_seconds=s.recovery_seconds,
            long_talk_seconds=s.long_talk_seconds, occupancy_cap=s.occupancy_cap,
            break_after_seconds=s.break_after_seconds, break_seconds=s.break_seconds,
            preferred_seconds=s.preferred_seconds, needs=load_needs(),
            answer_within_seconds=s.answer_within_seconds, short_abandon_seconds=s.short_abandon_seconds,
        )  # fmt: skip

    @cached_property
    def casework(self) -> casework.config.Config:
        """Give casework's clocks, and where its requests are sent."""
        s = self.settings
        return casework.config.Config(
            dispatch_acknowledged_within=timedelta(seconds=s.dispatch_acknowledge_seconds),
            visit_acknowledged_within=timedelta(seconds=s.visit_acknowledge_seconds),
            summon_within=timedelta(seconds=s.summon_acknowledge_seconds),
            endpoints={
                kind: casework.config.Endpoint(url, s.partner_secret or "") for kind, url in s.endpoints.items()
            },
            telephones=s.dispatch_phones,
            public_url=s.public_url,
            retention={kind: timedelta(days=int(s.retention_days.get(kind, days))) for kind, days in DAYS.items()},
            care=_care(s),
        )

    @cached_property
    def board(self) -> Board:
        """Give the queue's index."""
        return Board(self.redis, self.settings.site, self.routing)

    @cached_property
    def written(self) -> Written:
        """Give what the queue asks of the records that counselors write."""
        return Written(later.owes_outcome if self.settings.outcome_required else NOTHING.owed, later.heavy)

    @cached_property
    def callbacks(self) -> Means:
        """Give what call-backs are made with."""
        s = self.settings
        rules = callbacks.Rules(
            attempts=s.callback_attempts,
            gap=timedelta(seconds=s.callback_gap_seconds),
            ring=timedelta(seconds=s.callback_ring_seconds),
            quiet=s.quiet_hours,
            resume_within=timedelta(seconds=s.resume_seconds),
            same_counselor=timedelta(seconds=s.same_counselor_seconds),
        )
        return Means(self.board, self.casework, s.vault, rules)

    @cached_property
    def pace(self) -> Pace:
        """Give how fast calls go out."""
        return Pace(self.redis, self.settings.site, self.settings.calls_per_second)

    @cached_property
    def telephone(self) -> TwilioTelephone:
        """Give the provider's REST interface."""
        s = self.settings
        secret = s.twilio_api_secret if s.twilio_api_key and s.twilio_api_secret else s.twilio_auth_token
        caller = s.caller_id or s.helpline_number
        return TwilioTelephone(
            s.twilio_account_sid, secret, caller, s.wording, s.twilio_api_url, s.twilio_api_key,
            person_ring_timeout=s.callback_ring_seconds,
        )  # fmt: skip

    def softphone(self, login: str) -> str:
        """Give where a counselor's softphone is rung."""
        return self.settings.softphone_address.format(login=login)


def _care(s: Settings) -> casework.config.Care:
    calendar = load_calendar()
    return casework.config.Care(
        frequent_contacts=s.frequent_contacts,
        frequent_within=timedelta(days=s.frequent_days),
        horizon=timedelta(days=s.companion_horizon_days),
        call_tries=s.companion_tries,
        misses=s.companion_misses,
        zone=calendar.zone,
        holidays=frozenset(calendar.holidays),
    )
