"""How long a waiting caller will wait: rates learned from what happened, and what they come to at one place in line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean, pstdev

from routing.metrics import Stay

WINDOW = timedelta(days=1)
"""How far back the rates look; the handling time of the last hour counts most."""
RECENT = timedelta(hours=1)
FEWEST_HANDLED = 20
"""With fewer conversations than this in the window, nothing is foretold."""
FEWEST_ABANDONED = 5
"""With fewer hang-ups than this, nobody ahead is counted upon to give up: the wait comes out longer, never shorter."""
MOST_SCATTERED = 1.5
"""Handling times whose deviation is more than this many times their mean foretell nothing; chance alone comes to 1."""
PRIOR_CALLS = 5
"""The window's mean counts like so many conversations beside those of the last hour."""
TRIMMED = 0.1
"""This share of the shortest, and of the longest, conversations of the last hour is left out of their mean."""
HEAD_WEIGHT = 1 / 3
"""What the head of the line counts beside the line's length: the squared error of a head's wait is about twice as big
where callers come by chance (Ibrahim and Whitt 2009), and two estimates are weighed by one over their errors."""
QUANTILE_80 = 0.8416
"""How many deviations above the mean four out of five lie."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What the line's own past says: seconds to handle a call, and seconds until a caller gives up (None: never)."""

    handling_s: float
    patience_s: float | None
    recent: int
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """Where a caller waits: whom they ask, who is ahead by whom these ask, the head's wait, and the seats on shift.

    A seat has groups: a language, or a skill in a language. Groups are written with commas between them; `seats` are
    counted by all their groups.
    """

    asked: str
    waited_s: float
    ahead: Mapping[str, int]
    head_waited_s: float | None
    seats: Mapping[str, int]
    free: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """A remaining wait in seconds: its mean, and what four out of five stay within; and how many seats may end it."""

    seconds: float
    within: float
    seats: int


def learn(stays: Iterable[Stay], at: datetime) -> Rates | None:
    """Learn the rates from the stays of the window; None where they are too few or too scattered to foretell by."""
    window = list(stays)
    handled = [(ended(stay), handling(stay)) for stay in window if stay.talk is not None]
    times = [seconds for _, seconds in handled]
    if len(times) < FEWEST_HANDLED or not (mean := fmean(times)) or pstdev(times) > MOST_SCATTERED * mean:
        return None
    recent = _trimmed([seconds for end, seconds in handled if end > at - RECENT])
    blended = (sum(recent) + PRIOR_CALLS * mean) / (len(recent) + PRIOR_CALLS)
    return Rates(round(blended, 3), patience(window, at), len(recent), at.isoformat())


def handling(stay: Stay) -> float:
    """Give how long a conversation kept its counselor, writing included."""
    return (stay.talk or 0) + stay.wrap


def ended(stay: Stay) -> datetime:
    """Give when the counselor of a conversation was free again."""
    return stay.entered + timedelta(seconds=(stay.waited or 0) + handling(stay))


def patience(stays: Iterable[Stay], at: datetime) -> float | None:
    """Estimate how long callers wait before they give up: all time waited / all who gave up; None for too few of these.

    Whoever was answered, left another way or still waits would have waited longer, and counts with the time alone. A
    quick hang-up (`abandoned_short`) is no lost patience and is left out.
    """
    gave_up, total = 0, 0.0
    for stay in stays:
        if stay.left != "abandoned_short":
            gave_up += stay.left == "abandoned"
            total += max(0.0, (at - stay.entered).total_seconds()) if stay.waited is None else stay.waited
    return round(total / gave_up, 3) if gave_up >= FEWEST_ABANDONED else None


def _trimmed(times: list[float]) -> list[float]:
    cut = int(len(times) * TRIMMED)
    return sorted(times)[cut : len(times) - cut]


def expect(line: Line, rates: Rates | None) -> Forecast | None:
    """Foretell a caller's remaining wait; None where nothing is known, or no seat on shift could take them.

    Where one is free for them their turn is now, and there is nothing to foretell.

    Never shorter at a later place, and never longer with one more seat that is asked only as this caller asks.
    """
    seats = sum(number for groups, number in line.seats.items() if _ask(line.asked, groups))
    ahead = rivals(line)
    if rates is None or not seats or line.free > ahead:
        return None
    steps = _steps(ahead, seats, rates)
    mean, variance = sum(steps), sum(step * step for step in steps)
    seconds = mean
    if line.head_waited_s is not None:
        # The head may only lengthen a forecast: one who has hardly waited says nothing about the wait behind them.
        behind = max(0.0, line.head_waited_s - line.waited_s)
        seconds = max(mean, (1 - HEAD_WEIGHT) * mean + HEAD_WEIGHT * behind)
    spread = variance / (mean * mean) + 1 / (rates.recent + PRIOR_CALLS)
    return Forecast(round(seconds, 1), round(seconds * _four_of_five(spread), 1), seats)


def rivals(line: Line) -> int:
    """Count who is ahead for the seats that could take this caller, rounded up.

    Of those who ask other seats, the share counts that the seats both ask have among the seats they ask; who asks for
    no seat on shift is ahead of nobody.
    """
    count = 0.0
    for asked, number in line.ahead.items():
        theirs = {groups: seats for groups, seats in line.seats.items() if seats and _ask(asked, groups)}
        if theirs:
            shared = sum(seats for groups, seats in theirs.items() if _ask(line.asked, groups))
            count += number * shared / sum(theirs.values())
    return ceil(count)


def _ask(asked: str, groups: str) -> bool:
    return not set(asked.split(",")).isdisjoint(groups.split(","))


def _steps(ahead: int, seats: int, rates: Rates) -> list[float]:
    """Give the mean time between departures from the line: with j ahead, a seat comes free or one of the j gives up."""
    freed, given_up = seats / rates.handling_s, 1 / rates.patience_s if rates.patience_s else 0.0
    return [1 / (freed + j * given_up) for j in range(ahead + 1)]


def _four_of_five(spread: float) -> float:
    """Give what four of five waits stay within, in means: a gamma law's, by Wilson and Hilferty's cube."""
    ninth = spread / 9
    return float((1 - ninth + QUANTILE_80 * ninth**0.5) ** 3)
