"""Who speaks a language: the formula beside a line that is played through call by call."""

import heapq
from dataclasses import dataclass, field
from random import Random

import pytest

from routing.staffing import Load, among

SOON = 20.0


@dataclass
class Played:
    """A line of seats, of which the first `some` speak English too; whoever is free longest is asked."""

    load: Load
    seats: int
    some: int
    rng: Random = field(default_factory=lambda: Random(120))
    waiting: list[tuple[float, bool, float]] = field(default_factory=list)
    busy: list[tuple[float, int]] = field(default_factory=list)
    soon: int = 0
    given_up: int = 0

    def __post_init__(self) -> None:
        self.idle = list(range(self.seats))

    def until(self, moment: float) -> None:
        """Let calls end until a moment."""
        while self.busy and self.busy[0][0] <= moment:
            now, seat = heapq.heappop(self.busy)
            self.idle.append(seat)
            self.serve(now)

    def serve(self, now: float) -> None:
        """Let whoever waits longest, and can be helped, talk."""
        self.given_up += sum(english for _, english, gone in self.waiting if gone <= now)
        self.waiting = [each for each in self.waiting if each[2] > now]
        for came, english, gone in list(self.waiting):
            seat = next((each for each in self.idle if each < self.some or not english), None)
            if seat is not None:
                self.idle.remove(seat)
                self.waiting.remove((came, english, gone))
                self.soon += english and now - came <= SOON
                heapq.heappush(self.busy, (now + self.rng.expovariate(1 / self.load.handling_s), seat))

    def play(self, callers: int, share: float) -> tuple[float, float]:
        """Let so many callers come; gives the shares of the English ones answered soon, and giving up."""
        now, english = 0.0, 0
        for _ in range(callers):
            now += self.rng.expovariate(self.load.per_hour / 3600)
            self.until(now)
            speaks = self.rng.random() < share
            english += speaks
            self.waiting.append((now, speaks, now + self.rng.expovariate(1 / self.load.patience_s)))
            self.serve(now)
        return self.soon / english, self.given_up / english


@pytest.mark.parametrize(("n", "some", "per_hour"), [(5, 2, 10), (7, 2, 10), (7, 5, 10), (20, 5, 45)])
def test_the_callers_of_a_few_are_served_as_a_played_line_serves_them(n: int, some: int, per_hour: float) -> None:
    load = Load(per_hour, 1200, 180)
    assert among(n, some, load, SOON) == pytest.approx(Played(load, n, some).play(60_000, 0.1), abs=0.05)
