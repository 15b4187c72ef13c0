"""Counselors' seats: taken, heard of, changed, left, lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import outbox
from core.errors import Conflict, Invalid, NotFound, Stale
from core.ids import named_id
from core.staff import Actor
from routing import queries
from routing.board import TAKE_AGAIN, Board
from routing.errors import BoardGone
from routing.messages import SeatLost
from routing.policy import ACTIVITIES, groups, spoken
from routing.records import Sitter
from routing.service.ledger import mirror, note_seat
from routing.service.matching import match_after
from routing.service.mending import mend_seat, ready
from routing.service.offers import time_out
from routing.service.preferring import end_holds_for
from routing.service.wrapping import OUTCOME_OWED, look_after, note_wrap_up
from routing.tables import Seat
from routing.wellbeing import at_work_since
from routing.written import NOTHING, Written


@dataclass(frozen=True, slots=True)
class Said:
    """What a desk says about its seat: what its counselor does (nothing: as before), and whether they can be rung."""

    activity: str = ""
    softphone: bool | None = None


def sign_on(
    tx: Session, counselor: Actor, *, board: Board, at: datetime, softphone: bool | None = None,
    written: Written = NOTHING,
) -> Seat:  # fmt: skip
    """Take one's seat, or be heard of again after it was lost; the activity stays what it was (at first: offline).

    `softphone` says whether the counselor can be rung, None where the desk does not know.
    """
    return _take(tx, counselor, Said(softphone=softphone), board=board, at=at, written=written)


def set_activity(
    tx: Session, counselor: Actor, activity: str, *, board: Board, at: datetime, written: Written = NOTHING
) -> Seat:
    """Choose what one is doing; during a call it takes effect after it. Raises Invalid for what is no activity.

    Choosing `available` is also the way back for a seat that did not respond, and out of a pause; it is a Conflict
    while the outcome of a conversation is owed.
    """
    _require_activity(activity)
    return _take(tx, counselor, Said(activity), board=board, at=at, written=written)


def sign_off(tx: Session, counselor: Actor, *, board: Board, at: datetime) -> Seat:
    """Leave one's seat, after the call that is under way."""
    return _take(tx, counselor, Said("offline"), board=board, at=at, written=NOTHING)


def _take(tx: Session, counselor: Actor, said: Said, *, board: Board, at: datetime, written: Written) -> Seat:
    ready(tx, board, at)
    languages = spoken(counselor.languages, board.config)
    skills = [skill for skill in board.config.needs.skills if skill in counselor.skills]
    fresh = Seat(counselor_id=counselor.id, login=counselor.login, languages=languages, skills=skills)
    fresh.idle_since = fresh.changed_at = at
    seat = queries.ensure_seat(tx, fresh)
    was = (seat.activity, seat.state, seat.softphone)
    activity = _allowed(tx, seat, said.activity, written)
    mend_seat(tx, seat.counselor_id, board, even_claimed=False)
    sitter = Sitter(said.softphone, _back_at_work(seat, activity, board, at))
    found_by = groups(languages, skills, board.config)
    now = board.seat(counselor.id, at, activity=activity, groups=found_by, sitter=sitter)
    seat.languages, seat.skills = languages, skills
    mirror(tx, board, seat, now, at)
    if was != (seat.activity, seat.state, seat.softphone):
        note_seat(tx, "seat", seat, at, activity=seat.activity, state=seat.state, softphone=seat.softphone)
    end_holds_for(tx, seat, board=board, at=at)
    match_after(tx, board=board, at=at)
    return seat


def _back_at_work(seat: Seat, activity: str, board: Board, at: datetime) -> datetime | None:
    """Say from when on somebody who comes back is asked in their turn; None where nobody comes back."""
    if activity != "available" or seat.activity == "available":
        return None
    seat.working_since = at_work_since(seat.working_since, seat.activity, seat.idle_since, at, board.config)
    later, seat.asked_because = look_after(seat, board, at)
    return later or at


def _allowed(tx: Session, seat: Seat, activity: str, written: Written) -> str:
    """Give the activity that a seat may take; who owes an outcome is not ready, and a lost one comes back to it."""
    busy = seat.contact_id is not None or (activity or seat.activity) != "available"
    if busy or (not activity and seat.state != "lost") or not written.owed(tx, seat.counselor_id):
        return activity
    if activity:
        raise Conflict(OUTCOME_OWED)
    return "writing"


def set_activity_of(tx: Session, counselor_id: UUID, activity: str, *, board: Board, at: datetime) -> Seat:
    """Change a counselor's activity for them; raises Invalid, or NotFound for who never had a seat."""
    _require_activity(activity)
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None:
        raise NotFound("This person has no seat. 좌석이 없는 직원입니다.")
    mend_seat(tx, counselor_id, board, even_claimed=False)
    mirror(tx, board, seat, board.seat(counselor_id, at, activity=activity, alive=False), at)
    note_seat(tx, "seat", seat, at, activity=seat.activity, state=seat.state, by_supervisor=True)
    end_holds_for(tx, seat, board=board, at=at)
    match_after(tx, board=board, at=at)
    return seat


def _require_activity(activity: str) -> None:
    if activity not in ACTIVITIES:
        raise Invalid(f"Choose one of these activities: {', '.join(ACTIVITIES)}.", field="activity")


def heartbeat(
    tx: Session, counselor: Actor, *, board: Board, at: datetime, softphone: bool | None = None,
    written: Written = NOTHING,
) -> str:  # fmt: skip
    """Say that the desk is there, and get its state; a seat that was lost, or whose softphone came, is taken again."""
    try:
        state = board.heartbeat(counselor.id, at, softphone)
    except BoardGone:
        state = "unknown"
    if state in TAKE_AGAIN:
        return sign_on(tx, counselor, board=board, at=at, softphone=softphone, written=written).state
    return state


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
        note_wrap_up(tx, seat, board, at)
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
        due = at + timedelta(seconds=board.config.lost_call_seconds)
        outbox.post(tx, told, at=at, due=due, id=named_id("seat lost", str(offer.id), at.isoformat()))
    return True
