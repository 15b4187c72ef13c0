"""The week that is played, as data: who calls, how patiently, how long talks last, who sits when, by what source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from random import Random
from typing import Literal


@dataclass(frozen=True, slots=True)
class Law:
    """How a time scatters around its mean."""

    kind: Literal["exponential", "lognormal"]
    mean_s: float
    sigma: float = 1.0
    """Of a lognormal law: the deviation of the logarithm."""

    def __post_init__(self) -> None:
        """Refuse what is no law of a time."""
        if self.kind not in {"exponential", "lognormal"} or self.mean_s <= 0 or self.sigma <= 0:
            raise ValueError(f"{self} is no law: write exponential or lognormal, a mean and a sigma above 0")

    def draw(self, rng: Random) -> float:
        """Draw a time in seconds."""
        if self.kind == "exponential":
            return rng.expovariate(1 / self.mean_s)
        return rng.lognormvariate(log(self.mean_s) - self.sigma**2 / 2, self.sigma)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How many call on a mean day, and how they spread over its hours and over Monday to Sunday."""

    source: str
    calls_per_day: float
    hours: Sequence[float]
    weekdays: Sequence[float]


@dataclass(frozen=True, slots=True)
class Callers:
    """Shares: of callers in danger, and of conversations that are handed on or cut off."""

    source: str
    danger: float
    handed_on: float
    cut_off: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers wait before they give up, how many hang up at once, and who calls again."""

    source: str
    law: Law
    at_once: float
    at_once_s: float
    again: float
    again_after: Law
    most_calls: int


@dataclass(frozen=True, slots=True)
class Talk:
    """One kind of conversation."""

    name: str
    share: float
    law: Law


@dataclass(frozen=True, slots=True)
class Talks:
    """The kinds of conversation, and the one with somebody in danger."""

    source: str
    kinds: Sequence[Talk]
    danger: Talk


@dataclass(frozen=True, slots=True)
class Seats:
    """How counselors answer, write, rest and pause."""

    source: str
    accept_s: Sequence[float]
    """The quickest and the slowest."""
    connect_s: float
    unanswered: float
    back_after: Law
    extended: float
    heavy_after_s: float
    pause_s: float
    rest_s: float
    days_a_week: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Who is called back, when, and how often somebody picks up."""

    source: str
    asks: float
    asks_after_s: float
    given_up_after_s: float
    reached: float
    dial_s: float
    tries: int
    gap_s: float
    oldest_place_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Some hours of one weekday in which so many times as many call."""

    source: str
    weekday: int
    begin: float
    end: float
    factor: float

    def covers(self, day: int, hour: int) -> bool:
        """Tell whether an hour belongs to it; it may go on after midnight."""
        since = (day - self.weekday) % 7 * 24 + hour
        return self.begin <= since < self.end


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is given before a policy is chosen."""

    as_of: date
    timezone: str
    first_day: date
    """The first day that is played."""
    counselors: int
    arrivals: Arrivals
    callers: Callers
    patience: Patience
    talks: Talks
    seats: Seats
    callbacks: Callbacks
    rotas: Mapping[str, Sequence[Sequence[float]]]
    bursts: Mapping[str, Burst]

    def rate(self, day: int, hour: int, bursts: Sequence[str] = ()) -> float:
        """Give how many call in an hour, where day 0 is the first day that is played."""
        arrivals, weekday = self.arrivals, (self.first_day.weekday() + day) % 7
        share = arrivals.hours[hour] / sum(arrivals.hours)
        mean = arrivals.calls_per_day * arrivals.weekdays[weekday] * 7 / sum(arrivals.weekdays)
        rate = mean * share
        for name in bursts:
            if self.bursts[name].covers(weekday, hour):
                rate *= self.bursts[name].factor
        return rate

    def sources(self) -> list[str]:
        """Give where the numbers come from, and what is assumed."""
        parts = (self.arrivals, self.callers, self.patience, self.talks, self.seats, self.callbacks)
        return [part.source for part in parts]
