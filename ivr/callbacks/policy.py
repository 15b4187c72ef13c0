"""When somebody may be called back, how often, and what can become of it: pure decisions over plain values."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from casework.policy.states import Machine, machine

CALLBACK: Final[Machine] = machine(
    "callback", "requested", "completed exhausted canceled",
    requested="scheduled canceled",
    scheduled="scheduled queued exhausted canceled",
    queued="scheduled dialing exhausted canceled",
    dialing="queued reached not_reached canceled",
    reached="completed not_reached canceled",
    not_reached="scheduled exhausted canceled",
    completed="",
    exhausted="",
    canceled="",
)  # fmt: skip

Result = Literal["talked", "declined", "silent", "left", "no_answer", "busy", "failed", "canceled"]
"""What came of one call to somebody."""

Why = Literal["asked", "abandoned", "dropped", "by_hand"]
"""What a call-back is for: asked for by the caller, given up waiting, cut off while talking, a counselor's word."""

_RESULTS: dict[str, Result] = {"no-answer": "no_answer", "busy": "busy", "canceled": "canceled", "failed": "failed"}
_CUT_OFF = range(400, 700)
_ENDED_ON_PURPOSE = {"487"}


@dataclass(frozen=True, slots=True)
class Rules:
    """How call-backs are made; the defaults are proposals for a city to set."""

    attempts: int = 3
    """After so many calls that reached nobody a person decides."""
    gap: timedelta = timedelta(minutes=10)
    urgent_gap: timedelta = timedelta(minutes=1)
    """Between two calls to somebody in danger."""
    ring: timedelta = timedelta(seconds=25)
    quiet: tuple[time, time] | None = None
    """From when to when nobody is tried again, by the clock of the city; None: at any hour."""
    timezone: str = "Asia/Seoul"
    resume_within: timedelta = timedelta(minutes=30)
    """Whoever calls again within this has the place they had."""
    oldest_place: timedelta = timedelta(minutes=30)
    """However long ago the waiting began: nobody who is to be called back goes before danger on the line."""
    same_counselor: timedelta = timedelta(seconds=20)
    """A caller who was cut off is offered to the counselor they talked with alone for this long."""
    unclear_after: timedelta = timedelta(seconds=10)
    """A call of which nothing was heard for this long after it was asked for is taken for not made."""
    calls_per_second: float = 1.0
    """How fast the provider takes calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of one call-back when its next call is planned."""

    tries: int = 0
    last_try_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    urgent: bool = False


def next_try(plan: Plan, at: datetime, rules: Rules) -> datetime | None:
    """Give the first moment from `at` on for the next call; None where there is none left: a person decides."""
    if plan.tries >= rules.attempts:
        return None
    gap = rules.urgent_gap if plan.urgent else rules.gap
    when = max(at, plan.opens_at or at, plan.last_try_at + gap if plan.last_try_at else at)
    if _minds_the_night(plan):
        when = _after_the_night(when, rules)
    return None if plan.closes_at is not None and when >= plan.closes_at else when


def open_until(plan: Plan, at: datetime, rules: Rules) -> datetime | None:
    """Give until when somebody who may be called now may be called; None: without an end."""
    if plan.closes_at is not None or not _minds_the_night(plan) or rules.quiet is None:
        return plan.closes_at
    return _next_at(at, rules.quiet[0], rules)


def _minds_the_night(plan: Plan) -> bool:
    # Whoever chose the hours, is in danger or asked for it just now is not kept waiting for the morning.
    return plan.tries > 0 and not plan.urgent and plan.opens_at is None and plan.closes_at is None


def _after_the_night(when: datetime, rules: Rules) -> datetime:
    if rules.quiet is None:
        return when
    begins, ends = rules.quiet
    now = when.astimezone(ZoneInfo(rules.timezone)).time()
    asleep = begins <= now < ends if begins <= ends else now >= begins or now < ends
    return _next_at(when, ends, rules) if asleep else when


def _next_at(after: datetime, clock: time, rules: Rules) -> datetime:
    zone = ZoneInfo(rules.timezone)
    today = datetime.combine(after.astimezone(zone).date(), clock, zone)
    day = today if today > after else datetime.combine(today.date() + timedelta(days=1), clock, zone)
    return day.astimezone(after.tzinfo)


def result_of(final: str, *, wanted: bool) -> Result:
    """Name what came of a call that led to no talk, by the provider's last word; `wanted`: they had said yes."""
    return _RESULTS.get(final, "left" if wanted else "silent")


def was_cut_off(final: str | None, sip_code: str, *, ended_by: str | None) -> bool:
    """Tell whether a caller was cut off while talking: the network says so, and nobody of ours ended the call."""
    if final is None or ended_by == "counselor":
        return False
    code = int(sip_code) if sip_code.isascii() and sip_code.isdigit() else 0
    return final == "failed" or (code in _CUT_OFF and sip_code not in _ENDED_ON_PURPOSE)
