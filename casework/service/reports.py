"""A month's report: counts and times of everybody together, of nobody in particular, with what each of them means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy.orm import Session

from casework.form import Relation, Sex
from casework.policy.months import ZONE, span
from casework.policy.reporting import AGE_BANDS, UNKNOWN, Lasted, Rows, Told, of_enough, told
from casework.policy.triage import LEVELS
from casework.queries import reports as queries
from casework.tables import District
from core.errors import Invalid

UNTOLD = "untold"
_MONTH = re.compile(r"20[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Report:
    """What a month was like."""

    month: str
    begin: datetime
    end: datetime
    counts: Sequence[Told]
    times: Sequence[Lasted]
    districts: Mapping[str, District]


def last_month(at: datetime) -> str:
    """Name the last month that is over."""
    now = at.astimezone(ZONE)
    return f"{now.year - 1}-12" if now.month == 1 else f"{now.year}-{now.month - 1:02}"


def month_after(end: datetime, at: datetime) -> str | None:
    """Name the month that begins at a month's end, None while it is not over."""
    following = f"{end.astimezone(ZONE):%Y-%m}"
    return following if following <= last_month(at) else None


def report(tx: Session, month: str, *, at: datetime) -> Report:
    """Report on a month that is over; raises Invalid for what is no month, or not over yet."""
    begin, end = month_span = _over(month, at)
    known = queries.districts(tx, month_span)
    people: Rows = {
        "age_band": AGE_BANDS,
        "sex": (*get_args(Sex), UNKNOWN),
        "district": (*known, UNKNOWN),
        "relation": get_args(Relation),
    }
    leveled = {"level": LEVELS, **people}
    rows = {"begun": {}, "contacts": people, "responses": leveled, "visits": leveled, "dispatches": leveled}
    counted = {
        "begun": queries.begun(tx, month_span),
        "contacts": queries.contacts(tx, month_span),
        "responses": queries.responses(tx, month_span),
        "visits": queries.visits(tx, month_span),
        "dispatches": queries.dispatches(tx, month_span),
    }
    counts = told(counted, rows, begin.year)
    return Report(month, begin, end, counts, of_enough(queries.lasted(tx, month_span)), known)


def as_csv(report: Report) -> Iterator[Sequence[str]]:
    """Give the report's lines for a spreadsheet: one number each, and what is untold as such."""
    yield "subject", "by", "of", "measure", "value"
    for line in report.counts:
        for measure, count in line.counts.items():
            yield line.subject, line.by, line.of, measure, UNTOLD if count is None else str(count)
    for one in report.times:
        for measure, took in (("median", one.median), ("nine_in_ten", one.nine_in_ten)):
            minutes = UNTOLD if took is None else str(in_minutes(took))
            yield one.subject, one.step, one.of, f"{measure}_minutes", minutes


def in_minutes(took: timedelta) -> float:
    """Give a span in minutes, to a tenth."""
    return round(took.total_seconds() / 60, 1)


def _over(month: str, at: datetime) -> tuple[datetime, datetime]:
    """Give a month's span; counting one that goes on twice would tell of whoever came in between."""
    try:
        begin, end = span(month) if _MONTH.fullmatch(month) else (None, None)
    except ValueError:
        begin, end = None, None
    if begin is None or end is None:
        raise Invalid("달을 2026-11처럼 적어 주세요. Write the month as 2026-11.", at="month")
    if end > at:
        raise Invalid("그 달이 끝난 뒤에 볼 수 있습니다. Ask for a month that is over.", at="month")
    return begin, end
