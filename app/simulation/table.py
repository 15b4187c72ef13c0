"""A simulation's comparison as text: a table with its legend and a small plot, as JSON, and as CSV."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from unicodedata import east_asian_width

from app.simulation.words import FIGURES, SOON
from routing.simulation import Comparison, Estimate, Row, Scenario

NAME, CELL, BAR = 30, 8, 50
BLOCKS = "▁▂▃▄▅▆▇█"


def table(comparison: Comparison, scenario: Scenario) -> Iterator[str]:
    """Write a comparison line by line; `*` is a difference from the first policy that is more than chance."""
    yield from _head(comparison)
    yield ""
    yield _row("", [figure.korean for figure in FIGURES.values()])
    yield _row("", [figure.english for figure in FIGURES.values()])
    for row in comparison.rows:
        yield _row(name_of(row), [_cell(row, name) for name in FIGURES])
    yield ""
    yield from _bars(comparison)
    yield ""
    yield from _hours(comparison)
    yield ""
    yield from (f"{figure.korean} · {figure.english}: {figure.meaning}" for figure in FIGURES.values())
    yield f"*: differs from {comparison.rows[0].policy.english} by more than chance (95 %, the same callers in each)"
    yield f"Assumed (as of {scenario.as_of}):"
    yield from (f"- {source}" for source in (*scenario.sources(), *_bursts(comparison, scenario)))


def as_json(comparison: Comparison, scenario: Scenario) -> str:
    """Write everything that came out, with how sure it is."""
    rows = [
        {"policy": row.policy.name, "figures": _plain(row.figures), "difference": _plain(row.difference)}
        for row in comparison.rows
    ]
    hours = {"offered": comparison.offered, "answered": comparison.answered, "seats": comparison.seats}
    sources = [*scenario.sources(), *_bursts(comparison, scenario)]
    experiment = asdict(comparison.experiment) | {"counselors": comparison.counselors}
    made = {"experiment": experiment, "policies": rows, "hours_of_the_day": hours, "assumed": sources}
    return json.dumps(made, ensure_ascii=False, indent=2)


def as_csv(comparison: Comparison) -> str:
    """Write one line for each policy and figure."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["policy", "figure", "mean", "half_interval", "difference", "difference_half_interval"])
    for row in comparison.rows:
        for name, figure in row.figures.items():
            lines.writerow([row.policy.name, name, *_numbers(figure), *_numbers(row.difference[name])])
    return out.getvalue()


def name_of(row: Row) -> str:
    """Name a policy in both languages."""
    return f"{row.policy.korean} · {row.policy.english}"


def surely_differs(row: Row, name: str) -> int:
    """Tell whether a figure is above (1) or below (-1) the first policy's by more than chance; 0 for neither."""
    difference = row.difference[name]
    if difference is None or difference.half is None or abs(difference.mean) <= difference.half:
        return 0
    return 1 if difference.mean > 0 else -1


def _head(comparison: Comparison) -> Iterator[str]:
    e = comparison.experiment
    calls = sum(comparison.offered)
    yield (
        f"{e.replications} × {e.days} days, {comparison.counselors} counselors, load × {e.load:g}, seed {e.seed}"
        f"{''.join(f', {burst}' for burst in e.bursts)}: {calls:.0f} calls a day, those who call again included"
    )
    yield f"{e.days}일씩 {e.replications}번, 상담사 {comparison.counselors}명, 하루 {calls:.0f}통 (다시 건 전화 포함)"


def _cell(row: Row, name: str) -> str:
    figure = row.figures[name]
    star = "*" if surely_differs(row, name) else " "
    return FIGURES[name].write(figure.mean if figure else None) + star


def _row(name: str, cells: list[str]) -> str:
    return (_padded(name, NAME) + "".join(_padded(cell, -CELL) for cell in cells)).rstrip()


def _padded(words: str, width: int) -> str:
    """Fill up with spaces to a width in columns, to the left where it is below 0; a Korean letter takes two."""
    taken = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)
    spaces = " " * (abs(width) - taken)
    return words + spaces if width > 0 else spaces + words


def _bars(comparison: Comparison) -> Iterator[str]:
    yield f"█ {SOON}초내 응대 answered within {SOON} s   ▒ 나중에 응대 answered later   · 응대 못함 not answered"
    for row in comparison.rows:
        soon, all_ = row.figures["service_level_strict"], row.figures["answer_rate"]
        if soon and all_:
            n, m = round(soon.mean * BAR), round(all_.mean * BAR)
            sure = f" ±{soon.half * 100:.1f}" if soon.half is not None else ""
            yield _padded(name_of(row), NAME) + "█" * n + "▒" * (m - n) + "·" * (BAR - m) + f" {soon.mean:.1%}{sure}"


def _hours(comparison: Comparison) -> Iterator[str]:
    calls, most = comparison.offered, max(comparison.offered) or 1
    rates = [done / all_ if all_ else 1.0 for done, all_ in zip(comparison.answered, calls, strict=True)]
    yield _padded("시각 · hour", NAME) + "0     6     12    18   23"
    yield _padded("전화 · calls", NAME) + _sparks([n / most for n in calls]) + f" ≤ {most:.1f} an hour"
    yield _padded("응대율 · answered", NAME) + _sparks(rates) + f" {min(rates):.0%} to {max(rates):.0%}"


def _sparks(shares: list[float]) -> str:
    return "".join(BLOCKS[min(7, int(share * 8))] for share in shares)


def _plain(figures: Any) -> dict[str, Any]:
    return {name: asdict(figure) if figure else None for name, figure in figures.items()}


def _numbers(figure: Estimate | None) -> tuple[float | None, float | None]:
    return (figure.mean, figure.half) if figure else (None, None)


def _bursts(comparison: Comparison, scenario: Scenario) -> list[str]:
    return [scenario.bursts[name].source for name in comparison.experiment.bursts]
