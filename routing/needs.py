"""What a caller may need besides a language, and who is asked for it as time goes by: data, checked at start."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

FILE: Final = Path(__file__).parent / "data" / "needs.toml"
ANY: Final = "any"
"""The need of whoever has none: everybody who speaks their language may take them."""
StepState = Literal["inactive", "active", "joined", "expired"]


class BadNeeds(ValueError):
    """Needs that cannot be used, with what is wrong in them."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `after` seconds of waiting on, seats with any of these skills are asked; none named: everybody."""

    after: float
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One need with its steps; with `hours`, whoever comes between the two and has no other need has this one."""

    name: str
    title: str
    steps: tuple[Step, ...]
    hours: tuple[time, time] | None = None

    def is_on(self, local: time) -> bool:
        """Tell whether its hours cover a time of day; the hours may go over midnight."""
        if self.hours is None:
            return False
        begins, ends = self.hours
        return begins <= local < ends if begins < ends else local >= begins or local < ends


@dataclass(frozen=True, slots=True)
class Needs:
    """Every skill a seat can have and every need a caller can have."""

    skills: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    def of(self, name: str) -> Need | None:
        """Find a need; None for `any`, and for one that there is no more."""
        return next((need for need in self.needs if need.name == name), None)

    def known(self, name: str, came: datetime, zone: str) -> str:
        """Name what a caller who came then needs: what they chose, else the need of the hour, else `any`."""
        if self.of(name) is not None:
            return name
        local = came.astimezone(ZoneInfo(zone)).time()
        return next((need.name for need in self.needs if need.is_on(local)), ANY)


def step_now(steps: Sequence[Step], waited: float, staffed: Callable[[Step], bool]) -> int:
    """Give the index of the step that is active: the newest whose time has come, or the next that somebody fits."""
    now = max(n for n, step in enumerate(steps) if step.after <= max(0.0, waited))
    while now < len(steps) - 1 and not staffed(steps[now]):
        now += 1
    return now


def step_states(steps: Sequence[Step], waited: float, staffed: Callable[[Step], bool]) -> list[StepState]:
    """Say how each step stands: `joined` is still asked within a wider one, `expired` had nobody on shift."""
    now = step_now(steps, waited, staffed)
    past: list[StepState] = ["joined" if staffed(step) else "expired" for step in steps[:now]]
    ahead: list[StepState] = ["inactive"] * (len(steps) - now - 1)
    return [*past, "active", *ahead]


def read_needs(data: Mapping[str, Any]) -> Needs:
    """Build needs from parsed data; raises BadNeeds with what is wrong."""
    try:
        needs = tuple(_need(name, body) for name, body in data["needs"].items())
        made = Needs(tuple(map(str, data["skills"])), needs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadNeeds(f"The needs cannot be read: {error!r}") from error
    for word in (*made.skills, *(need.name for need in needs)):
        if not word.isascii() or not word.isidentifier() or word == ANY or len(word) > 16:  # noqa: PLR2004 - the column's
            raise BadNeeds(f"{word!r} is no plain word of at most 16 letters, or is taken.")
    for need in needs:
        _check(need, made.skills)
    return made


def _need(name: str, body: Mapping[str, Any]) -> Need:
    steps = tuple(Step(float(step["after"]), tuple(step["skills"])) for step in body["steps"])
    begins, ends = map(time.fromisoformat, body["hours"]) if "hours" in body else (None, None)
    return Need(name, str(body["title"]), steps, (begins, ends) if begins is not None and ends is not None else None)


def _check(need: Need, skills: tuple[str, ...]) -> None:
    """Refuse steps by which somebody would wait for nobody, or for fewer people the longer they wait."""
    unknown = sorted({skill for step in need.steps for skill in step.skills} - set(skills))
    if unknown:
        raise BadNeeds(f"The need {need.name} asks for {unknown[0]!r}, which is no skill.")
    if not need.steps or need.steps[0].after != 0:
        raise BadNeeds(f"The first step of the need {need.name} begins at 0 seconds: nobody waits for no one.")
    if need.steps[-1].skills:
        raise BadNeeds(f"The last step of the need {need.name} asks everybody: write `skills = []`.")
    for before, after in pairwise(need.steps):
        if not before.after < after.after < float("inf"):
            raise BadNeeds(f"The steps of the need {need.name} come one after the other.")
        if not before.skills or (after.skills and not set(before.skills) < set(after.skills)):
            raise BadNeeds(f"Each step of the need {need.name} asks for more people than the one before it.")


@cache
def load_needs(path: Path = FILE) -> Needs:
    """Read the city's needs from their file; raises BadNeeds."""
    return read_needs(tomllib.loads(path.read_text(encoding="utf-8")))
