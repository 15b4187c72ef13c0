"""Who calls: everything that chance decides about a caller, drawn before any policy is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from routing.simulation.floor import Seat
from routing.simulation.scenario import Scenario, Talk

HOUR = 3600
NOT_YET = UUID(int=0)
"""Who has not entered has no name yet."""


@dataclass(frozen=True, slots=True)
class Luck:
    """What chance has in store for one contact: the same under every policy, so that a difference is the policy's."""

    patience_s: float
    again: bool
    again_after_s: float
    asks: bool
    reached: bool
    accept_s: float
    unanswered: bool
    away_s: float
    talk_s: float
    extensions: int
    handed_on: bool
    cut_off: bool


@dataclass(slots=True, eq=False)
class Caller:
    """One contact in the line; `key` names its luck, `person` is who calls, `since` when their place began."""

    key: str
    person: int
    klass: str
    since: float
    luck: Luck
    calls: int = 1
    """The how-manieth call it is: of the caller, or of those who call back."""
    id: UUID = NOT_YET
    seq: int = 0
    state: str = "coming"
    called_back: bool = False
    seat: Seat | None = None
    """Where it is offered, or talks."""
    offers: int = 0
    overtaken: int = 0
    """By how many it was overtaken."""


def first_calls(scenario: Scenario, seed: str, days: int, load: float, bursts: Sequence[str]) -> Iterator[Caller]:
    """Give who calls in these days, in the order of their calling: callers by chance, at each hour's rate."""
    rng, person = Random(f"{seed}/arrivals"), 0
    for day in range(days):
        for hour in range(24):
            rate = scenario.rate(day, hour, bursts) * load / HOUR
            begin = float((day * 24 + hour) * HOUR)
            moment = begin + rng.expovariate(rate)
            while moment < begin + HOUR:
                klass = "danger" if rng.random() < scenario.callers.danger else "normal"
                key = f"{seed}/{person}"
                yield Caller(key, person, klass, moment, luck(scenario, key, klass))
                person += 1
                moment += rng.expovariate(rate)


def luck(scenario: Scenario, key: str, klass: str) -> Luck:
    """Draw what chance has in store for a contact: one key, one luck."""
    rng, patience, seats = Random(key), scenario.patience, scenario.seats
    at_once = rng.random() < patience.at_once
    waits = rng.uniform(0, patience.at_once_s) if at_once else patience.law.draw(rng)
    talk = scenario.talks.danger if klass == "danger" else _kind(scenario.talks.kinds, rng.random())
    lasts = talk.law.draw(rng)
    extensions = 0
    while rng.random() < seats.extended:
        extensions += 1
    return Luck(
        patience_s=waits,
        again=rng.random() < patience.again,
        again_after_s=patience.again_after.draw(rng),
        asks=rng.random() < scenario.callbacks.asks,
        reached=rng.random() < scenario.callbacks.reached,
        accept_s=rng.uniform(*scenario.seats.accept_s),
        unanswered=rng.random() < seats.unanswered,
        away_s=seats.back_after.draw(rng),
        talk_s=lasts,
        extensions=extensions,
        handed_on=rng.random() < scenario.callers.handed_on,
        cut_off=rng.random() < scenario.callers.cut_off,
    )


def _kind(kinds: Sequence[Talk], chance: float) -> Talk:
    for kind in kinds:
        chance -= kind.share
        if chance < 0:
            return kind
    return kinds[-1]
