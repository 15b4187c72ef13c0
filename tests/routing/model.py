"""The queue as a newcomer would write it down: plain lists and loops, no Redis, no sets that could disagree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from core.ids import named_id
from routing.config import RoutingConfig
from routing.needs import Need, Needs, Step
from routing.policy import millis
from routing.records import Place, SeatNow

NEEDS = Needs(
    ("youth", "senior"), (Need("youth", "youth", (Step(0, ("youth",)), Step(5, ("youth", "senior")), Step(12))),)
)
NUMBERS = RoutingConfig(head_starts=(20, 8, 3, 0, 0), longest_overtaken_seconds=15, needs=NEEDS)
GROUPS = [("ko",), ("ko", "ko:senior"), ("ko", "en", "ko:youth", "en:youth")]
SEATS = {named_id("seat", n): groups for n, groups in enumerate(GROUPS)}
BUSY = {"reserved", "connecting", "on_contact", "on_hold", "wrapping"}
STATE_AT = {"offered": "reserved", "connecting": "connecting", "connected": "on_contact"}


@dataclass
class Caller:
    klass: str
    language: str
    entered: datetime
    seq: int
    version: int = 0
    state: str = "waiting"
    offer: UUID | None = None
    seat: UUID | None = None
    deadline: datetime | None = None
    apart: dict[UUID, tuple[datetime, datetime]] = field(default_factory=dict)
    need: str = "any"
    first: UUID | None = None
    until: datetime | None = None

    def held_at(self, at: datetime) -> bool:
        return self.deadline is not None and self.deadline >= at

    def place(self) -> Place:
        apart = {str(key): [millis(pause), millis(until)] for key, (pause, until) in self.apart.items()}
        return Place(
            self.state,
            self.klass,
            self.language,
            millis(self.entered),
            self.seq,
            self.version,
            str(self.offer) if self.offer else None,
            str(self.seat) if self.seat else None,
            millis(self.deadline) if self.deadline else None,
            apart,
            self.need,
            str(self.first) if self.first else None,
            millis(self.until) if self.until else None,
        )

    def for_anybody(self) -> None:
        self.first = self.until = None

    def needs_anybody(self) -> None:
        self.need = "any"
        self.for_anybody()


@dataclass
class Chair:
    groups: tuple[str, ...]
    idle_since: datetime
    lease: datetime | None
    activity: str = "offline"
    next: str | None = None
    state: str = "idle"
    contact: UUID | None = None
    offer: UUID | None = None
    wrap_until: datetime | None = None
    softphone: bool = True
    unanswered: int = 0
    asked_from: datetime | None = None

    def rank(self) -> datetime:
        return max(self.idle_since, self.asked_from or self.idle_since)

    def takes_more(self) -> bool:
        away = self.state in {"lost", "not_responding", "recovering"} or not self.softphone
        return self.activity == "available" and not self.next and not away

    def now(self) -> SeatNow:
        return SeatNow(
            self.activity,
            self.state,
            self.idle_since,
            self.groups,
            self.next,
            self.contact,
            self.offer,
            self.wrap_until,
            self.softphone,
            self.unanswered,
            self.asked_from,
        )


@dataclass
class Model:
    config: RoutingConfig
    callers: dict[UUID, Caller] = field(default_factory=dict)
    chairs: dict[UUID, Chair] = field(default_factory=dict)

    def line(self, at: datetime) -> list[UUID]:
        waiting = [key for key, caller in self.callers.items() if caller.state == "waiting"]
        return sorted(waiting, key=lambda key: self._rank(self.callers[key], at))

    def _rank(self, caller: Caller, at: datetime) -> tuple[bool, datetime, int]:
        head_start = dict(zip(self.config.classes, self.config.head_starts, strict=True))[caller.klass]
        waited_long = at - caller.entered >= timedelta(seconds=self.config.longest_overtaken_seconds)
        ahead = timedelta(0) if waited_long else timedelta(seconds=head_start)
        return not waited_long, caller.entered - ahead, caller.seq

    def routable(self, at: datetime) -> list[UUID]:
        free = [key for key, chair in self.chairs.items() if chair.now().open and chair.lease and chair.lease > at]
        return sorted(free, key=lambda key: (self.chairs[key].rank(), str(key)))

    def staff(self) -> list[Chair]:
        """Who takes callers, now or after what they are at."""
        return [chair for chair in self.chairs.values() if chair.takes_more()]

    def asked(self, caller: Caller, at: datetime) -> set[str]:
        """By whom a caller may be taken: whoever their need asks by now, and where none is staffed, the next."""
        need = self.config.needs.of(caller.need)
        steps = need.steps if need else ()
        for step, later in pairwise(steps):
            groups = {f"{caller.language}:{skill}" for skill in step.skills}
            if (at - caller.entered).total_seconds() < later.after and any(groups & {*c.groups} for c in self.staff()):
                return groups
        return {caller.language}

    def fits(self, caller: Caller, seat: UUID, at: datetime) -> bool:
        if caller.first:
            return seat == caller.first and caller.language in self.chairs[seat].groups
        return bool(self.asked(caller, at) & {*self.chairs[seat].groups})

    def next_pair(self, at: datetime) -> tuple[UUID, UUID] | None:
        for key in self.line(at):
            caller = self.callers[key]
            fit = [seat for seat in self.routable(at) if self.fits(caller, seat, at)]
            fresh = [seat for seat in fit if seat not in caller.apart or caller.apart[seat][1] <= at]
            rested = [seat for seat in fit if seat in caller.apart and caller.apart[seat][0] <= at]
            if fresh or rested:
                return key, (fresh or rested)[0]
        return None

    def offer(self, key: UUID, seat: UUID, offer: UUID, at: datetime) -> None:
        caller, chair = self.callers[key], self.chairs[seat]
        caller.state, caller.offer, caller.seat = "offered", offer, seat
        caller.deadline = at + timedelta(seconds=self.config.offer_seconds)
        caller.version += 1
        chair.state, chair.offer, chair.contact = "reserved", offer, key

    def move(self, key: UUID, caller_state: str, chair_state: str) -> None:
        caller = self.callers[key]
        caller.state, caller.deadline, caller.version = caller_state, None, caller.version + 1
        assert caller.seat is not None
        self.become(caller.seat, chair_state)

    def become(self, seat: UUID, state: str) -> None:
        if self.chairs[seat].state != "lost":
            self.chairs[seat].state = state
        if state == "connecting":
            self.chairs[seat].unanswered = 0

    def free(self, seat: UUID, since: datetime | None, state: str = "idle") -> None:
        chair = self.chairs[seat]
        self.become(seat, "idle")
        chair.idle_since = since or chair.idle_since
        chair.unanswered = chair.unanswered if since is None else 0
        chair.contact = chair.offer = chair.wrap_until = None
        if chair.next:
            chair.activity, chair.next = chair.next, None
        if state != "idle" and chair.activity == "available":
            self.become(seat, state)

    def hand_back(self, key: UUID, at: datetime, since: datetime | None, state: str = "idle") -> None:
        caller = self.callers[key]
        assert caller.seat is not None
        self.free(caller.seat, since, state)
        pause, apart = (timedelta(seconds=s) for s in (self.config.pause_seconds, self.config.apart_seconds))
        caller.apart[caller.seat] = (at + pause, at + apart)
        caller.for_anybody()
        caller.state, caller.offer, caller.seat, caller.deadline = "waiting", None, None, None
        caller.version += 1

    def time_out(self, key: UUID, at: datetime, *, lost: bool) -> None:
        seat = self.callers[key].seat
        assert seat is not None
        unanswered = self.chairs[seat].unanswered + (not lost)
        silent = lost or unanswered >= self.config.unanswered_limit
        self.hand_back(key, at, at, "not_responding" if silent else "idle")
        self.chairs[seat].unanswered = unanswered

    def wrap_up(self, seat: UUID, at: datetime, recover_until: datetime | None, then: str) -> None:
        chair = self.chairs[seat]
        chair.asked_from = recover_until and at + 2 * (recover_until - at)
        chair.next = chair.next or then or None
        self.free(seat, at)
        if recover_until and chair.activity == "available":
            chair.state, chair.wrap_until = "recovering", recover_until

    def leave(self, key: UUID) -> None:
        caller = self.callers.pop(key)
        if caller.seat:
            self.free(caller.seat, None)

    def finish(self, key: UUID, at: datetime) -> None:
        seat = self.callers.pop(key).seat
        assert seat is not None
        chair = self.chairs[seat]
        if chair.state == "lost":
            self.free(seat, at)
            return
        chair.state, chair.offer = "wrapping", None
        chair.wrap_until = at + timedelta(seconds=self.config.wrap_up_seconds)

    def take(self, seat: UUID, groups: tuple[str, ...], at: datetime) -> Chair:
        chair = self.chairs.setdefault(seat, Chair(groups, at, None))
        chair.groups = groups
        chair.lease = at + timedelta(seconds=self.config.lease_seconds)
        if chair.state == "lost":
            caller = self.callers.get(chair.contact) if chair.contact else None
            chair.state = STATE_AT[caller.state] if caller and caller.seat == seat else "idle"
            if chair.state == "idle":
                self.free(seat, at)
        return chair

    def sit(self, seat: UUID, groups: tuple[str, ...], activity: str, at: datetime) -> None:
        self.take(seat, groups, at).unanswered = 0
        self.choose(seat, activity, at)

    def choose(self, seat: UUID, activity: str, at: datetime) -> None:
        chair = self.chairs[seat]
        if chair.state in BUSY or (chair.state == "lost" and chair.contact):
            chair.next = activity if activity != chair.activity else None
            return
        if chair.state in {"not_responding", "recovering"}:
            chair.state, chair.idle_since, chair.wrap_until = "idle", at, None
        if chair.activity != activity:
            chair.activity, chair.idle_since = activity, at

    def lose(self, seat: UUID, at: datetime) -> None:
        chair = self.chairs[seat]
        chair.lease = None
        if chair.state in {"wrapping", "recovering"}:
            self.free(seat, at)
        if chair.activity != "offline" or chair.contact:
            chair.state = "lost"

    def rescind(self) -> None:
        for caller in self.callers.values():
            if caller.state == "offered":
                assert caller.seat is not None
                self.free(caller.seat, None)
                caller.state, caller.offer, caller.seat, caller.deadline = "waiting", None, None, None
                caller.version += 1
