"""Policies compared over the same weeks: the same callers with the same luck come to each of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from math import sqrt
from random import Random
from statistics import fmean, stdev
from zoneinfo import ZoneInfo

from routing.simulation.callers import first_calls
from routing.simulation.line import Line
from routing.simulation.outcome import Hours, Outcome, outcome
from routing.simulation.policies import Policy
from routing.simulation.rota import shifts
from routing.simulation.scenario import Scenario

STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
)  # fmt: skip
"""Student's t by degrees of freedom from 1: 95 of 100 lie within."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is played, how often, and from which seed."""

    seed: int = 120
    days: int = 7
    replications: int = 10
    counselors: int | None = None
    """None: as many as the scenario has."""
    load: float = 1.0
    """So many times as many callers."""
    bursts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over the weeks played; `half` is half of its 95 % confidence interval, None with one week only."""

    mean: float
    half: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One policy's figures, and how much each differs from the first policy's, week by week."""

    policy: Policy
    figures: Mapping[str, Estimate | None]
    difference: Mapping[str, Estimate | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of an experiment; the hours of the day are those of the first policy, as means of a day."""

    experiment: Experiment
    counselors: int
    rows: Sequence[Row]
    offered: Sequence[float]
    answered: Sequence[float]
    seats: Sequence[float]


def compare(scenario: Scenario, policies: Sequence[Policy], experiment: Experiment) -> Comparison:
    """Play the same weeks under each policy; the same arguments give the same answer, to the last digit."""
    results: dict[str, list[Outcome]] = {policy.name: [] for policy in policies}
    offered, answered = Counter[int](), Counter[int]()
    for week in range(experiment.replications):
        for n, policy in enumerate(policies):
            found, hours = play(scenario, policy, experiment, week)
            results[policy.name].append(found)
            if n == 0:
                offered += hours.offered
                answered += hours.answered
    first = results[policies[0].name]
    rows = [Row(policy, _means(results[policy.name]), _differences(results[policy.name], first)) for policy in policies]
    counselors = experiment.counselors or scenario.counselors
    played = experiment.days * experiment.replications

    def a_day(counted: Counter[int]) -> list[float]:
        return [counted[hour] / played for hour in range(24)]

    seats = _seats(scenario, policies[0], counselors)
    return Comparison(experiment, counselors, rows, a_day(offered), a_day(answered), seats)


def play(scenario: Scenario, policy: Policy, experiment: Experiment, week: int) -> tuple[Outcome, Hours]:
    """Play one week under one policy."""
    seed, days = f"{experiment.seed}/{week}", experiment.days
    callers = list(first_calls(scenario, seed, days, experiment.load, experiment.bursts))
    start = datetime.combine(scenario.first_day, time(), ZoneInfo(scenario.timezone)).astimezone(UTC)
    line = Line(scenario, policy, start, Random(f"{seed}/seats"))
    line.play(callers, shifts(scenario, policy.rota, experiment.counselors or scenario.counselors, days))
    return outcome(line, days, len(callers))


def estimate(numbers: Sequence[float]) -> Estimate | None:
    """Give a mean and half of its confidence interval; None where there are no numbers."""
    if not numbers:
        return None
    if len(numbers) == 1:
        return Estimate(numbers[0], None)
    student = STUDENT[len(numbers) - 2] if len(numbers) - 2 < len(STUDENT) else 1.96
    return Estimate(fmean(numbers), student * stdev(numbers) / sqrt(len(numbers)))


def _means(outcomes: Sequence[Outcome]) -> dict[str, Estimate | None]:
    return {name: estimate(_known(each[name] for each in outcomes)) for name in outcomes[0]}


def _differences(outcomes: Sequence[Outcome], first: Sequence[Outcome]) -> dict[str, Estimate | None]:
    def differing(name: str) -> Iterable[float | None]:
        for mine, theirs in zip(outcomes, first, strict=True):
            a, b = mine[name], theirs[name]
            yield None if a is None or b is None else a - b

    return {name: estimate(_known(differing(name))) for name in outcomes[0]}


def _known(numbers: Iterable[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


def _seats(scenario: Scenario, policy: Policy, counselors: int) -> list[float]:
    """Give the mean number of counselors on shift in each hour of the day, their rests included."""
    present = Counter[int]()
    for shift in shifts(scenario, policy.rota, counselors, 7):
        for hour in range(int(shift.begin // 3600), int(shift.end // 3600)):
            if hour < 7 * 24:
                present[hour % 24] += 1
    return [present[hour] / 7 for hour in range(24)]
