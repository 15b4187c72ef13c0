"""The staffing plan as a table for a terminal: the week's hours, and what the numbers assume."""

from collections.abc import Iterator, Mapping
from typing import Any

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def table(plan: Mapping[str, Any]) -> Iterator[str]:
    """Write a plan line by line: counselors at their seats / on the roster; `*` where an hour was seen too seldom."""
    target = plan["target"]
    yield f"{plan['queue']}: {plan['contacts']} contacts since {plan['since']:%Y-%m-%d}, hours in {plan['timezone']}"
    yield (
        f"Target: {target['service_level']:.0%} answered within {target['within_s']:.0f} s, "
        f"at most {target['abandoned']:.1%} giving up; shrinkage {plan['shrinkage']:.0%}"
    )
    yield f"Handling {plan['handling_s']:.0f} s, patience {plan['patience_s']:.0f} s"
    if plan["hours"]:
        yield from _grid(plan)
    yield "Assumed:"
    yield from (f"- {assumption}" for assumption in plan["assumptions"])


def _grid(plan: Mapping[str, Any]) -> Iterator[str]:
    cells = {(each["weekday"], each["hour"]): _cell(each) for each in plan["hours"]}
    yield ""
    yield "hour " + "".join(f"{day:>8}" for day in DAYS)
    for hour in range(24):
        yield f"{hour:02d}   " + "".join(f"{cells[day, hour]:>8}" for day in range(7))
    yield ""
    for language, share in plan["languages"].items():
        most = max(each["speaking"][language] for each in plan["hours"])
        yield f"{share:.1%} of callers speak {language}: at most {most} of the counselors of an hour must speak it"


def _cell(hour: Mapping[str, Any]) -> str:
    known = hour["basis"] == "this hour of this weekday"
    return f"{hour['counselors']}/{hour['rostered']}{' ' if known else '*'}"
