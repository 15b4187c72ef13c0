"""The monthly report as a page, to be read on a screen or printed: bars without a script, with their definitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from casework.policy.definitions import DEFINITIONS
from casework.policy.reporting import ALL, MEASURES, TOTAL
from casework.policy.triage import LEVELS
from casework.service import reports
from console.pages import page
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["pages"])
Reader = Annotated[Actor, allow("report.read")]
Counts = Mapping[str, int | None]
PEOPLE: Final = ("age_band", "sex", "relation", "district")
STACKED: Final = ("responses", "visits", "dispatches")
"""What is shown by level, with each level parted into its measures."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar, in hundredths of the chart's width."""

    measure: str
    begin: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: its pieces, and the counts to write beside them."""

    of: str
    parts: Sequence[Part]
    counts: Counts


@router.get("/reports", response_class=HTMLResponse)
def latest_report(_: Reader, at: Now) -> RedirectResponse:
    """Lead to the last month that is over."""
    return RedirectResponse(f"/reports/{reports.last_month(at)}", 303)


@router.get("/reports/{month}", response_class=HTMLResponse)
def report_page(request: Request, month: str, actor: Reader, tx: Tx, at: Now) -> HTMLResponse:
    """Show a month that is over."""
    report = reports.report(tx, month, at=at)
    whole = {line.subject: line.counts for line in report.counts if line.by == ALL}
    levels: dict[str, Counts] = {level: {TOTAL: whole["contacts"][level]} for level in LEVELS}
    people = {by: bars(_by(report, "contacts", by), (TOTAL,)) for by in PEOPLE}
    return page(
        request,
        "report.html",
        actor=actor,
        report=report,
        whole=whole,
        charts={"level": bars(levels, (TOTAL,)), **people},
        stacked={each: bars(_by(report, each, "level"), MEASURES[each]) for each in STACKED},
        before_and_after=(reports.last_month(report.begin), reports.month_after(report.end, at)),
        minutes=reports.in_minutes,
        definitions=DEFINITIONS,
        levels=LEVELS,
        people=PEOPLE,
        measures=MEASURES,
    )


def _by(report: reports.Report, subject: str, by: str) -> dict[str, Counts]:
    return {line.of: line.counts for line in report.counts if (line.subject, line.by) == (subject, by)}


def bars(rows: Mapping[str, Counts], measures: Sequence[str]) -> list[Bar]:
    """Draw rows as bars, the longest over the whole width; what is untold has no length."""
    told = {of: {measure: counts[measure] or 0 for measure in measures} for of, counts in rows.items()}
    longest = max((sum(counts.values()) for counts in told.values()), default=0) or 1
    return [Bar(of, _parts(counts, longest), rows[of]) for of, counts in told.items()]


def _parts(counts: Mapping[str, int], longest: int) -> list[Part]:
    parts, before = [], 0
    for measure, count in counts.items():
        parts.append(Part(measure, round(100 * before / longest, 2), round(100 * count / longest, 2)))
        before += count
    return parts
