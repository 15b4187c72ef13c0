"""A helpline in a few words: callers who come, counselors who sit down, and time that passes when a test says so."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from redis import Redis
from sqlalchemy import select

import routing.service as queue
from core.db import Sessions
from core.ids import named_id
from core.outbox import OutboxMessage
from core.staff import Actor
from routing import queries
from routing.board import Board
from routing.config import RoutingConfig
from routing.metrics import Figures, figures_of
from routing.metrics.intervals import interval_of
from routing.service.tallying import counted_since
from routing.tables import Offer, QueueEntry, Seat

CONFIG = RoutingConfig(lease_seconds=15, unanswered_limit=1, recovery_seconds=0, occupancy_cap=1)
"""Longer leases than at work, so that a test may let some time pass without a heartbeat; no pauses, and no cap."""


def actor(login: str, languages: tuple[str, ...] = ("ko",), skills: tuple[str, ...] = ()) -> Actor:
    return Actor(named_id("staff", login), login, login.title(), "counselor", None, languages, skills)


def contact(name: str) -> UUID:
    return named_id("contact", name)


@dataclass
class Desk:
    """One helpline at one moment; `later` moves the moment."""

    sessions: Sessions
    redis: Redis
    at: datetime
    config: RoutingConfig = CONFIG
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        self.board = Board(self.redis, "test", self.config)

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def write(
        self, name: str, priority: str = "normal", language: str = "ko", ago: float = 0, need: str = "any"
    ) -> UUID:
        """Write a caller's entry as the journal does, without telling the queue."""
        entry = QueueEntry(contact_id=contact(name), queue="loneliness", priority=priority, language=language)
        entry.provider_ref, entry.state, entry.need = f"CA{name}", "waiting", need
        entry.entered_at = self.at - timedelta(seconds=ago)
        with self.sessions.begin() as tx:
            tx.add(entry)
        return entry.contact_id

    def call(
        self, name: str, priority: str = "normal", language: str = "ko", ago: float = 0, need: str = "any",
        own: str | None = None,
    ) -> UUID:  # fmt: skip
        """Let a caller in; `own` is the counselor of their case."""
        key = self.write(name, priority, language, ago, need)
        with self.sessions.begin() as tx:
            if own is not None:
                queue.prefer(tx, key, actor(own).id, board=self.board, at=self.at)
            queue.enter(tx, key, board=self.board, at=self.at)
        return key

    def sit(
        self, login: str, activity: str = "available", languages: tuple[str, ...] = ("ko",),
        skills: tuple[str, ...] = (),
    ) -> UUID:  # fmt: skip
        with self.sessions.begin() as tx:
            who = actor(login, languages, skills)
            return queue.set_activity(tx, who, activity, board=self.board, at=self.at).counselor_id

    def beat(self, *logins: str) -> None:
        for login in logins:
            with self.sessions.begin() as tx:
                queue.heartbeat(tx, actor(login), board=self.board, at=self.at)

    def offer(self, name: str) -> Offer | None:
        with self.sessions() as tx:
            return queue.current_offer(tx, contact(name))

    def to(self, name: str) -> str | None:
        """Whom a caller is held out to, or talks to."""
        offer = self.offer(name)
        return offer.counselor_login if offer else None

    def accept(self, name: str) -> Offer:
        offer = self.offer(name)
        assert offer is not None
        with self.sessions.begin() as tx:
            return queue.accept(tx, offer.id, offer.counselor_id, board=self.board, at=self.at)

    def reject(self, name: str, reason: str = "busy") -> Offer:
        offer = self.offer(name)
        assert offer is not None
        with self.sessions.begin() as tx:
            return queue.reject(tx, offer.id, offer.counselor_id, reason, board=self.board, at=self.at)

    def connect(self, name: str) -> None:
        with self.sessions.begin() as tx:
            assert queue.connected(tx, contact(name), board=self.board, at=self.at)

    def fail(self, name: str, why: str) -> bool:
        with self.sessions.begin() as tx:
            return queue.connect_failed(tx, contact(name), why, board=self.board, at=self.at)

    def talk(self, name: str) -> None:
        self.accept(name)
        self.connect(name)

    def finish(self, name: str, by: str = "caller") -> bool:
        with self.sessions.begin() as tx:
            return queue.finish(tx, contact(name), by, board=self.board, at=self.at)

    def wrap_up(self, login: str) -> None:
        with self.sessions.begin() as tx:
            queue.wrap_up(tx, actor(login).id, board=self.board, at=self.at)

    def leave(self, name: str, reason: str = "abandoned") -> bool:
        with self.sessions.begin() as tx:
            return queue.leave(tx, contact(name), reason, board=self.board, at=self.at)

    def danger(self, name: str) -> bool:
        with self.sessions.begin() as tx:
            return queue.raise_to_danger(tx, contact(name), board=self.board, at=self.at)

    def sweep(self) -> None:
        with self.sessions.begin() as tx:
            queue.sweep(tx, board=self.board, at=self.at)

    def reconcile(self) -> int:
        with self.sessions.begin() as tx:
            return queue.reconcile(tx, board=self.board, at=self.at)

    def entry(self, name: str) -> QueueEntry:
        with self.sessions() as tx:
            found = queries.entry(tx, contact(name))
            assert found is not None
            return found

    def state(self, name: str) -> str:
        return self.entry(name).state

    def seat(self, login: str) -> Seat:
        with self.sessions() as tx:
            found = queries.seat(tx, actor(login).id)
            assert found is not None
            return found

    def told(self, kind: str) -> list[dict[str, object]]:
        with self.sessions() as tx:
            posted = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.posted_at)
            return [message.body for message in tx.scalars(posted)]

    def figures(self, name: str = "loneliness") -> Figures:
        """The figures of a queue over the last day, as everybody is told them."""
        since = interval_of(self.at - timedelta(days=1))
        with self.sessions() as tx:
            return figures_of(counted_since(tx, name, since, self.config, at=self.at))

    def agrees(self) -> bool:
        """Tell whether index and database say the same of everybody."""
        return self.reconcile() == 0
