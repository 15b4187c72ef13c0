"""Who sits when: a team's shifts over some days, divided as a rota says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.simulation.scenario import Scenario

HOUR = 3600
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Shift:
    """One counselor's time at the seat, in seconds since the beginning, and when their rest is due (None: none)."""

    counselor: int
    begin: float
    end: float
    rest_at: float | None = None


def shifts(scenario: Scenario, rota: str, counselors: int, days: int) -> Iterator[Shift]:
    """Give every shift of some days, that of the night before included.

    Each counselor works five days of seven, one shift a day, and people move through the shifts forward: morning, then
    afternoon, then night, then free. Rests of one shift lie apart from each other.
    """
    rows = scenario.rotas[rota]
    a_day = max(1, round(counselors * scenario.seats.days_a_week / DAYS_A_WEEK))
    numbers = divided(a_day, [share for _, _, share in rows])
    for day in range(-1, days + 1):
        turn = (day + 1) * a_day
        for (begins, hours, _), number in zip(rows, numbers, strict=True):
            begin, end = (day * 24 + begins) * HOUR, (day * 24 + begins + hours) * HOUR
            for place in range(number):
                rest_at = begin + (end - begin) * (place + 1) / (number + 1)
                if end > 0:
                    yield Shift(turn % counselors, max(0, begin), end, rest_at if rest_at > 0 else None)
                turn += 1


def divided(whole: int, shares: Sequence[float]) -> list[int]:
    """Divide whole people by shares: everybody somewhere, and nobody further from their share than they must be."""
    wished = [whole * share for share in shares]
    numbers = [int(wish) for wish in wished]
    by_rest = sorted(range(len(shares)), key=lambda n: (numbers[n] - wished[n], n))
    for n in by_rest[: whole - sum(numbers)]:
        numbers[n] += 1
    return numbers
