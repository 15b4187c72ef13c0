"""No small group is told, nor found by subtracting, whatever the counts are."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.policy.reporting import STANDING, Group, tables
from casework.policy.reporting import lines as lines_of
from casework.policy.suppression import SMALL, Cell, Line, untold

Table = list[list[int]]
COUNTS = st.one_of(st.integers(0, 12), st.just(0), st.integers(0, 400))


def tables_of(columns: int) -> st.SearchStrategy[Table]:
    row = st.lists(COUNTS, min_size=columns, max_size=columns)
    return st.lists(row, min_size=1, max_size=5)


TABLES = st.integers(1, 4).flatmap(tables_of)


def summed(table: Table) -> tuple[dict[Cell, int], list[Line]]:
    """Give a table with its totals, and its lines."""
    down, across = range(len(table)), range(len(table[0]))
    counts: dict[Cell, int] = {(f"r{r}", f"c{c}"): table[r][c] for r in down for c in across}
    lines = [Line((f"r{r}", "total"), tuple((f"r{r}", f"c{c}") for c in across)) for r in down]
    counts |= {line.total: sum(counts[part] for part in line.parts) for line in lines}
    sums = [Line(("total", c), tuple((f"r{r}", c) for r in down)) for c in [*(f"c{c}" for c in across), "total"]]
    counts |= {line.total: sum(counts[part] for part in line.parts) for line in sums}
    return counts, [*lines, *sums]


def follows(cell: Cell, hidden: frozenset[Cell], lines: list[Line]) -> bool:
    """Tell whether a hidden count follows from the told ones: whether it alone is a sum of the lines' equations.

    Worked out the plain way, with whole matrices: the rank stays the same when the cell's own equation is added.
    """
    names = sorted(hidden)
    rows = [[Fraction((n in line.parts) - (n == line.total)) for n in names] for line in lines]
    return rank([*rows, [Fraction(n == cell) for n in names]]) == rank(rows)


def rank(rows: list[list[Fraction]]) -> int:
    left, found = [row[:] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in left if row[column]), None)
        if pivot is not None:
            found += 1
            left.remove(pivot)
            left = [[a - b * row[column] / pivot[column] for a, b in zip(row, pivot, strict=True)] for row in left]
    return found


@settings(max_examples=80, deadline=None)
@given(TABLES)
def test_no_small_count_is_told_or_follows_from_what_is(table: Table) -> None:
    counts, lines = summed(table)
    hidden = untold(counts, lines)
    assert {cell for cell, count in counts.items() if 0 < count < SMALL} <= hidden
    assert [cell for cell in hidden if follows(cell, hidden, lines)] == []


@settings(max_examples=80, deadline=None)
@given(TABLES)
def test_what_is_untold_of_a_told_total_is_no_small_group(table: Table) -> None:
    counts, lines = summed(table)
    hidden = untold(counts, lines)
    for line in lines:
        parts = [counts[cell] for cell in line.parts if cell in hidden]
        if parts and line.total not in hidden:
            assert len(parts) > 1
            assert sum(parts) >= SMALL
            assert sum(parts) > len(parts)


SHARED: dict[str, tuple[str, ...]] = {"sex": ("female", "male", "unknown"), "district": ("11680", "11110", "unknown")}
GROUPS = st.builds(
    Group,
    measure=st.sampled_from(STANDING),
    count=st.integers(1, 9),
    sex=st.sampled_from(["female", "male"]),
    district=st.sampled_from(["11680", "11110"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(GROUPS, max_size=12))
def test_no_small_count_follows_from_two_tables_of_the_same_people(groups: list[Group]) -> None:
    counts, sums = tables("visits", groups, SHARED, 2026), lines_of("visits", SHARED)
    hidden = untold(counts, sums)
    assert {cell for cell, count in counts.items() if 0 < count < SMALL} <= hidden
    assert [cell for cell in hidden if follows(cell, hidden, sums)] == []


@given(TABLES)
def test_where_no_count_is_small_everything_is_told(table: Table) -> None:
    counts, lines = summed([[n * SMALL for n in row] for row in table])
    assert untold(counts, lines) == frozenset()


def whole(*counts: int) -> Mapping[str, int | None]:
    found, lines = summed([list(counts)])
    hidden = untold(found, lines)
    return {column: None if ("r0", column) in hidden else found["r0", column] for column in ("c0", "c1", "c2", "total")}


def test_one_small_count_takes_the_smallest_other_with_it() -> None:
    assert whole(3, 20, 9) == {"c0": None, "c1": 20, "c2": None, "total": 32}


def test_zero_is_told_and_a_small_total_is_not() -> None:
    assert whole(3, 0, 0) == {"c0": None, "c1": 0, "c2": 0, "total": None}
    assert whole(0, 0, 0) == {"c0": 0, "c1": 0, "c2": 0, "total": 0}


def test_as_many_people_as_groups_are_not_told_by_their_total() -> None:
    assert whole(1, 1, 1)["total"] is None
