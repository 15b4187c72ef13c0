"""The monthly report as a fold: groups that were counted become lines by age band, sex, district and relation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from casework.policy.suppression import SMALL, Cell, Line, untold
from casework.policy.triage import LEVELS

ALL, TOTAL, UNKNOWN = "all", "total", "unknown"
AGE_BANDS: Final = ("under_20", "20s", "30s", "40s", "50s", "60s", "70s", "80_up", UNKNOWN)
STANDING: Final = ("contact", "without_contact", "open")
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "begun": ("counseled", "not_counseled", "unfinished"),
    "contacts": LEVELS,
    "responses": ("in_time", "late", "open"),
    "visits": STANDING,
    "dispatches": STANDING,
}
"""What is counted, and into what each count is parted."""
_YOUNGEST, _OLDEST, _DECADE = 20, 80, 10

Rows = Mapping[str, tuple[str, ...]]
"""By what each count is parted beside its measures, and into which groups."""


@dataclass(frozen=True, slots=True)
class Group:
    """How many have all of these in common."""

    measure: str
    count: int = 1
    level: str | None = None
    birth_year: int | None = None
    sex: str | None = None
    district: str | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Lasted:
    """How long something took for so many: the median, and what nine in ten stayed under; None is untold."""

    subject: str
    of: str
    step: str
    count: int
    median: timedelta | None
    nine_in_ten: timedelta | None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a report: counts by measure and their total; None is untold."""

    subject: str
    by: str
    of: str
    counts: Mapping[str, int | None]


def age_band(birth_year: int | None, year: int) -> str:
    """Name the age band of whom one knows the year of birth, by the age they reach in a year."""
    if birth_year is None:
        return UNKNOWN
    age = year - birth_year
    if age >= _OLDEST:
        return "80_up"
    return "under_20" if age < _YOUNGEST else f"{age // _DECADE * _DECADE}s"


def tables(subject: str, groups: Iterable[Group], rows: Rows, year: int) -> dict[Cell, int]:
    """Count the groups of one subject into every cell: by each of `rows`, and of all together."""
    measures = (*MEASURES[subject], TOTAL)
    counts: dict[Cell, int] = {(subject, by, of, measure): 0 for by, of in _heads(rows) for measure in measures}
    for group in groups:
        for by, of in ((ALL, ALL), *((by, _of(group, by, rows, year)) for by in rows)):
            for measure in (group.measure, TOTAL):
                counts[subject, by, of, measure] += group.count
    return counts


def _heads(rows: Rows) -> Sequence[tuple[str, str]]:
    return [(ALL, ALL), *((by, of) for by, each in rows.items() for of in each)]


def _of(group: Group, by: str, rows: Rows, year: int) -> str:
    found: Mapping[str, str | None] = {
        "age_band": age_band(group.birth_year, year),
        "level": group.level,
        "sex": group.sex,
        "district": group.district,
        "relation": group.relation,
    }
    of = found[by]
    return of if of in rows[by] else UNKNOWN


def lines(subject: str, rows: Rows) -> list[Line]:
    """Say which cells of a subject add up to which."""
    measures = MEASURES[subject]
    across = [
        Line((subject, by, of, TOTAL), tuple((subject, by, of, measure) for measure in measures))
        for by, of in _heads(rows)
    ]
    down = [
        Line((subject, ALL, ALL, measure), tuple((subject, by, of, measure) for of in each))
        for by, each in rows.items()
        for measure in (*measures, TOTAL)
    ]
    return across + down


def told(counted: Mapping[str, Iterable[Group]], rows: Mapping[str, Rows], year: int) -> list[Told]:
    """Make the lines of a report, with what could tell of a few people left out."""
    counts = {
        cell: n for subject, each in counted.items() for cell, n in tables(subject, each, rows[subject], year).items()
    }
    sums = [line for subject in counted for line in lines(subject, rows[subject])]
    if {"begun", "contacts"} <= counted.keys():
        # Who was counseled is counted twice, so that neither count may tell what the other keeps.
        sums.append(Line(("begun", ALL, ALL, "counseled"), (("contacts", ALL, ALL, TOTAL),)))
    hidden = untold(counts, sums)
    return [
        Told(subject, by, of, {m: _shown(counts, (subject, by, of, m), hidden) for m in (*MEASURES[subject], TOTAL)})
        for subject in counted
        for by, of in _heads(rows[subject])
    ]


def _shown(counts: Mapping[Cell, int], cell: Cell, hidden: frozenset[Cell]) -> int | None:
    return None if cell in hidden else counts[cell]


def of_enough(found: Iterable[Lasted]) -> list[Lasted]:
    """Leave out the times of fewer than `SMALL`, which would be somebody's own; the most urgent levels first."""
    ordered = sorted(found, key=lambda one: LEVELS.index(one.of) if one.of in LEVELS else len(LEVELS))
    return [one if one.count >= SMALL else replace(one, median=None, nine_in_ten=None) for one in ordered]
