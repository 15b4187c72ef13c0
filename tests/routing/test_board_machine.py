"""The index against a plain model: whatever happens in whatever order, both say the same of everybody after every step.

Held after every step (numbers of the design notes): each contact is in exactly one set (I1); one live offer for each
contact and each counselor (I2, I3), made only to who was routable and is asked by now (I4); turn and place kept, also
after rejects and rebuilds (I7); no seat leaks (I9); idle-since kept when the caller hangs up (I10); of racing acts one
wins and the others are told they are stale (I11); nothing of an earlier epoch counts (I13).
"""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from redis import Redis

from core.errors import Stale
from core.ids import named_id
from routing.board import TAKE_AGAIN
from routing.policy import groups as found_by
from routing.records import Sitter
from tests.routing.board_acts import Acts
from tests.routing.model import NUMBERS as CONFIG
from tests.routing.model import SEATS, Caller
from tests.routing.sets import Sets

NEED = st.sampled_from(["any", "any", "youth"])
LANGUAGE, FIRST = st.sampled_from(["ko", "ko", "en"]), st.sampled_from([None, None, None, *SEATS])
PICK, AGO = st.integers(0, 10_000), st.sampled_from([0, 0, 1, 2, 9, 35])


class BoardMachine(Acts):
    """Every transition, at any time, by whoever, in or out of turn."""

    @rule(klass=st.sampled_from(CONFIG.classes), language=LANGUAGE, ago=AGO, need=NEED, first=FIRST)
    def arrives(self, klass: str, language: str, ago: int, need: str, first: UUID | None) -> None:
        self.number += 1
        key = named_id("machine", self.number)
        caller = Caller(klass, language, self.at - timedelta(seconds=ago), self.number, need=need, first=first)
        caller.until = self.at + timedelta(seconds=4) if first else None
        if klass == "danger":
            caller.needs_anybody()
        self.model.callers[key] = caller
        assert self.board.enqueue(key, caller.place()) == "waiting"
        assert self.board.enqueue(key, caller.place()) == "waiting"
        if self.number % 4:
            self.matches_now()

    @rule(seconds=st.sampled_from([0.001, 1, 3, 7, 21]), silent=st.sampled_from([*SEATS, None, None]))
    def time_passes(self, seconds: float, silent: UUID | None) -> None:
        self.at += timedelta(seconds=seconds)
        for seat, chair in self.model.chairs.items():
            if seat != silent:
                assert self.board.heartbeat(seat, self.at) == chair.state
                if chair.state != "lost":
                    chair.lease = self.at + timedelta(seconds=CONFIG.lease_seconds)

    @rule(pick=PICK, activity=st.sampled_from(["available", "available", "break", "offline"]))
    def chooses(self, pick: int, activity: str) -> None:
        self.sit(pick, activity)

    @rule(pick=PICK, skills=st.sets(st.sampled_from(["youth", "senior"])))
    def is_given_skills(self, pick: int, skills: set[str]) -> None:
        seat = sorted(SEATS)[pick % len(SEATS)]
        groups = found_by([group for group in SEATS[seat] if ":" not in group], skills, CONFIG)
        self.board.seat(seat, self.at, groups=groups, alive=False)
        self.model.chairs[seat].groups = groups

    @rule(pick=PICK, there=st.booleans())
    def softphone_comes_or_goes(self, pick: int, there: bool) -> None:  # noqa: FBT001 - Hypothesis names it.
        seat = sorted(SEATS)[pick % len(SEATS)]
        chair = self.model.chairs[seat]
        lost = chair.state == "lost"
        said = self.board.heartbeat(seat, self.at, there)
        assert said == ("lost" if lost else chair.state if there == chair.softphone else "changed")
        if said in TAKE_AGAIN:
            self.board.seat(seat, self.at, groups=chair.groups, sitter=Sitter(there))
            self.model.take(seat, chair.groups, self.at)
            chair.softphone = there
        else:
            chair.lease = self.at + timedelta(seconds=CONFIG.lease_seconds)

    @rule()
    def matches(self) -> None:
        self.matches_now()

    @rule(picks=st.lists(PICK, min_size=1, max_size=4))
    def goes_on(self, picks: list[int]) -> None:
        for pick in picks:
            self.step(pick)

    @precondition(lambda self: self.model.next_pair(self.at))
    @rule()
    def a_claim_comes_to_nothing(self) -> None:
        claim = self.board.claim(named_id("nothing", self.number), self.at)
        assert claim is not None
        self.board.release(claim)
        self.board.release(claim)
        chair = self.model.chairs[claim.counselor_id]
        assert chair.next is None

    @precondition(lambda self: self.offers)
    @rule(pick=PICK)
    def accepts(self, pick: int) -> None:
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "offered" and caller.held_at(self.at)
        if self.act(fence, lambda asked: self.board.accept(asked, self.at), fits=fits):
            self.model.move(fence[0], "connecting", "connecting")

    @precondition(lambda self: self.offers)
    @rule(pick=PICK)
    def rejects(self, pick: int) -> None:
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "offered"
        if self.act(fence, lambda asked: self.board.reject(asked, self.at), fits=fits):
            self.model.hand_back(fence[0], self.at, self.at)

    @precondition(lambda self: self.offers)
    @rule(pick=PICK)
    def connects(self, pick: int) -> None:
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "connecting"
        if self.act(fence, self.board.connected, fits=fits):
            self.model.move(fence[0], "connected", "on_contact")

    @precondition(lambda self: self.offers)
    @rule(pick=PICK, state=st.sampled_from(["idle", "not_responding"]))
    def fails_to_connect(self, pick: int, state: str) -> None:
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "connecting"
        if self.act(fence, lambda asked: self.board.connect_failed(asked, self.at, state), fits=fits):
            self.model.hand_back(fence[0], self.at, None if state == "idle" else self.at, state)

    @precondition(lambda self: self.offers)
    @rule(pick=PICK, on=st.booleans())
    def holds(self, pick: int, on: bool) -> None:  # noqa: FBT001 - Hypothesis names it.
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "connected"
        if self.act(fence, lambda asked: self.board.hold(asked, on=on), fits=fits):
            self.model.move(fence[0], "connected", "on_hold" if on else "on_contact")

    @precondition(lambda self: self.offers)
    @rule(pick=PICK)
    def finishes(self, pick: int) -> None:
        fence, caller = self.stranger(pick)
        fits = caller is not None and caller.state == "connected"
        if self.act(fence, lambda asked: self.board.finish(asked, self.at), fits=fits):
            self.model.finish(fence[0], self.at)

    @precondition(lambda self: self.model.callers)
    @rule(pick=PICK)
    def leaves(self, pick: int) -> None:
        key, caller = list(self.model.callers.items())[pick % len(self.model.callers)]
        if caller.state == "connected":
            return
        self.board.abandon(key, caller.version + 1, self.at)
        assert self.board.abandon(key, caller.version + 1, self.at) is None
        self.model.leave(key)

    @precondition(lambda self: self.model.callers)
    @rule(pick=PICK)
    def is_in_danger(self, pick: int) -> None:
        key, caller = list(self.model.callers.items())[pick % len(self.model.callers)]
        caller.version += 1
        self.board.raise_to(key, "danger", caller.version)
        caller.klass = "danger"
        caller.needs_anybody()

    @rule(pick=PICK, pause=st.sampled_from([0, 5]), then=st.sampled_from(["", "", "writing"]))
    def wraps_up(self, pick: int, pause: int, then: str) -> None:
        seat = sorted(SEATS)[pick % len(SEATS)]
        if seat in self.model.chairs and self.model.chairs[seat].state in {"wrapping", "recovering"}:
            until = self.at + timedelta(seconds=pause) if pause else None
            later = until and self.at + timedelta(seconds=2 * pause)
            self.board.wrap_up(seat, self.at, recover_until=until, then=then, asked_from=later)
            self.model.wrap_up(seat, self.at, until, then)
        else:
            with pytest.raises(Stale):
                self.board.wrap_up(seat, self.at)

    @rule()
    def is_swept(self) -> None:
        due = self.board.due(self.at)
        callers, chairs = self.model.callers, self.model.chairs
        assert set(due.offers) == {key for key, c in callers.items() if c.deadline and c.deadline <= self.at}
        assert set(due.wraps) == {key for key, c in chairs.items() if c.wrap_until and c.wrap_until <= self.at}
        assert set(due.leases) == {key for key, c in chairs.items() if c.lease and c.lease <= self.at}
        assert due.waiting == len(waiting := self.model.line(self.at))
        assert set(due.holds) == {key for key in waiting if (until := callers[key].until) and until <= self.at}
        for key in due.holds:
            callers[key].for_anybody()
            self.board.place({key: callers[key].place()}, {})
        for key in due.offers:
            self.time_out(key, lost=False)
        for seat in due.wraps:
            self.board.wrap_up(seat, self.at)
            self.model.free(seat, self.at)
        for seat in due.leases:
            self.board.lose(seat, self.at)
            self.model.lose(seat, self.at)
            held = chairs[seat].contact
            if held and callers[held].state == "offered":
                self.time_out(held, lost=True)

    @precondition(lambda self: any(c.state == "offered" for c in self.model.callers.values()))
    @rule()
    def times_out_too_early(self) -> None:
        for key, caller in self.model.callers.items():
            if caller.state == "offered" and caller.deadline and caller.deadline > self.at and caller.offer:
                with pytest.raises(Stale):
                    self.board.time_out((key, caller.offer, self.epoch, caller.version + 1), self.at)

    @rule()
    def redis_is_wiped(self) -> None:
        self.redis.flushdb()
        self.epoch += 1
        self.model.rescind()
        for chair in self.model.chairs.values():
            chair.lease = None if chair.state == "lost" else self.at + timedelta(seconds=CONFIG.lease_seconds)
        self.board.clear()
        callers = {key: caller.place() for key, caller in self.model.callers.items()}
        self.board.place(callers, {key: chair.now() for key, chair in self.model.chairs.items()}, self.at)
        self.board.open(self.epoch)
        # Offers that live through it count in the new epoch; the database writes them so.
        held = {caller.offer for caller in self.model.callers.values()}
        self.offers += [(key, offer, self.epoch) for key, offer, _ in self.offers if offer in held]

    @invariant()
    def index_and_model_say_the_same(self) -> None:
        callers = {key: caller.place().record(key) for key, caller in self.model.callers.items()}
        assert self.board.contacts() == callers
        assert self.board.seats() == {key: chair.now() for key, chair in self.model.chairs.items()}

    @invariant()
    def the_sets_hold_who_belongs_there(self) -> None:
        Sets(self.redis, self.board._keys).hold_who_belongs_there(self.model)


@pytest.mark.timeout(600)
def test_index_and_model_agree_whatever_happens(redis: Redis) -> None:
    health = list(HealthCheck)
    numbers = settings(max_examples=80, stateful_step_count=60, derandomize=True, suppress_health_check=health)
    run_state_machine_as_test(partial(BoardMachine, redis), settings=numbers)  # type: ignore[arg-type]
