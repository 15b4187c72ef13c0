"""A case's story: everything that hangs on it, in one order, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session

from casework.paging import Place
from casework.tables import (
    CaseNote,
    CompanionRhythm,
    Contact,
    Dispatch,
    Duty,
    Escalation,
    Referral,
    Screening,
    Visit,
    WelfareCheck,
)
from core.db import Moment


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
    _Source(
        "companion_rhythm", CompanionRhythm, CompanionRhythm.created_at, null(), CompanionRhythm.state,
        CompanionRhythm.words_cipher,
    ),
    _Source("contact", Contact, Contact.opened_at, Contact.topic, Contact.state, Contact.notes_cipher),
    _Source("dispatch", Dispatch, Dispatch.requested_at, Dispatch.kind, Dispatch.state),
    _Source("duty", Duty, Duty.created_at, Duty.kind, Duty.state),
    _Source("escalation", Escalation, Escalation.raised_at, Escalation.reason, Escalation.state),
    _Source("note", CaseNote, CaseNote.at, CaseNote.kind, words=CaseNote.words_cipher),
    _Source("referral", Referral, Referral.created_at, func.coalesce(Referral.to_team, "partner"), Referral.state),
    _Source("screening", Screening, Screening.started_at, Screening.instrument, Screening.state),
    _Source("visit", Visit, Visit.requested_at, Visit.district, Visit.state),
    _Source(
        "welfare_check", WelfareCheck, WelfareCheck.requested_at, WelfareCheck.triage_level, WelfareCheck.state,
        WelfareCheck.reason_cipher,
    ),
)  # fmt: skip
"""What a story is made of; each table has an index by case, and where a case has many of them by moment too."""


def story(tx: Session, case_id: UUID, *, before: Place | None, limit: int) -> Sequence[Line]:
    """List the last lines of a case's story, or the last ones before a place; the newest first."""
    asked: dict[str, object] = {"case_id": case_id, "limit": limit}
    if before is not None:
        asked |= {"kind": before[0], "at": before[1], "key": before[2]}
    return [Line(*row) for row in tx.execute(_END if before is None else _PAGE, asked)]


def _statement(*, paged: bool) -> Select[Any]:
    parts = [_lines(source, paged=paged).subquery().select() for source in SOURCES]
    whole = union_all(*parts).subquery()
    newest = (whole.c.at.desc(), whole.c.kind.desc(), whole.c.id.desc())
    return select(whole).order_by(*newest).limit(_LIMIT)


def _lines(source: _Source, *, paged: bool) -> Select[Any]:
    key, kind = source.table.id, literal(source.kind, String)
    columns = (
        source.at.label("at"),
        kind.label("kind"),
        key.label("id"),
        cast(null() if source.state is None else source.state, String).label("state"),
        cast(source.what, String).label("what"),
        cast(null() if source.words is None else source.words, Text).label("words_cipher"),
    )
    chosen = select(*columns).where(source.table.case_id == bindparam("case_id", type_=Uuid()))
    if paged:
        # The first rule is what the index is read by; the second leaves out what was told already.
        place = (bindparam("at", type_=Moment), bindparam("kind", type_=String()), bindparam("key", type_=Uuid()))
        chosen = chosen.where(source.at <= place[0], tuple_(source.at, kind, key) < tuple_(*place))
    return chosen.order_by(source.at.desc(), key.desc()).limit(_LIMIT)


_LIMIT = bindparam("limit", type_=Integer())
_END, _PAGE = _statement(paged=False), _statement(paged=True)
"""Written once: to put so many parts together costs more than to ask them."""
