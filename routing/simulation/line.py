"""The line of one week under one policy: callers enter, are offered, talk or leave, by the product's own rules."""

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from random import Random
from typing import Any
from uuid import UUID

from routing.policy import left_as, longer_wrap_up, turn
from routing.simulation.agenda import Agenda
from routing.simulation.callers import Caller, luck
from routing.simulation.floor import Floor, Seat
from routing.simulation.policies import Policy
from routing.simulation.rota import Shift
from routing.simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as the metrics read it."""

    kind: str
    at: datetime
    contact_id: UUID | None = None
    counselor_id: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    offer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Overtaking:
    """One caller was offered to a seat while another waited who had come before."""

    ahead: Caller
    behind: Caller
    at: float


class Line:
    """One simulated line; after `play` it holds all that happened."""

    def __init__(self, scenario: Scenario, policy: Policy, start: datetime, rng: Random) -> None:
        self.scenario, self.policy, self.start = scenario, policy, start
        self.events: list[Event] = []
        self.contacts: dict[UUID, Caller] = {}
        self.overtakings: list[Overtaking] = []
        self.talked: set[int] = set()
        """The people who talked to somebody in the end."""
        self._rng, self._agenda = rng, Agenda()
        self._floor = Floor(self._agenda, scenario.seats.rest_s, self._tell, self._match)
        self._lines: dict[str, list[Caller]] = {klass: [] for klass in policy.routing.classes}

    def play(self, callers: Iterable[Caller], shifts: Iterable[Shift]) -> None:
        """Play until everybody has talked or left; the callers given stay as they are."""
        self._floor.open(shifts)
        for caller in callers:
            self._agenda.plan(caller.since, partial(self._enter, replace(caller)))
        self._agenda.play()

    def moment(self, seconds: float) -> datetime:
        """Give the moment so many seconds after the beginning."""
        return self.start + timedelta(seconds=seconds)

    def _tell(self, seat: Seat, activity: str) -> None:
        self._note("seat", None, seat, activity=activity)

    def _enter(self, caller: Caller) -> None:
        caller.seq = len(self.contacts) + 1
        caller.id = UUID(int=caller.seq)
        self.contacts[caller.id] = caller
        self.events.append(Event("entered", self.moment(caller.since), caller.id))
        self._wait(caller)
        if not caller.called_back:
            self._agenda.plan(caller.luck.patience_s, partial(self._give_up, caller))
        # Whoever is in danger is never asked whether they would rather be called later.
        if self.policy.callbacks and caller.klass == "normal" and caller.luck.asks:
            self._agenda.plan(self.scenario.callbacks.asks_after_s, partial(self._ask, caller))
        self._match()

    def _again(self, caller: Caller, klass: str, calls: int = 1) -> None:
        """Let the same person enter anew, as a contact with a luck of its own."""
        key = f"{caller.key}/{klass}{calls}"
        drawn = luck(self.scenario, key, klass)
        self._enter(Caller(key, caller.person, klass, self._agenda.now, drawn, calls=calls))

    def _stand(self, caller: Caller, calls: int = 1) -> None:
        """Let a call-back stand at the place of the call that it is for; whoever has talked meanwhile needs none."""
        if caller.person in self.talked:
            return
        since = max(caller.since, self._agenda.now - self.scenario.callbacks.oldest_place_s)
        key, klass = f"{caller.key}/back{calls}", "danger" if caller.klass == "danger" else "callback"
        drawn = luck(self.scenario, key, klass)
        self._enter(Caller(key, caller.person, klass, since, drawn, calls=calls, called_back=True))

    def _give_up(self, caller: Caller) -> None:
        if caller.state not in {"waiting", "offered"}:
            return
        seat, patience = caller.seat, self.scenario.patience
        state = self._leave(caller, "abandoned")
        if caller.luck.again and caller.calls < patience.most_calls:
            klass = "danger" if caller.klass == "danger" else "normal"
            self._agenda.plan(caller.luck.again_after_s, partial(self._again, caller, klass, caller.calls + 1))
        elif self.policy.callbacks and state == "abandoned":
            self._agenda.plan(self.scenario.callbacks.given_up_after_s, partial(self._stand, caller))
        if seat is not None:
            self._floor.take_back(seat)

    def _ask(self, caller: Caller) -> None:
        if caller.state == "waiting":
            self._leave(caller, "callback_requested")
            self._stand(caller)

    def _leave(self, caller: Caller, reason: str) -> str:
        state = left_as(reason, self._agenda.now - caller.since, self.policy.routing)
        self._note("left", caller, state=state)
        if caller.state == "waiting":
            self._lines[caller.klass].remove(caller)
        caller.state, caller.seat = "gone", None
        return state

    def _wait(self, caller: Caller) -> None:
        caller.state, caller.seat = "waiting", None
        insort(self._lines[caller.klass], caller, key=_came)

    def _match(self) -> None:
        while heads := [line[0] for line in self._lines.values() if line]:
            free = self._floor.free()
            if not free:
                return
            turns = partial(self._turn, at=self.moment(self._agenda.now))
            self._offer(min(heads, key=turns), self.policy.pick(free, self._rng))

    def _turn(self, caller: Caller, at: datetime) -> tuple[int, float, int]:
        return turn(caller.klass, self.moment(caller.since), caller.seq, at=at, config=self.policy.routing)

    def _offer(self, caller: Caller, seat: Seat) -> None:
        self._lines[caller.klass].remove(caller)
        for line in self._lines.values():
            for other in takewhile(lambda other: _came(other) < _came(caller), line):
                other.overtaken += 1
                self.overtakings.append(Overtaking(caller, other, self._agenda.now))
        caller.state, caller.seat, seat.state = "offered", seat, "offered"
        caller.offers += 1
        rules = self.scenario
        if caller.luck.unanswered and caller.offers == 1:
            self._agenda.plan(self.policy.routing.offer_seconds, partial(self._unanswered, caller, seat))
        else:
            dialed = rules.callbacks.dial_s if caller.called_back else 0
            ready = caller.luck.accept_s + rules.seats.connect_s + dialed
            self._agenda.plan(ready, partial(self._connect, caller, seat))

    def _unanswered(self, caller: Caller, seat: Seat) -> None:
        if caller.seat is not seat:
            return
        self._note("timed_out", caller, seat)
        self._floor.absent(seat, caller.luck.away_s)
        self._wait(caller)
        self._match()

    def _connect(self, caller: Caller, seat: Seat) -> None:
        if caller.seat is not seat:
            return
        if caller.called_back and not caller.luck.reached:
            self._not_reached(caller, seat)
            return
        caller.state, seat.state = "talking", "busy"
        self.talked.add(caller.person)
        self._note("connected", caller, seat)
        self._agenda.plan(caller.luck.talk_s, partial(self._finish, caller, seat))

    def _not_reached(self, caller: Caller, seat: Seat) -> None:
        self._leave(caller, "not_reached")
        rules = self.scenario.callbacks
        if caller.calls < rules.tries:
            self._agenda.plan(rules.gap_s, partial(self._stand, caller, caller.calls + 1))
        self._floor.done(seat)

    def _finish(self, caller: Caller, seat: Seat) -> None:
        config, began, drawn = self.policy.routing, self.moment(self._agenda.now), caller.luck
        caller.state = "gone"
        self._note("finished", caller, seat, talk_s=drawn.talk_s)
        until = began + timedelta(seconds=config.wrap_up_seconds)
        for _ in range(drawn.extensions):
            until = longer_wrap_up(began, until, config)
        wrap_s = (until - began).total_seconds()
        seat.busy_s += drawn.talk_s + wrap_s
        self._agenda.plan(wrap_s, partial(self._wrapped, caller, seat, wrap_s))
        if drawn.handed_on or drawn.cut_off:
            self._again(caller, "transfer" if drawn.handed_on else "returned")

    def _wrapped(self, caller: Caller, seat: Seat, wrap_s: float) -> None:
        self._note("wrapped", caller, seat, wrap_s=wrap_s)
        heavy = caller.klass == "danger" or caller.luck.talk_s >= self.scenario.seats.heavy_after_s
        if heavy and self.policy.pauses:
            self._floor.pause(seat, self.scenario.seats.pause_s)
        else:
            self._floor.done(seat)

    def _note(self, kind: str, caller: Caller | None, seat: Seat | None = None, **detail: Any) -> None:
        at, contact_id = self.moment(self._agenda.now), caller.id if caller else None
        self.events.append(Event(kind, at, contact_id, seat.id if seat else None, detail))


def _came(caller: Caller) -> tuple[float, int]:
    return caller.since, caller.seq
