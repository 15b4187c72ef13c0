"""The whole queue, rows and index, through anything in any order: they agree after every step, and nobody is forgotten.

After every step: index and rows say the same (I1, I9); whoever can be matched is (L1), by the order of the model (I7);
every contact that entered waits, talks or has ended in one way (conservation); and the figures, folded from the events,
count the same as the rows (I14).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from redis import Redis
from sqlalchemy import func, select

import routing.service as queue
from core.db import Sessions
from core.errors import Refusal
from routing import queries
from routing.metrics import figures, figures_of
from routing.metrics.intervals import interval_of
from routing.policy import groups
from routing.records import moment
from routing.service.tallying import counted_since
from routing.tables import LIVE, QueueEntry, RoutingEvent
from tests.routing.desk import CONFIG, Desk
from tests.routing.model import NEEDS, Caller, Chair, Model
from tests.services import empty_tables

LOGINS = {"hana": ("ko", "en"), "duri": ("ko",), "sena": ("ko",)}
SKILLS = {"hana": ("youth",), "duri": ("senior",), "sena": ()}
NUMBERS = replace(CONFIG, needs=NEEDS, preferred_seconds=6)
START = datetime(2026, 11, 24, 3, tzinfo=UTC)
PICK = st.integers(0, 1000)


class ServiceMachine(RuleBasedStateMachine):
    """Everything that can be done with the queue, and everything that can befall it."""

    def __init__(self, sessions: Sessions, redis: Redis, clean: Callable[[], None]) -> None:
        super().__init__()
        clean()
        redis.flushdb()
        self.desk, self.names = Desk(sessions, redis, START, NUMBERS), list[str]()

    @initialize()
    def opens(self) -> None:
        for login, languages in LOGINS.items():
            self.desk.sit(login, languages=languages, skills=SKILLS[login])

    def some(self, pick: int, *states: str) -> str | None:
        found = [name for name in self.names if self.desk.state(name) in states]
        return found[pick % len(found)] if found else None

    @rule(
        priority=st.sampled_from(CONFIG.classes), language=st.sampled_from(["ko", "ko", "en"]),
        need=st.sampled_from(["any", "any", "youth"]), own=st.sampled_from([None, None, *sorted(LOGINS)]),
    )  # fmt: skip
    def calls(self, priority: str, language: str, need: str, own: str | None) -> None:
        self.names.append(f"M{len(self.names)}")
        self.desk.call(self.names[-1], priority, language, need=need, own=own)

    @rule(seconds=st.sampled_from([1, 4, 8, 21]), heard=st.booleans())
    def time_passes(self, seconds: int, heard: bool) -> None:  # noqa: FBT001 - Hypothesis names it.
        self.desk.later(seconds)
        if heard:
            self.desk.beat(*LOGINS)
        self.desk.sweep()

    @rule(login=st.sampled_from(sorted(LOGINS)), activity=st.sampled_from(["available", "available", "break"]))
    def chooses(self, login: str, activity: str) -> None:
        self.desk.sit(login, activity, LOGINS[login], SKILLS[login])

    @rule(pick=PICK, then=st.sampled_from(["stays", "connects", "fails", "no-answer"]))
    def accepts(self, pick: int, then: str) -> None:
        name = self.some(pick, "offered")
        if name is None:
            return
        try:
            self.desk.accept(name)
        except Refusal:
            return
        if then == "connects":
            self.desk.connect(name)
        elif then != "stays":
            self.desk.fail(name, then)

    @rule(pick=PICK)
    def rejects(self, pick: int) -> None:
        if name := self.some(pick, "offered"):
            self.desk.reject(name)

    @rule(pick=PICK)
    def finishes(self, pick: int) -> None:
        if name := self.some(pick, "connected"):
            assert self.desk.finish(name)

    @rule(pick=PICK, reason=st.sampled_from(["abandoned", "callback_requested"]))
    def leaves(self, pick: int, reason: str) -> None:
        if name := self.some(pick, "waiting", "offered", "connecting"):
            assert self.desk.leave(name, reason)

    @rule(pick=PICK)
    def is_in_danger(self, pick: int) -> None:
        if name := self.some(pick, *LIVE):
            self.desk.danger(name)

    @rule(login=st.sampled_from(sorted(LOGINS)))
    def wraps_up(self, login: str) -> None:
        if self.desk.seat(login).state == "wrapping":
            self.desk.wrap_up(login)

    @rule()
    def redis_is_wiped(self) -> None:
        self.desk.redis.flushdb()
        self.desk.sweep()

    @rule(pick=PICK, act=st.sampled_from(["leave", "raise_to_danger", "finish", "connected"]))
    def a_process_dies_before_its_commit(self, pick: int, act: str) -> None:
        name = self.some(pick, *LIVE)
        if name is None:
            return
        more: dict[str, tuple[Any, ...]] = {"leave": ("abandoned",), "finish": ("caller",)}
        key = self.desk.entry(name).contact_id
        with self.desk.sessions() as tx:
            # Closing without a commit is what the database sees of a process that died.
            getattr(queue, act)(tx, key, *more.get(act, ()), board=self.desk.board, at=self.desk.at)
        self.desk.reconcile()

    @rule()
    def tallies_are_kept(self) -> None:
        with self.desk.sessions.begin() as tx:
            queue.keep_tallies(tx, CONFIG)

    @invariant()
    def rows_and_index_agree(self) -> None:
        assert self.desk.agrees()

    @invariant()
    def who_can_be_matched_is(self) -> None:
        assert self.model().next_pair(self.desk.at) is None

    @invariant()
    def the_figures_count_what_the_rows_count(self) -> None:
        with self.desk.sessions() as tx:
            told = figures_of(counted_since(tx, "loneliness", interval_of(START), CONFIG, at=self.desk.at))
            happened = tx.scalars(select(RoutingEvent).order_by(RoutingEvent.n)).all()
            counted = tx.execute(select(QueueEntry.state, func.count()).group_by(QueueEntry.state))
            rows = {state: int(count) for state, count in counted}
        assert told == figures(happened, CONFIG.answer_within_seconds)
        assert told.offered == len(self.names) == sum(rows.values())
        assert told.answered == rows.get("connected", 0) + rows.get("completed", 0)
        assert told.abandoned == rows.get("abandoned", 0) + rows.get("abandoned_short", 0)
        assert told.other_exits.get("callback_requested", 0) == rows.get("callback_requested", 0)

    def model(self) -> Model:
        """Write the rows down as the model has them."""
        model, board = Model(NUMBERS), self.desk.board
        with self.desk.sessions() as tx:
            for e in queries.live_entries(tx):
                caller = Caller(e.priority, e.language, e.entered_at, e.seq, state=e.state)
                if e.priority != "danger":
                    caller.need, caller.first, caller.until = e.need, e.preferred_id, e.preferred_until
                for seat in queries.seats(tx):
                    if held := e.apart.get(str(seat.counselor_id)):
                        caller.apart[seat.counselor_id] = (moment(held[0]), moment(held[1]))
                model.callers[e.contact_id] = caller
            for seat in queries.seats(tx):
                lease: Any = board.redis.zscore(board._keys[5], str(seat.counselor_id))
                found_by = groups(seat.languages, seat.skills, NUMBERS)
                chair = Chair(found_by, seat.idle_since, moment(lease) if lease else None)
                chair.activity, chair.state, chair.next = seat.activity, seat.state, seat.next_activity
                chair.asked_from, chair.softphone = seat.asked_from, seat.softphone
                model.chairs[seat.counselor_id] = chair
        return model


def test_rows_and_index_agree_whatever_happens(sessions: Sessions, redis: Redis, database_url: str) -> None:
    def machine() -> ServiceMachine:
        return ServiceMachine(sessions, redis, lambda: empty_tables(database_url))

    numbers = settings(
        max_examples=12,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=numbers)  # type: ignore[arg-type]
