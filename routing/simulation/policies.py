"""The policies that are compared; each but the first differs from ours in one thing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from routing.config import RoutingConfig
from routing.simulation.floor import Seat

Pick = Callable[[Sequence[Seat], Random], Seat]
"""Whom of the free seats is asked: one of them."""


def longest_idle(free: Sequence[Seat], _: Random) -> Seat:
    """Ask whoever has been free longest."""
    return min(free, key=lambda seat: (seat.idle_since, seat.counselor))


def anybody(free: Sequence[Seat], rng: Random) -> Seat:
    """Ask anybody."""
    return rng.choice(free)


def least_busy(free: Sequence[Seat], _: Random) -> Seat:
    """Ask whoever was busy for the shortest time in this shift."""
    return min(free, key=lambda seat: (seat.busy_s, seat.idle_since, seat.counselor))


@dataclass(frozen=True, slots=True)
class Policy:
    """What is decided about the line, with its name for people."""

    name: str
    korean: str
    english: str
    routing: RoutingConfig = field(default_factory=RoutingConfig)
    pick: Pick = longest_idle
    callbacks: bool = True
    pauses: bool = False
    """Whether a counselor has a pause after a heavy call."""
    rota: str = "even"


NEVER = 10 * 365 * 86400
"""Longer than anything that is played: a head start of this is strict priority."""
OURS = Policy("ours", "현행", "ours")
_FIRST_COME = RoutingConfig(head_starts=(0, 0, 0, 0, 0))
_STRICT = RoutingConfig(head_starts=(4 * NEVER, 3 * NEVER, 2 * NEVER, NEVER, 0), longest_overtaken_seconds=5 * NEVER)
_CALLERS_FIRST = RoutingConfig(head_starts=(5400, 2400, 2100, 1800, 0))

POLICIES: Mapping[str, Policy] = {
    each.name: each
    for each in (
        OURS,
        replace(OURS, name="first_come", korean="선착순", english="first come only", routing=_FIRST_COME),
        replace(OURS, name="strict", korean="절대 우선", english="strict priority", routing=_STRICT),
        replace(OURS, name="callers_first", korean="회신은 나중", english="call-backs last", routing=_CALLERS_FIRST),
        replace(OURS, name="anybody", korean="아무나", english="ring anybody", pick=anybody),
        replace(OURS, name="least_busy", korean="덜 바쁜 순", english="least busy", pick=least_busy),
        replace(OURS, name="pauses", korean="통화 뒤 휴식", english="pause if heavy", pauses=True),
        replace(OURS, name="no_callbacks", korean="회신 없음", english="no call-backs", callbacks=False),
        replace(OURS, name="evening_rota", korean="저녁 집중 편성", english="evening rota", rota="evening"),
        replace(OURS, name="office_rota", korean="낮 집중 편성", english="office rota", rota="office"),
    )
}
"""By name, ours first: the others are compared with it."""
