"""A queue in which a step can go wrong, and a plain reference that knows what must have come of it.

Redis breaks off before or after any script of a step, or the process dies before its commit. What that tore is mended
at once, and must then be as the reference has it; or it stays torn while others go on, and the reference is read anew
once it is mended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

import routing.service as queue
from core.db import Sessions
from core.errors import Refusal
from core.staff import Actor, Staff
from routing.board import Board
from routing.config import RoutingConfig
from routing.needs import Need, Needs, Step
from routing.policy import groups
from routing.tables import LIVE, Offer, QueueEntry
from tests.routing.cut import CutBoard
from tests.routing.desk import Desk, actor
from tests.routing.invariants import Look, Order, look
from tests.routing.model import NEEDS
from tests.routing.reference import Reference, read, read_leases

LOGINS = {"hana": ("ko", "en"), "duri": ("ko",), "sena": ("ko",)}
SKILLS: dict[str, tuple[str, ...]] = {"hana": ("youth",), "duri": ("senior",), "sena": ()}
NIGHT = Need("night", "night", (Step(0, ("senior",)), Step(30)), (time(13), time(14)))
"""A night one hour after the start, so that clocks that jump go through it."""
WITH_NIGHT = Needs(NEEDS.skills, (*NEEDS.needs, NIGHT))
START = datetime(2026, 11, 24, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Fate:
    """How a step goes: `fine`, told `twice`, `dies` before its commit, or `cut` at the nth script."""

    kind: str = "fine"
    nth: int = 0
    ran: bool = False
    mended: bool = True


FINE = Fate()
FATES = st.builds(
    Fate,
    st.sampled_from(["fine"] * 6 + ["twice", "dies", "cut", "cut"]),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([True, True, True, False]),
)


class FatedQueue(RuleBasedStateMachine):
    """One line, three counselors, and whatever befalls them."""

    def __init__(self, sessions: Sessions, redis: Redis, clean: Callable[[], None]) -> None:
        super().__init__()
        clean()
        redis.flushdb()
        self.sessions, self.redis = sessions, redis
        self.names, self.talked, self.torn = list[UUID](), set[UUID](), False

    def open(self, config: RoutingConfig) -> None:
        self.desk, self.model = Desk(self.sessions, self.redis, START, config), Reference(config)
        self.order, self.skills = Order(config), dict(SKILLS)
        with self.sessions.begin() as tx:
            tx.add_all(Staff(id=actor(o).id, login=o, name=o, role="counselor", password_hash="-") for o in LOGINS)
        for login, languages in LOGINS.items():
            self.desk.sit(login, languages=languages, skills=SKILLS[login])
            self.model.sit(actor(login).id, self.found_by(login), "available", START)
            self.model.chairs[actor(login).id].asked_from = START

    def who(self, login: str) -> Actor:
        return actor(login, LOGINS[login], self.skills[login])

    def found_by(self, login: str) -> tuple[str, ...]:
        return groups(LOGINS[login], self.skills[login], self.desk.config)

    @property
    def at(self) -> datetime:
        return self.desk.at

    def do(self, act: Callable[..., object], *args: object, then: Callable[[], object], fate: Fate = FINE) -> bool:
        """Do it to the queue, and `then` to the reference if it came to be; False where it was refused, or failed."""
        cut = CutBoard(self.desk.board, fate.nth, ran=fate.ran)
        board = cut if fate.kind == "cut" else self.desk.board
        came_to_be = self._attempt(act, args, board, commits=fate.kind != "dies")
        if self.torn:
            return came_to_be
        if came_to_be:
            then()
        if fate.kind == "twice":
            self._attempt(act, args, board, commits=True)
        self.torn = fate.kind == "dies" or cut.broke
        if self.torn and fate.mended:
            self.mend()
            self.model.sweep(self.at)
            read_leases(self.desk, self.model)
        if not self.torn:
            self.order.keeps(self.look())
        return came_to_be

    def _attempt(self, act: Callable[..., object], args: tuple[object, ...], board: Board, *, commits: bool) -> bool:
        try:
            with self.desk.sessions() as tx:
                act(tx, *args, board=board, at=self.at)
                if commits:
                    tx.commit()
                else:
                    tx.flush()
                return commits
        except (Refusal, RedisError):
            return False

    def mend(self) -> None:
        """Do what the relay does every few seconds."""
        for _ in range(2):
            self.desk.sweep()
            self.desk.reconcile()
        self.torn = False
        self.order.begin(self.look())

    def look(self) -> Look:
        with self.desk.sessions() as tx:
            return look(tx)

    def read_anew(self) -> None:
        """Mend what stayed torn while others went on."""
        self.mend()
        self.model = read(self.desk)

    def some(self, pick: int, *states: str) -> UUID | None:
        """Choose somebody who is in one of these states by what the rows say."""
        with self.desk.sessions() as tx:
            chosen = select(QueueEntry.contact_id).where(QueueEntry.state.in_(states)).order_by(QueueEntry.seq)
            found = tx.scalars(chosen).all()
        return found[pick % len(found)] if found else None

    def offer_of(self, key: UUID) -> Offer:
        with self.desk.sessions() as tx:
            offer = queue.current_offer(tx, key)
            assert offer is not None
            return offer

    def teardown(self) -> None:
        """Once nothing fails any more and time passes, everybody is offered, talks and ends: L2, L3 and L4."""
        if not hasattr(self, "desk"):
            return
        self.desk.later(7200)
        self.mend()
        for _ in range(len(self.names) + 5):
            self.desk.later(self.desk.config.longest_wrap_up_seconds)
            for login, languages in LOGINS.items():
                self.desk.sit(login, "available", languages)
            self.desk.sweep()
            while key := self.some(0, "offered", "connecting", "connected"):
                self._serve(key)
        assert self.some(0, *LIVE) is None

    def _serve(self, key: UUID) -> None:
        offer, desk = self.offer_of(key), self.desk
        with desk.sessions.begin() as tx:
            queue.accept(tx, offer.id, offer.counselor_id, board=desk.board, at=desk.at)
        with desk.sessions.begin() as tx:
            queue.connected(tx, key, board=desk.board, at=desk.at)
        with desk.sessions.begin() as tx:
            assert queue.finish(tx, key, "caller", board=desk.board, at=desk.at)
