"""A caller and one counselor by name: held out past the line, taken over in the middle, brought back to the line."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.errors import Conflict
from core.ids import new_id
from core.staff import Actor
from routing import queries
from routing.board import Board
from routing.policy import spoken
from routing.service.ledger import let_go, note, place_of, seat_of, tell_seat, withdraw
from routing.service.matching import match_after, tell_offer
from routing.service.mending import admit, ready
from routing.tables import Offer, QueueEntry, Seat

TRANSFER = "transfer"
BY_HAND = "지정 연결 · handed to you by name"
_NOT_FREE = "This counselor is not free now: choose another, or the queue. 지금 받을 수 없는 상담사입니다."


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a conversation goes on: under which contact, in which queue, `only` with whom, and for which need.

    Without a need named, it is the one the caller came with.
    """

    contact_id: UUID
    queue: str
    only: UUID | None = None
    need: str | None = None


def go_on(tx: Session, contact_id: UUID, onward: Onward, *, board: Board, at: datetime) -> QueueEntry:
    """Let a contact that talks wait once more under another id, with the head start of those who are handed on.

    With `only`, it is held out to that one counselor and leaves if they do not take it; raises Conflict where they
    are not free.
    """
    ready(tx, board, at)
    first = queries.lock_entry(tx, contact_id)
    if first is None or first.state != "connected":
        raise Conflict("This call is not in conversation now. 지금 상담 중인 통화가 아닙니다.")
    entry = QueueEntry(
        contact_id=onward.contact_id, queue=onward.queue, language=first.language, provider_ref=first.provider_ref,
        priority="danger" if first.priority == "danger" else TRANSFER, entered_at=at, state="waiting", version=0,
        apart={}, only_id=onward.only, need=onward.need or first.need,
    )  # fmt: skip
    tx.add(entry)
    tx.flush()
    if onward.only is None:
        admit(tx, entry, board, at)
        match_after(tx, board=board, at=at)
        return entry
    entry.admitted_at = at
    note(tx, "entered", entry, at, priority=entry.priority, language=entry.language)
    _hold_out(tx, entry, onward.only, board, at)
    return entry


def pull(tx: Session, name: str, contact_id: UUID, to: Actor | UUID, *, board: Board, at: datetime) -> Offer:
    """Hold out a caller of this queue to one counselor, past the line; raises Conflict unless both are free.

    Somebody else must be available; oneself (an Actor) takes a caller whatever one is doing, but never two.
    """
    ready(tx, board, at)
    entry = queries.lock_entry(tx, contact_id)
    if entry is None or entry.state != "waiting" or entry.queue != name:
        raise Conflict("This caller does not wait here now. 지금 이 대기열에서 기다리는 전화가 아닙니다.")
    if isinstance(to, UUID):
        return _hold_out(tx, entry, to, board, at)
    return _to_seat(tx, entry, queries.ensure_seat(tx, _fresh(to, board, at)), board, at)


def _fresh(counselor: Actor, board: Board, at: datetime) -> Seat:
    spoken_here = spoken(counselor.languages, board.config)
    able = [skill for skill in board.config.needs.skills if skill in counselor.skills]
    return Seat(
        counselor_id=counselor.id, login=counselor.login, languages=spoken_here, skills=able, idle_since=at,
        changed_at=at,
    )  # fmt: skip


def _hold_out(tx: Session, entry: QueueEntry, counselor_id: UUID, board: Board, at: datetime) -> Offer:
    seat = queries.lock_seat(tx, counselor_id)
    if seat is None or seat.activity != "available" or not seat.softphone:
        raise Conflict(_NOT_FREE)
    return _to_seat(tx, entry, seat, board, at)


def _to_seat(tx: Session, entry: QueueEntry, seat: Seat, board: Board, at: datetime) -> Offer:
    if seat.state != "idle":
        raise Conflict(_NOT_FREE)
    offer = _offer(entry, seat, "pending", board, at)
    offer.deadline = board.deadline(at)
    tx.add(offer)
    entry.state, entry.version = "offered", entry.version + 1
    seat.state, seat.contact_id, seat.changed_at = "reserved", entry.contact_id, at
    note(tx, "offered", entry, at, offer, why=offer.why)
    tx.flush()
    # Both rows are locked: a claim that the index has made of either meanwhile is not confirmed, and comes to nothing.
    _index(board, entry, offer, {seat: offer})
    tell_seat(tx, board, seat)
    tell_offer(tx, board, entry, offer, at)
    return offer


def _offer(entry: QueueEntry, seat: Seat, state: str, board: Board, at: datetime) -> Offer:
    return Offer(
        id=new_id(at), contact_id=entry.contact_id, counselor_id=seat.counselor_id, counselor_login=seat.login,
        state=state, epoch=board.epoch() or 0, why=BY_HAND, offered_at=at, deadline=at,
    )  # fmt: skip


def take_over(tx: Session, contact_id: UUID, by: Actor, offer_id: UUID, *, board: Board, at: datetime) -> Offer:
    """Give a conversation to somebody else in the middle of it: who had it wraps up; raises Conflict for a busy one.

    `offer_id` is the new offer's, so that the leg that is in the room already can be found by it.
    """
    ready(tx, board, at)
    entry = queries.lock_entry(tx, contact_id)
    offer = queries.current_offer(tx, contact_id)
    if entry is None or offer is None or offer.state != "connected":
        raise Conflict("This call is not in conversation now. 지금 상담 중인 통화가 아닙니다.")
    mine, theirs = _two_seats(tx, by, offer.counselor_id, board, at)
    if mine.state not in {"idle", "not_responding"}:
        raise Conflict("Your own seat is busy: finish that first. 먼저 하던 상담을 마쳐 주세요.")
    withdraw(tx, board, offer, "completed", at, "taken over")
    tx.flush()
    taken = _offer(entry, mine, "connected", board, at)
    taken.id, taken.settled_at, taken.connected_at = offer_id, at, at
    tx.add(taken)
    entry.version += 1
    mine.state, mine.contact_id, mine.changed_at = "on_contact", contact_id, at
    note(tx, "taken_over", entry, at, taken, before=str(offer.counselor_id))
    _wrap_up(tx, theirs, board, at)
    tx.flush()
    _index(board, entry, taken, {mine: taken, **({theirs: None} if theirs else {})})
    tell_seat(tx, board, mine)
    return taken


def _two_seats(tx: Session, by: Actor, other: UUID, board: Board, at: datetime) -> tuple[Seat, Seat | None]:
    fresh = _fresh(by, board, at)
    # Always in the same order: two who take over from each other must not wait for each other.
    if by.id < other:
        mine = queries.ensure_seat(tx, fresh)
        return mine, queries.lock_seat(tx, other)
    theirs = queries.lock_seat(tx, other)
    return queries.ensure_seat(tx, fresh), theirs


def bring_back(tx: Session, contact_id: UUID, why: str, *, board: Board, at: datetime) -> bool:
    """Bring a caller whose counselor is gone back to the place they had; False where nobody talks."""
    entry = queries.lock_entry(tx, contact_id)
    offer = queries.current_offer(tx, contact_id) if entry else None
    if entry is None or offer is None or offer.state != "connected":
        return False
    seat = queries.lock_seat(tx, offer.counselor_id)
    withdraw(tx, board, offer, "failed", at, why)
    # Who comes back talks to nobody: if they hang up now, they are owed what every caller in the queue is.
    entry.state, entry.version, entry.connected_at = "waiting", entry.version + 1, None
    # One who was handed to a counselor by name, or kept for their own, waits for everybody now.
    entry.only_id = entry.preferred_id = entry.preferred_until = None
    note(tx, "returned", entry, at, offer, why=why)
    _wrap_up(tx, seat, board, at)
    tx.flush()
    _index(board, entry, None, {seat: None} if seat else {})
    match_after(tx, board=board, at=at)
    return True


def _wrap_up(tx: Session, seat: Seat | None, board: Board, at: datetime) -> None:
    if seat is not None:
        let_go(seat, "wrapping" if board.config.wrap_up_seconds > 0 else "idle", board, at)
        tell_seat(tx, board, seat)


def _index(board: Board, entry: QueueEntry, offer: Offer | None, seats: dict[Seat, Offer | None]) -> None:
    known = {seat.counselor_id: seat_of(seat, held, board.config) for seat, held in seats.items()}
    board.place({entry.contact_id: place_of(entry, offer, board.config)}, known)
