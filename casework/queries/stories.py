"""A case's story: everything that hangs on it, in one order, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, Text, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from casework.paging import Place
from casework.tables import CaseNote, Contact, Dispatch, Duty, Escalation, Referral, Screening, Visit


class Line(NamedTuple):
    """One line of a story."""

    at: datetime
    kind: str
    id: UUID
    state: str | None
    what: str | None
    words_cipher: str | None


class _Source(NamedTuple):
    kind: str
    table: Any
    at: Any
    what: Any
    state: Any = None
    words: Any = None


SOURCES = (
    _Source("contact", Contact, Contact.opened_at, Contact.topic, Contact.state, Contact.notes_cipher),
    _Source("dispatch", Dispatch, Dispatch.requested_at, Dispatch.kind, Dispatch.state),
    _Source("duty", Duty, Duty.created_at, Duty.kind, Duty.state),
    _Source("escalation", Escalation, Escalation.raised_at, Escalation.reason, Escalation.state),
    _Source("note", CaseNote, CaseNote.at, CaseNote.kind, words=CaseNote.words_cipher),
    _Source("referral", Referral, Referral.created_at, func.coalesce(Referral.to_team, "partner"), Referral.state),
    _Source("screening", Screening, Screening.started_at, Screening.instrument, Screening.state),
    _Source("visit", Visit, Visit.requested_at, Visit.district, Visit.state),
)
"""What a story is made of; each table has an index by case and moment."""


def story(tx: Session, case_id: UUID, *, before: Place | None, limit: int) -> Sequence[Line]:
    """List the last lines of a case's story, or the last ones before a place; the newest first."""
    parts = [_lines(source, case_id, before, limit).subquery().select() for source in SOURCES]
    whole = union_all(*parts).subquery()
    newest = select(whole).order_by(whole.c.at.desc(), whole.c.kind.desc(), whole.c.id.desc()).limit(limit)
    return [Line(*row) for row in tx.execute(newest)]


def _lines(source: _Source, case_id: UUID, before: Place | None, limit: int) -> Any:
    key = source.table.id
    columns = (
        source.at.label("at"),
        literal(source.kind, String).label("kind"),
        key.label("id"),
        cast(null() if source.state is None else source.state, String).label("state"),
        cast(source.what, String).label("what"),
        cast(null() if source.words is None else source.words, Text).label("words_cipher"),
    )
    chosen = select(*columns).where(source.table.case_id == case_id)
    if before is not None:
        chosen = chosen.where(_before(source, before))
    return chosen.order_by(source.at.desc(), key.desc()).limit(limit)


def _before(source: _Source, place: Place) -> ColumnElement[bool]:
    kind, at, key = place
    earlier: ColumnElement[bool] = source.at < at
    at_once: ColumnElement[bool] = source.at == at
    if source.kind < kind:
        return or_(earlier, at_once)
    if source.kind == kind:
        return or_(earlier, and_(at_once, source.table.id < key))
    return earlier
