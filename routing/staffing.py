"""How many counselors a load needs: Erlang's formulas B, C and A, and the smallest number that meets a target."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, comb, exp, expm1, log

NEGLIGIBLE = 40
"""States this many powers of e less likely than the likeliest are left out: less than 1e-17 of the whole."""


@dataclass(frozen=True, slots=True)
class Load:
    """What comes to the line: callers an hour, seconds to handle one, seconds until one gives up (mean)."""

    per_hour: float
    handling_s: float
    patience_s: float

    @property
    def erlangs(self) -> float:
        """Give how many counselors would be busy if nobody ever had to wait."""
        return self.per_hour * self.handling_s / 3600


@dataclass(frozen=True, slots=True)
class Service:
    """What callers and counselors meet; `within` is the share of all callers answered in time."""

    waits: float
    within: float
    mean_wait_s: float
    abandoned: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted: this share of all callers answered within so many seconds, and no larger share giving up."""

    within_s: float
    service_level: float
    abandoned: float

    def met(self, within: float, abandoned: float) -> bool:
        """Tell whether these shares, answered in time and giving up, are good enough."""
        return within >= self.service_level and abandoned <= self.abandoned


def erlang_b(n: int, erlangs: float) -> float:
    """Give the share of callers who find all of `n` counselors busy, where nobody can wait."""
    blocked = 1.0
    for k in range(1, n + 1):
        blocked = erlangs * blocked / (k + erlangs * blocked)
    return blocked


def erlang_c(n: int, load: Load, within_s: float) -> Service | None:
    """Give the service where nobody ever gives up; None where the line would then grow without end."""
    a = load.erlangs
    if a >= n:
        return None
    blocked = erlang_b(n, a)
    waits = n * blocked / (n - a * (1 - blocked))
    late = waits * exp(-(n - a) * within_s / load.handling_s)
    return Service(waits, 1 - late, waits * load.handling_s / (n - a), 0.0, a / n)


def erlang_a(n: int, load: Load, within_s: float) -> Service:
    """Give the service of `n` counselors where callers give up after a patience of exponential law (M/M/n+M).

    The states are a chain of births and deaths; a caller who finds k ahead of them waits for k + 1 departures. Exact
    but for states that hardly ever occur, and good for any load: whoever gives up makes the line shorter.
    """
    if not load.per_hour:
        return Service(0.0, 1.0, 0.0, 0.0, 0.0)
    chain = _chain(n, load)
    idle, line = sum(chain[:n]), chain[n:]
    waiting = sum(k * share for k, share in enumerate(line))
    abandoned = min(1.0, waiting / load.patience_s / (load.per_hour / 3600))
    busy = sum(k * share for k, share in enumerate(chain[:n])) + n * sum(line)
    soon = _answered(n, load, within_s, len(line))
    in_time = sum(share * each for share, each in zip(line, soon, strict=True))
    return Service(sum(line), min(1.0, idle + in_time), abandoned * load.patience_s, abandoned, busy / n)


def _chain(n: int, load: Load) -> list[float]:
    """Give how likely it is that k callers are there, talking and waiting, for each k that ever occurs."""
    logs, likeliest, k = [0.0], 0.0, 0
    while k <= n or logs[-1] > likeliest - NEGLIGIBLE:
        k += 1
        leaving = min(k, n) / load.handling_s + max(0, k - n) / load.patience_s
        logs.append(logs[-1] + log(load.per_hour / 3600 / leaving))
        likeliest = max(likeliest, logs[-1])
    weights = [exp(each - likeliest) for each in logs]
    whole = sum(weights)
    return [weight / whole for weight in weights]


def _answered(n: int, load: Load, within_s: float, places: int) -> list[float]:
    """Give the share answered in time of callers with 0, 1, 2 ... ahead of them in the line.

    The time until the k + 1 departures that a caller needs is -ln(U) * patience, where U follows a beta law of c and
    k + 1, with c the departures to counselors in one patience; they stay that long with chance U. So the share is the
    mean of U where U is above exp(-within / patience): for whole k a sum of negative binomial terms with c + 1.
    """
    c, passed = n * load.patience_s / load.handling_s, within_s / load.patience_s
    term, total, shares = exp(-(c + 1) * passed), 0.0, []
    for k in range(places):
        total += term
        shares.append(c / (c + k + 1) * max(0.0, 1 - total))
        term *= (c + 1 + k) / (k + 1) * -expm1(-passed)
    return shares


def fewest(load: Load, target: Target) -> int:
    """Give the smallest number of counselors that meets a target."""

    def met(n: int) -> bool:
        service = erlang_a(n, load, target.within_s)
        return target.met(service.within, service.abandoned)

    return _first(met, 1)


def among(n: int, some: int, load: Load, within_s: float) -> tuple[float, float]:
    """Give what callers meet whom only `some` of the `n` can help: the shares answered in time, and giving up.

    Whoever has been free longest is asked, so that with k of the n busy any k of them may be: the chance that all of
    the `some` are is hypergeometric. Their caller then waits for one of them, behind whoever else waits. With `some`
    all of the n this is the whole line's own service.
    """
    chain, c = _chain(n, load), some * load.patience_s / load.handling_s
    soon, within, abandoned = _answered(some, load, within_s, len(chain) - n), 0.0, 0.0
    for k, share in enumerate(chain):
        blocked, ahead = (comb(n - some, k - some) / comb(n, k) if k >= some else 0.0, 0) if k < n else (1.0, k - n)
        within += share * (1 - blocked + blocked * soon[ahead])
        abandoned += share * blocked * (ahead + 1) / (c + ahead + 1)
    return within, abandoned


def fewest_speaking(load: Load, share: float, n: int, target: Target) -> int:
    """Give how many of `n` counselors must speak a language that this share of the callers speaks.

    They must meet the target for its callers while they help with all others, and at the least for its callers alone.
    """
    if not share or not load.per_hour:
        return min(1, ceil(share))
    own = Load(load.per_hour * share, load.handling_s, load.patience_s)
    return _first(lambda some: some >= n or target.met(*among(n, some, load, target.within_s)), fewest(own, target))


def _first(good: Callable[[int], bool], n: int) -> int:
    while not good(n):
        n += 1
    return n


def rostered(n: int, shrinkage: float) -> int:
    """Give how many must be on the roster for `n` to be at their seats, where this share of paid time is spent else."""
    return ceil(round(n / (1 - shrinkage), 9))
