"""Taking data out: for a reason that is written down, a bounded span at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core import access_log, audit
from core.access_log import AccessEntry
from core.errors import Invalid
from core.staff import Actor

LONGEST = timedelta(days=31)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def access(
    tx: Session, actor: Actor, between: tuple[datetime, datetime], reason: str, *, at: datetime
) -> Sequence[AccessEntry]:
    """Give the access log of a span, newest first, and write down who took it and why; raises Invalid."""
    begin, end = between
    if not timedelta(0) < end - begin <= LONGEST:
        raise Invalid("Ask for a span of at most 31 days.", at="end")
    told = {"begin": begin.isoformat(), "end": end.isoformat()}
    audit.record(tx, actor.id, "access.export", ("staff", actor.id), at=at, reason=reason, **told)
    return access_log.entries(tx, access_log.Wanted(since=begin, before=end), limit=None)


def cells(row: Mapping[str, Any]) -> list[str]:
    """Write a row's values so that no spreadsheet takes one for a formula."""
    return safe(" ".join(value) if isinstance(value, list) else str(value or "") for value in row.values())


def safe(words: Iterable[str]) -> list[str]:
    """Write words so that no spreadsheet takes one for a formula."""
    return [f"'{word}" if word.startswith(_FORMULA) else word for word in words]
