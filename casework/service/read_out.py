"""A dispatch read out over the telephone: to an agency's desk or to our duty officer, who take it by pressing a key."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import OFFICER, Config, Means
from casework.messages import DispatchToRead
from casework.queries import field as queries
from casework.service import asked, dispatches, keys
from casework.tables import Dispatch, DispatchAttempt
from core.errors import NotFound
from core.ids import named_id

_BY = {"agency": "telephone desk of {}", "officer": "duty officer on the telephone, for {}"}


@dataclass(frozen=True, slots=True)
class ToCall:
    """A call to be made, written down already."""

    attempt_id: UUID
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What is read out: as little as will do, as in the written packet."""

    agency: str
    place: str = field(repr=False)
    confidence: str
    danger: str = field(repr=False)
    people: str | None = field(default=None, repr=False)
    callback: str | None = field(default=None, repr=False)
    """The number to call back, E.164."""
    taken: bool = False
    """Somebody has acknowledged it already, or it is over."""


def attempt_of(message: DispatchToRead) -> UUID:
    """Name the one attempt that this page makes over the telephone."""
    return named_id("dispatch read", str(message.dispatch_id), message.page)


def begin(tx: Session, message: DispatchToRead, *, config: Config, at: datetime) -> ToCall | None:
    """Write an attempt down and give whom to call; None where nobody is to be called, or was called for this page.

    A call that may have been made is never made twice: nobody answering it, the next page comes by its own clock.
    """
    dispatch = queries.lock_dispatch(tx, message.dispatch_id)
    number = config.telephones.get(OFFICER if message.to == OFFICER else dispatch.kind)
    attempt_id = attempt_of(message)
    if number is None or not asked.is_wanted(dispatch, message.page):
        return None
    if tx.get(DispatchAttempt, attempt_id) is not None:
        return None
    attempt = DispatchAttempt(id=attempt_id, of_kind="dispatch", of_id=dispatch.id, page=message.page, at=at)
    attempt.host, attempt.state = f"telephone:{message.to}", "sent"
    tx.add(attempt)
    tx.flush()
    return ToCall(attempt.id, number)


def not_begun(tx: Session, message: DispatchToRead) -> None:
    """Take back an attempt that the provider says it never made: it is asked for again."""
    attempt = tx.get(DispatchAttempt, attempt_of(message))
    if attempt is not None and attempt.state == "sent":
        tx.delete(attempt)


def unanswered(tx: Session, attempt_id: UUID, why: str, *, at: datetime) -> None:
    """Write down that a call reached nobody who took the dispatch; one that was taken stays so."""
    attempt = tx.get(DispatchAttempt, attempt_id, with_for_update=True)
    if attempt is not None and attempt.state in {"sent", "delivered"}:
        attempt.state, attempt.answered_at, attempt.error = "failed", at, why[:500]


def picked_up(tx: Session, attempt_id: UUID, *, means: Means, at: datetime) -> Record:
    """Give what is read to whoever picked up, who has not taken it yet; raises NotFound for a call of nobody's."""
    dispatch, attempt = _of(tx, attempt_id)
    if attempt.state == "sent":
        attempt.state, attempt.answered_at = "delivered", at
        dispatch.delivered_at = dispatch.delivered_at or at
    return _record(tx, dispatch, means)


def taken(tx: Session, attempt_id: UUID, *, means: Means, at: datetime) -> Record:
    """Acknowledge a dispatch by the key that was pressed; twice is once. Raises NotFound for a call of nobody's."""
    dispatch, attempt = _of(tx, attempt_id)
    to: Literal["agency", "officer"] = "officer" if attempt.host.endswith(OFFICER) else "agency"
    attempt.state, attempt.answered_at = "acknowledged", attempt.answered_at or at
    dispatch.delivered_at = dispatch.delivered_at or at
    dispatches.acknowledge(tx, dispatch.id, by=_BY[to].format(dispatch.kind), at=at)
    return _record(tx, dispatch, means)


def _of(tx: Session, attempt_id: UUID) -> tuple[Dispatch, DispatchAttempt]:
    attempt = tx.get(DispatchAttempt, attempt_id)
    if attempt is None or attempt.of_kind != "dispatch":
        raise NotFound("There is no such call.")
    dispatch = queries.lock_dispatch(tx, attempt.of_id)
    tx.refresh(attempt, with_for_update=True)
    return dispatch, attempt


def _record(tx: Session, dispatch: Dispatch, means: Means) -> Record:
    clear = keys.bound(tx, means.vault).open
    return Record(
        agency=dispatch.kind,
        place=", ".join(clear(words) for words in (dispatch.place_cipher, dispatch.detail_cipher) if words),
        confidence=dispatch.place_confidence,
        danger=clear(dispatch.danger_cipher),
        people=clear(dispatch.people_cipher) if dispatch.people_cipher else None,
        callback=clear(dispatch.callback_cipher) if dispatch.callback_cipher else None,
        taken=dispatch.acknowledged_at is not None or dispatch.closed_at is not None,
    )
