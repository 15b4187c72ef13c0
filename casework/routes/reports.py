"""What a month was like: counts and times of everybody together, with their definitions."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response

from casework.policy.definitions import DEFINITIONS
from casework.policy.suppression import SMALL
from casework.service import exports, reports
from casework.views import Out
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["reports"])


class BothOut(Out):
    """Words in both languages."""

    ko: str
    en: str


class CountsOut(Out):
    """One line of counts: of what, by what, of which group; null is untold."""

    subject: str
    by: str
    of: str
    counts: Mapping[str, int | None]


class TimesOut(Out):
    """How long a step took, in minutes; null is untold."""

    subject: str
    of: str
    step: str
    median_minutes: float | None
    nine_in_ten_minutes: float | None


class ReportOut(Out):
    """A month's figures, what they mean, and how the districts are called."""

    month: str
    begin: datetime
    end: datetime
    small: int
    counts: list[CountsOut]
    times: list[TimesOut]
    definitions: dict[str, BothOut]
    districts: dict[str, BothOut]


def _shown(report: reports.Report) -> ReportOut:
    return ReportOut(
        month=report.month,
        begin=report.begin,
        end=report.end,
        small=SMALL,
        counts=[CountsOut.model_validate(line) for line in report.counts],
        times=[
            TimesOut(
                subject=one.subject,
                of=one.of,
                step=one.step,
                median_minutes=None if one.median is None else reports.in_minutes(one.median),
                nine_in_ten_minutes=None if one.nine_in_ten is None else reports.in_minutes(one.nine_in_ten),
            )
            for one in report.times
        ],
        definitions={name: BothOut(ko=ko, en=en) for name, (ko, en) in DEFINITIONS.items()},
        districts={code: BothOut(ko=one.name_ko, en=one.name_en) for code, one in report.districts.items()},
    )


@router.get("/reports/{month}", response_model=ReportOut)
def read_report(
    month: str,
    _actor: Annotated[Actor, allow("report.read")],
    tx: Tx,
    at: Now,
    format: Literal["json", "csv"] = "json",  # noqa: A002 - the query parameter's name
) -> ReportOut | Response:
    """Report on a month that is over: counts and times by age band, sex, district and relation, small ones left out."""
    report = reports.report(tx, month, at=at)
    if format == "json":
        return _shown(report)
    written = io.StringIO()
    csv.writer(written).writerows(exports.safe(row) for row in reports.as_csv(report))
    headers = {"Content-Disposition": f'attachment; filename="report-{month}.csv"', "Cache-Control": "no-store"}
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
