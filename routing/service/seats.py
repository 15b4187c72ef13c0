"""Counselors' seats: taken, heard of, changed, left, lost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import outbox
from core.errors import Conflict, Invalid, NotFound, Stale
from core.ids import named_id
from core.staff import Actor
from routing import queries
from routing.board import Board
from routing.errors import BoardGone
from routing.messages import SeatLost
from routing.policy import ACTIVITIES, groups, longer_wrap_up, spoken
from routing.service.ledger import mirror, note_seat
from routing.service.matching import match_after
from routing.service.mending import mend_seat, ready
from routing.service.offers import time_out
from routing.service.preferring import end_holds_for
from routing.tables import RoutingEvent, Seat


def sign_on(tx: Session, counselor: Actor, *, board: Board, at: datetime) -> Seat:
    """Take one's seat, or be heard of again after it was lost; the activity stays what it was (at first: offline)."""
    return _take(tx, counselor, "", board=board, at=at)


def set_activity(tx: Session, counselor: Actor, activity: str, *, board: Board, at: datetime) -> Seat:
    """Choose what one is doing; during a call it takes effect after it. Raises Invalid for what is no activity.

    Choosing `available` is also the way back for a seat that did not respond.
    """
    _require_activity(activity)
    return _take(tx, counselor, activity, board=board, at=at)


def sign_off(tx: Session, counselor: Actor, *, board: Board, at: datetime) -> Seat:
    """Leave one's seat, after the call that is under way."""
    return _take(tx, counselor, "offline", board=board, at=at)


def _take(tx: Session, counselor: Actor, activity: str, *, board: Board, at: datetime) -> Seat:
    ready(tx, board, at)
    languages = spoken(counselor.languages, board.config)
    skills = [skill for skill in board.config.needs.skills if skill in counselor.skills]
    fresh = Seat(counselor_id=counselor.id, login=counselor.login, languages=languages, skills=skills)
    fresh.idle_since = fresh.changed_at = at
    seat = queries.ensure_seat(tx, fresh)
    was = (seat.activity, seat.state)
    remember(tx, board, seat)
    now = board.seat(counselor.id, at, activity=activity, groups=groups(languages, skills, board.config))
    seat.languages, seat.skills = languages, skills
    mirror(tx, board, seat, now, at)
    if was != (seat.activity, seat.state):
        note_seat(tx, "seat", seat, at, activity=seat.activity, state=seat.state)
    end_holds_for(tx, seat, board=board, at=at)
    match_after(tx, board=board, at=at)
    return seat


def remember(tx: Session, board: Board, seat: Seat) -> None:
    """Give a seat back to an index that does not know it, before the index decides about it."""
    if board.seat_now(seat.counselor_id) is None:
        mend_seat(tx, seat.counselor_id, board)


def set_activity_of(tx: Session, counselor_id: UUID, activity: str, *, board: Board, at: datetime) -> Seat:
    """Change a counselor's activity for them; raises Invalid, or NotFound for who never had a seat."""
    _require_activity(activity)
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None:
        raise NotFound("This person has no seat. 좌석이 없는 직원입니다.")
    remember(tx, board, seat)
    mirror(tx, board, seat, board.seat(counselor_id, at, activity=activity, alive=False), at)
    note_seat(tx, "seat", seat, at, activity=seat.activity, state=seat.state, by_supervisor=True)
    end_holds_for(tx, seat, board=board, at=at)
    match_after(tx, board=board, at=at)
    return seat


def _require_activity(activity: str) -> None:
    if activity not in ACTIVITIES:
        raise Invalid(f"Choose one of these activities: {', '.join(ACTIVITIES)}.", field="activity")


def heartbeat(tx: Session, counselor: Actor, *, board: Board, at: datetime) -> str:
    """Say that the desk is there, and get its state; a seat that was lost is taken again."""
    try:
        state = board.heartbeat(counselor.id, at)
    except BoardGone:
        state = "unknown"
    if state in {"unknown", "lost"}:
        return sign_on(tx, counselor, board=board, at=at).state
    return state


def wrap_up(tx: Session, counselor_id: UUID, *, board: Board, at: datetime) -> Seat:
    """End one's wrap-up: the seat is free, or what was chosen meanwhile. Raises Conflict where there is none."""
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None or seat.state != "wrapping":
        raise Conflict("You are not wrapping up. 후처리 중이 아닙니다.")
    return _end_wrap(tx, seat, board, at)


def extend_wrap_up(tx: Session, counselor_id: UUID, *, board: Board, at: datetime) -> Seat:
    """Take more time to write, up to the longest; raises Conflict where there is no wrap-up or no more time."""
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None or seat.state != "wrapping" or seat.wrap_until is None:
        raise Conflict("You are not wrapping up. 후처리 중이 아닙니다.")
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


def end_wrap_up_due(tx: Session, counselor_id: UUID, *, board: Board, at: datetime) -> bool:
    """End a wrap-up whose time is over; False where there is none, or somebody is at it."""
    seat = queries.lock_free_seat(tx, counselor_id)
    if seat is None:
        return False
    if seat.state != "wrapping" or seat.wrap_until is None or seat.wrap_until > at:
        return mend_seat(tx, counselor_id, board)
    _end_wrap(tx, seat, board, at)
    return True


def _end_wrap(tx: Session, seat: Seat, board: Board, at: datetime) -> Seat:
    _note_wrap_up(tx, seat, at)
    mend_seat(tx, seat.counselor_id, board)
    now = board.wrap_up(seat.counselor_id, at)
    if now is not None:
        mirror(tx, board, seat, now, at)
    match_after(tx, board=board, at=at)
    return seat


def _note_wrap_up(tx: Session, seat: Seat, at: datetime) -> None:
    entry = queries.entry(tx, seat.contact_id) if seat.contact_id else None
    if entry is None or entry.left_at is None:
        return
    ended = RoutingEvent(kind="wrapped", at=at, queue=entry.queue, contact_id=entry.contact_id)
    ended.counselor_id, ended.detail = seat.counselor_id, {"wrap_s": max(0.0, (at - entry.left_at).total_seconds())}
    tx.add(ended)


def lose(tx: Session, counselor_id: UUID, *, board: Board, at: datetime) -> bool:
    """Mark a seat nothing was heard of: what was offered to it goes to the next; a call under way goes on."""
    offer = queries.offer_at(tx, counselor_id)
    entry = queries.lock_free_entry(tx, offer.contact_id) if offer else None
    seat = queries.lock_free_seat(tx, counselor_id)
    if seat is None or (offer is not None and entry is None):
        return False
    try:
        now = board.lose(counselor_id, at)
    except Stale:
        return False
    if seat.state == "wrapping":
        _note_wrap_up(tx, seat, at)
    if now is not None:
        mirror(tx, board, seat, now, at)
    if seat.state != "lost":
        return True
    note_seat(tx, "seat", seat, at, activity=seat.activity, state="lost")
    end_holds_for(tx, seat, board=board, at=at)
    if offer is not None and offer.state == "pending":
        time_out(tx, offer.contact_id, board=board, at=at, lost=True)
    elif offer is not None:
        told = SeatLost(counselor_id, seat.login, offer.contact_id)
        outbox.post(tx, told, at=at, id=named_id("seat lost", str(offer.id), at.isoformat()))
    return True
