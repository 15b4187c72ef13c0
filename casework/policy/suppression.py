"""Which counts of a report stay untold, so that no small group is told, nor found by subtracting what is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

SMALL = 5
"""A group of fewer people than this is untold; that nobody is in it is no secret."""

Cell = tuple[str, ...]
"""The name of one count."""
_Row = dict[Cell, Fraction]


@dataclass(frozen=True, slots=True)
class Line:
    """Counts that add up to another one; a count may be part of several lines."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """List the parts, and the total after them."""
        return (*self.parts, self.total)


def untold(counts: Mapping[Cell, int], lines: Sequence[Line]) -> frozenset[Cell]:
    """Choose what stays untold: every small count, and as many others as keep each of these from being computed.

    What is untold of a line whose total is told are at least two counts, of `SMALL` people or more together.
    """
    hidden = {cell for cell, count in counts.items() if 0 < count < SMALL}
    while True:
        _hide_beside(counts, lines, hidden)
        found = computable(lines, hidden)
        if not found:
            return frozenset(hidden)
        beside = [line for line in lines if found[0] in line.cells]
        hidden.add(_smallest(counts, beside, hidden) or _any(counts, hidden))


def _hide_beside(counts: Mapping[Cell, int], lines: Sequence[Line], hidden: set[Cell]) -> None:
    """Hide further counts of each line that alone would give one away."""
    before = -1
    while before < len(hidden):
        before = len(hidden)
        for line in lines:
            while _gives_away(counts, line, hidden) and (cell := _smallest(counts, [line], hidden)):
                hidden.add(cell)


def _gives_away(counts: Mapping[Cell, int], line: Line, hidden: set[Cell]) -> bool:
    parts = [counts[cell] for cell in line.parts if cell in hidden]
    if line.total in hidden:
        return not parts
    # None of the untold is zero, so that as many people as counts would be one in each.
    return bool(parts) and (len(parts) == 1 or sum(parts) < max(SMALL, len(parts) + 1))


def _smallest(counts: Mapping[Cell, int], lines: Sequence[Line], hidden: set[Cell]) -> Cell | None:
    """Give the smallest told count of these lines that is not zero; a part rather than a total of the same size."""
    found = [(counts[cell], cell == line.total, cell) for line in lines for cell in line.cells]
    return min((each for each in found if each[0] and each[2] not in hidden), default=(0, False, None))[2]


def _any(counts: Mapping[Cell, int], hidden: set[Cell]) -> Cell:
    # With every count hidden that is not zero none is computable, so that there is one left.
    return min((count, cell) for cell, count in counts.items() if count and cell not in hidden)[1]


def computable(lines: Sequence[Line], hidden: set[Cell]) -> list[Cell]:
    """List the hidden counts that follow from the told ones by adding and subtracting along the lines."""
    solved: dict[Cell, _Row] = {}
    for line in lines:
        row = {cell: Fraction(1) for cell in line.parts if cell in hidden}
        if line.total in hidden:
            row[line.total] = Fraction(-1)
        for cell in [cell for cell in row if cell in solved]:
            _take(row, solved[cell], row[cell])
        if not row:
            continue
        pivot = min(row)
        row = {cell: weight / row[pivot] for cell, weight in row.items()}
        for other in solved.values():
            if pivot in other:
                _take(other, row, other[pivot])
        solved[pivot] = row
    return sorted(cell for cell, row in solved.items() if len(row) == 1)


def _take(row: _Row, away: _Row, times: Fraction) -> None:
    """Subtract an equation so many times from another one, in place."""
    for cell, weight in away.items():
        left = row.get(cell, Fraction(0)) - times * weight
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
