"""The time after a conversation: writing, the outcome that is owed before the next, and a pause after a heavy one."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import outbox
from core.errors import Conflict
from core.ids import named_id
from routing import queries
from routing.board import Board
from routing.messages import OutcomeOwed
from routing.policy import heavy_because, longer_wrap_up, millis
from routing.records import moment
from routing.service.ledger import mirror, note_seat
from routing.service.matching import match_after
from routing.service.mending import mend_seat
from routing.service.preferring import end_holds_for
from routing.tables import QueueEntry, RoutingEvent, Seat
from routing.wellbeing import asked_from, recent
from routing.written import NOTHING, Written

NOT_WRAPPING = "You are not wrapping up. 후처리 중이 아닙니다."
OUTCOME_OWED = (
    "Finalize the record, or choose to finish it later, before the next call. "
    "기록을 확정하거나 ‘나중에 마치기’를 고른 뒤에 다음 전화를 받을 수 있습니다."
)


def wrap_up(tx: Session, counselor_id: UUID, *, board: Board, at: datetime, written: Written = NOTHING) -> Seat:
    """End one's wrap-up or pause: the seat is free, or what was chosen meanwhile, or has a pause after a heavy call.

    Raises Conflict where there is neither, and where the outcome is owed.
    """
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None or seat.state not in {"wrapping", "recovering"}:
        raise Conflict(NOT_WRAPPING)
    if seat.state == "wrapping" and written.owed(tx, counselor_id):
        raise Conflict(OUTCOME_OWED)
    return _end(tx, seat, board, at, _pause(tx, seat, board, at, written))


def extend_wrap_up(tx: Session, counselor_id: UUID, *, board: Board, at: datetime) -> Seat:
    """Take more time to write, up to the longest; raises Conflict where there is no wrap-up or no more time."""
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None or seat.state != "wrapping" or seat.wrap_until is None:
        raise Conflict(NOT_WRAPPING)
    entry = queries.entry(tx, seat.contact_id) if seat.contact_id else None
    began = entry.left_at if entry is not None and entry.left_at is not None else at
    until = longer_wrap_up(began, seat.wrap_until, board.config)
    if until == seat.wrap_until:
        raise Conflict("The wrap-up is as long as it can be. Choose a break instead. 후처리를 더 늘릴 수 없습니다.")
    mend_seat(tx, counselor_id, board)
    now = board.extend(counselor_id, until)
    if now is not None:
        mirror(tx, board, seat, now, at)
    return seat


def end_wrap_up_due(
    tx: Session, counselor_id: UUID, *, board: Board, at: datetime, written: Written = NOTHING
) -> bool:  # fmt: skip
    """End a wrap-up or pause whose time is over; False where there is none, or somebody is at it.

    Who owes the outcome then is writing, not ready: no caller comes, and a supervisor hears of it if it lasts.
    """
    seat = queries.lock_free_seat(tx, counselor_id)
    if seat is None:
        return False
    if seat.state not in {"wrapping", "recovering"} or seat.wrap_until is None or seat.wrap_until > at:
        return mend_seat(tx, counselor_id, board)
    if seat.state == "wrapping" and written.owed(tx, counselor_id):
        _tell_of_debt(tx, seat, board, at)
        _end(tx, seat, board, at, None, then="writing")
    else:
        _end(tx, seat, board, at, _pause(tx, seat, board, at, written))
    return True


def _tell_of_debt(tx: Session, seat: Seat, board: Board, at: datetime) -> None:
    if seat.contact_id is not None:
        told = OutcomeOwed(seat.counselor_id, seat.contact_id)
        due = at + timedelta(seconds=board.config.outcome_alert_seconds)
        outbox.post(tx, told, at=at, due=due, id=named_id("outcome owed", str(seat.contact_id)))


def _pause(tx: Session, seat: Seat, board: Board, at: datetime, written: Written) -> datetime | None:
    """Say until when a counselor may rest from the conversation they have just written down."""
    entry = queries.entry(tx, seat.contact_id) if seat.contact_id and seat.state == "wrapping" else None
    if entry is None or board.config.recovery_seconds <= 0:
        return None
    why = heavy_because(entry.priority, _talked(entry), written.heavy(tx, entry.contact_id), board.config)
    if why is None:
        return None
    note_seat(tx, "recovery", seat, at, why=why)
    return at + timedelta(seconds=board.config.recovery_seconds)


def _talked(entry: QueueEntry) -> float:
    if entry.connected_at is None or entry.left_at is None:
        return 0
    return (entry.left_at - entry.connected_at).total_seconds()


def _end(tx: Session, seat: Seat, board: Board, at: datetime, pause: datetime | None, then: str = "") -> Seat:
    if seat.state == "wrapping":
        note_wrap_up(tx, seat, board, at)
    mend_seat(tx, seat.counselor_id, board)
    asked_from, seat.asked_because = look_after(seat, board, at)
    now = board.wrap_up(seat.counselor_id, at, recover_until=pause, then=then, asked_from=asked_from)
    if now is not None:
        mirror(tx, board, seat, now, at)
    end_holds_for(tx, seat, board=board, at=at)
    match_after(tx, board=board, at=at)
    return seat


def look_after(seat: Seat, board: Board, at: datetime) -> tuple[datetime | None, str | None]:
    """Say from when on a counselor who is free now is asked in their turn, and why not before."""
    spans = [(moment(since), moment(until)) for since, until in seat.busy]
    return asked_from(spans, seat.working_since, at, board.config)


def note_wrap_up(tx: Session, seat: Seat, board: Board, at: datetime) -> None:
    """Add the event of a wrap-up that ends, and remember how long its counselor was busy."""
    entry = queries.entry(tx, seat.contact_id) if seat.contact_id else None
    if entry is None or entry.left_at is None:
        return
    ended = RoutingEvent(kind="wrapped", at=at, queue=entry.queue, contact_id=entry.contact_id)
    ended.counselor_id, ended.detail = seat.counselor_id, {"wrap_s": max(0.0, (at - entry.left_at).total_seconds())}
    tx.add(ended)
    spans = [*((moment(since), moment(until)) for since, until in seat.busy), (entry.connected_at or entry.left_at, at)]
    seat.busy = [[millis(since), millis(until)] for since, until in recent(spans, at, board.config)]
