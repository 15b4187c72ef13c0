"""Everything that can be done with the queue, and everything that can befall it, in any order; see fated.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from sqlalchemy.orm import Session

import routing.service as queue
from core.ids import named_id
from routing.board import Board
from routing.policy import OVERFLOWED
from routing.service.overflow import change_queue
from routing.service.seats import set_activity_of
from tests.routing.desk import CONFIG, actor, contact
from tests.routing.fated import FATES, FINE, LOGINS, WITH_NIGHT, Fate, FatedQueue
from tests.routing.reference import Stay

SUN = actor("sun")
PICK, LOGIN = st.integers(0, 1000), st.sampled_from(sorted(LOGINS))
QUEUES = ("loneliness", "elsewhere")


class QueueMachine(FatedQueue):
    """Every operation, by whoever, in or out of turn."""

    @initialize(wrap_up=st.sampled_from([CONFIG.wrap_up_seconds] * 2 + [0]))
    def opens(self, wrap_up: float) -> None:
        self.open(
            replace(
                CONFIG, wrap_up_seconds=wrap_up, needs=WITH_NIGHT, preferred_seconds=6, occupancy_cap=2,
                break_after_seconds=10**9,
            )
        )  # fmt: skip

    @rule(
        klass=st.sampled_from(CONFIG.classes), language=st.sampled_from(["ko", "ko", "en"]),
        need=st.sampled_from(["any", "any", "youth"]), own=st.sampled_from([None, None, *sorted(LOGINS)]), fate=FATES,
    )  # fmt: skip
    def calls(self, klass: str, language: str, need: str, own: str | None, fate: Fate) -> None:
        name, whom = f"M{len(self.names)}", actor(own).id if own else None
        key = self.desk.write(name, klass, language, need=need)
        self.names.append(key)
        stay = self.model.callers[key] = Stay(klass, language, self.at, self.desk.entry(name).seq)
        stay.need = self.model.need_of(need, self.at)
        self.do(let_in, key, whom, then=lambda: self.model.enters(key, whom, self.at), fate=fate)

    @rule(login=LOGIN, activity=st.sampled_from(["available", "available", "break"]), fate=FATES)
    def chooses(self, login: str, activity: str, fate: Fate) -> None:
        who = self.who(login)
        then = lambda: self.model.chooses(who.id, self.found_by(login), activity, self.at)  # noqa: E731
        self.do(queue.set_activity, who, activity, then=then, fate=fate)

    @rule(login=LOGIN, activity=st.sampled_from(["available", "break", "offline"]), fate=FATES)
    def is_told_by_a_supervisor(self, login: str, activity: str, fate: Fate) -> None:
        key = actor(login).id
        then = lambda: self.model.is_told(key, activity, self.at)  # noqa: E731
        self.do(set_activity_of, key, activity, then=then, fate=fate)

    @rule(login=LOGIN, skills=st.lists(st.sampled_from(WITH_NIGHT.skills), unique=True), fate=FATES)
    def is_given_skills(self, login: str, skills: list[str], fate: Fate) -> None:
        def then() -> None:
            self.skills[login] = (*skills,)
            self.model.learns(actor(login).id, self.found_by(login), self.at)

        self.do(queue.set_skills, actor(login).id, skills, then=then, fate=fate)

    @rule(pick=PICK, fate=FATES)
    def accepts(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, "offered"):
            offer = self.offer_of(key)
            fails = self.torn
            then = lambda: self.model.move(key, "connecting", "connecting")  # noqa: E731
            accepted = self.do(queue.accept, offer.id, offer.counselor_id, then=then, fate=fate)
            # Whoever accepts in time has the caller, whatever went wrong before and was mended.
            assert accepted or fails or fate.kind in {"dies", "cut"} or offer.deadline < self.at

    @rule(pick=PICK, fate=FATES)
    def rejects(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, "offered"):
            offer = self.offer_of(key)
            then = lambda: self.model.passed_on(key, self.at, self.at)  # noqa: E731
            self.do(queue.reject, offer.id, offer.counselor_id, "busy", then=then, fate=fate)

    @rule(pick=PICK, fate=FATES)
    def connects(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, "connecting"):
            self.talked.add(key)
            then = lambda: self.model.move(key, "connected", "on_contact")  # noqa: E731
            self.do(queue.connected, key, then=then, fate=fate)

    @rule(pick=PICK, why=st.sampled_from(["failed", "no-answer"]), fate=FATES)
    def fails_to_connect(self, pick: int, why: str, fate: Fate) -> None:
        if key := self.some(pick, "connecting"):
            since, state = (None, "idle") if why == "failed" else (self.at, "not_responding")
            then = lambda: self.model.passed_on(key, self.at, since, state)  # noqa: E731
            self.do(queue.connect_failed, key, why, then=then, fate=fate)

    @rule(pick=PICK, on=st.booleans(), fate=FATES)
    def holds(self, pick: int, on: bool, fate: Fate) -> None:  # noqa: FBT001 - Hypothesis names it.
        if key := self.some(pick, "connected"):
            state = "on_hold" if on else "on_contact"
            then = lambda: self.model.move(key, "connected", state)  # noqa: E731
            self.do(queue.hold if on else queue.resume, key, then=then, fate=fate)

    @rule(pick=PICK, by=st.sampled_from(["caller", "transfer"]), fate=FATES)
    def finishes(self, pick: int, by: str, fate: Fate) -> None:
        if key := self.some(pick, "connected"):
            state = "transferred" if by == "transfer" else "completed"
            self.do(queue.finish, key, by, then=lambda: self.model.ends(key, state, self.at), fate=fate)

    @rule(pick=PICK, reason=st.sampled_from(["abandoned", "callback_requested", "max_wait", "overflowed"]), fate=FATES)
    def leaves(self, pick: int, reason: str, fate: Fate) -> None:
        by_flow = reason in OVERFLOWED
        # Who has been accepted is brought to their counselor, wherever the flow would have led them.
        if key := self.some(pick, "waiting", "offered", *([] if by_flow else ["connecting"])):
            then = lambda: self.model.leaves(key, reason, self.at)  # noqa: E731
            self.do(queue.overflow if by_flow else queue.leave, key, reason, then=then, fate=fate)

    @rule(pick=PICK, fate=FATES)
    def comes_back(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, *OVERFLOWED):
            self.do(queue.come_back, key, then=lambda: self.model.comes_back(key, self.at), fate=fate)

    @rule(pick=PICK, to=st.sampled_from(QUEUES))
    def goes_to_another_queue(self, pick: int, to: str) -> None:
        if key := self.some(pick, "waiting", "offered"):
            with self.desk.sessions.begin() as tx:
                change_queue(tx, key, to, at=self.at)
            if not self.torn:
                self.model.stay(key).queue = to

    @rule(pick=PICK, fate=FATES)
    def is_in_danger(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, "waiting", "offered", "connecting", "connected"):
            then = lambda: self.model.is_in_danger(key, self.at)  # noqa: E731
            self.do(queue.raise_to_danger, key, then=then, fate=fate)

    @rule(
        pick=PICK, login=st.sampled_from([None, *sorted(LOGINS)]), need=st.sampled_from([None, "youth"]), fate=FATES
    )  # fmt: skip
    def goes_on(self, pick: int, login: str | None, need: str | None, fate: Fate) -> None:
        """Hand a conversation on: to the line, or to one counselor."""
        first = self.some(pick, "connected")
        only = actor(login).id if login else None
        if first is None or fate.kind == "twice" or self.torn or (only and not self.model.is_free(only)):
            return
        key = contact(f"M{len(self.names)}")
        onward = queue.Onward(key, "loneliness", only, need)
        then = lambda: self.model.goes_on(first, key, only, need, self.at)  # noqa: E731
        self.do(queue.go_on, first, onward, then=then, fate=fate)
        if key in self.model.callers | self.model.gone:
            self.names.append(key)

    @rule(pick=PICK, login=st.sampled_from([None, *sorted(LOGINS)]), fate=FATES)
    def is_pulled(self, pick: int, login: str | None, fate: Fate) -> None:
        """A supervisor holds a caller out to one counselor, or takes them."""
        key, to = self.some(pick, "waiting"), actor(login or "sun").id
        if key is None or self.torn or not self.model.may_be_pulled(to, oneself=login is None):
            return
        name, whom = self.model.stay(key).queue, to if login else SUN
        self.do(pull_of(name), key, whom, then=lambda: self.model.is_pulled(key, to, self.at), fate=fate)

    @rule(pick=PICK, login=st.sampled_from(["sun", *sorted(LOGINS)]), n=PICK, fate=FATES)
    def is_taken_over(self, pick: int, login: str, n: int, fate: Fate) -> None:
        key, by = self.some(pick, "connected"), actor(login)
        if key is None or self.torn or not self.model.may_take_over(by.id):
            return
        offer = named_id("taken over", len(self.names), n, self.at.isoformat(), str(key), login)
        self.do(queue.take_over, key, by, offer, then=lambda: self.model.is_taken_over(key, by.id, self.at), fate=fate)

    @rule(pick=PICK, fate=FATES)
    def is_brought_back(self, pick: int, fate: Fate) -> None:
        if key := self.some(pick, "connected"):
            then = lambda: self.model.is_brought_back(key, self.at)  # noqa: E731
            self.do(queue.bring_back, key, "gone", then=then, fate=fate)

    @rule(ago=st.sampled_from([0, 30, 4000]), first=st.sampled_from([None, *sorted(LOGINS)]), fate=FATES)
    def is_called_back(self, ago: int, first: str | None, fate: Fate) -> None:
        """Somebody who is owed a call-back stands at the place they had, for one counselor first."""
        if self.torn:
            return
        key, since = contact(f"M{len(self.names)}"), self.at - timedelta(seconds=ago)
        until = self.at + timedelta(seconds=30)
        asked = actor(first).id if first else None
        who = queue.Standing(
            contact_id=key, queue="loneliness", priority="callback", language="ko", provider_ref="", since=since,
            first_to=asked, others_from=until,
        )  # fmt: skip
        then = lambda: self.model.is_called_back(key, since, asked, self.at)  # noqa: E731
        self.do(queue.stand, who, then=then, fate=fate)
        if key in self.model.callers:
            self.names.append(key)

    @rule(pick=PICK, ago=st.sampled_from([5, 400]), fate=FATES)
    def takes_up_an_older_place(self, pick: int, ago: int, fate: Fate) -> None:
        key = self.some(pick, "waiting")
        if key is None or self.torn or key in self.talked:
            return
        since = self.model.stay(key).entered - timedelta(seconds=ago)
        self.do(queue.take_up, key, since, then=lambda: self.model.takes_up(key, since), fate=fate)

    @rule(login=LOGIN, longer=st.booleans(), fate=FATES)
    def wraps_up(self, login: str, longer: bool, fate: Fate) -> None:  # noqa: FBT001 - Hypothesis names it.
        key = actor(login).id
        if self.desk.seat(login).state == "wrapping":
            fate = FINE if longer and fate.kind == "twice" else fate
            then = lambda: (self.model.extends if longer else self.model.writes_no_more)(key, self.at)  # noqa: E731
            self.do(queue.extend_wrap_up if longer else queue.wrap_up, key, then=then, fate=fate)

    @rule(seconds=st.sampled_from([1, 1, 4, 8, 21, 21, 3600, -3600]), heard=st.booleans(), fate=FATES)
    def time_passes(self, seconds: int, heard: bool, fate: Fate) -> None:  # noqa: FBT001 - Hypothesis names it.
        """Time goes on, or a clock jumps; desks are heard of or not, and the relay sweeps."""
        self.desk.later(seconds)
        for login in LOGINS if heard else ():
            heard_of = partial(self.model.heard, actor(login).id, self.found_by(login), self.at)
            self.do(queue.heartbeat, self.who(login), then=heard_of)
        self.do(queue.sweep, then=lambda: self.model.sweep(self.at), fate=fate)


def let_in(tx: Session, key: UUID, own: UUID | None, *, board: Board, at: datetime) -> None:
    """Let a caller in as the journal does, kept for their own counselor."""
    if own is not None:
        queue.prefer(tx, key, own, board=board, at=at)
    queue.enter(tx, key, board=board, at=at)


def pull_of(name: str) -> Callable[..., object]:
    return lambda tx, key, whom, **more: queue.pull(tx, name, key, whom, **more)
