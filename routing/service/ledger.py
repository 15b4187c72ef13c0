"""Writing down what happened: event, seat as the index has it, news; and rows as the index would hold them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import live
from core.errors import Stale
from routing.advice import advice
from routing.board import Board, Fence
from routing.config import RoutingConfig
from routing.policy import groups, known_class, known_language, known_need, millis, takes_more
from routing.records import Place, SeatNow
from routing.tables import LIVE, Offer, QueueEntry, RoutingEvent, Seat


def note(tx: Session, kind: str, entry: QueueEntry, at: datetime, offer: Offer | None = None, **detail: object) -> None:
    """Add an event about a contact, and about the offer it happened to."""
    happened = RoutingEvent(kind=kind, at=at, queue=entry.queue, contact_id=entry.contact_id, detail=detail)
    if offer is not None:
        happened.offer_id, happened.counselor_id = offer.id, offer.counselor_id
    tx.add(happened)


def note_seat(tx: Session, kind: str, seat: Seat, at: datetime, **detail: object) -> None:
    """Add an event about a seat."""
    tx.add(RoutingEvent(kind=kind, at=at, counselor_id=seat.counselor_id, detail=detail))


def fence(entry: QueueEntry, offer: Offer) -> Fence:
    """Give what a transition of this entry by this offer must show."""
    return entry.contact_id, offer.id, offer.epoch, entry.version + 1


def mirror(tx: Session, board: Board, seat: Seat, now: SeatNow, at: datetime) -> None:
    """Write a seat down as the index has it, and tell its counselor."""
    # A claim is nothing yet: for the database the seat is idle until it agrees to an offer.
    claimed = now.state == "claimed"
    begins = seat.next_activity == now.activity != seat.activity
    seat.activity, seat.next_activity, seat.state = now.activity, now.next_activity, "idle" if claimed else now.state
    seat.idle_since, seat.wrap_until = now.idle_since, now.wrap_until
    seat.contact_id = None if claimed else now.contact_id
    seat.softphone, seat.unanswered, seat.asked_from = now.softphone, now.unanswered, now.asked_from
    seat.changed_at = at
    if begins:
        # What was chosen during the call takes effect with nobody asking: it would be in no event.
        note_seat(tx, "seat", seat, at, activity=seat.activity, state=seat.state)
    tell_seat(tx, board, seat)


def tell_seat(tx: Session, board: Board, seat: Seat) -> None:
    """Tell a counselor how their seat stands."""
    more = {
        "next_activity": seat.next_activity, "wrap_until": seat.wrap_until, "contact_id": seat.contact_id,
        "softphone": seat.softphone, "advice": advice(
            seat.activity, seat.state, softphone=seat.softphone, break_due=seat.asked_because == "break",
        ),
    }  # fmt: skip
    live.tell(tx, board.redis, topic(seat.counselor_id), "seat", activity=seat.activity, state=seat.state, **more)


def topic(counselor_id: UUID) -> str:
    """Name the news of one seat."""
    return f"seat:{counselor_id}"


def withdraw(tx: Session, board: Board, offer: Offer, state: str, at: datetime, why: str | None = None) -> None:
    """End an offer as `state`, and tell its counselor."""
    offer.state, offer.reason = state, why
    offer.settled_at = offer.settled_at or at
    offer.ended_at = at
    told = {"offer_id": offer.id, "contact_id": offer.contact_id}
    live.tell(tx, board.redis, topic(offer.counselor_id), "offer_over", state=state, why=why, **told)


def follow(
    tx: Session, board: Board, seat: Seat | None, ask: Callable[[], SeatNow | None], otherwise: str, at: datetime
) -> bool:
    """Let the index follow what happened, and the seat's row the index; False where the index disagrees.

    The seat's row is then put to `otherwise`, and the index has to be put to the rows when they are written.
    """
    try:
        now = ask()
    except Stale:
        now = None
    if seat is not None and now is not None:
        mirror(tx, board, seat, now, at)
    elif seat is not None:
        let_go(seat, otherwise, board, at)
        tell_seat(tx, board, seat)
    return seat is None or now is not None


def let_go(seat: Seat, state: str, board: Board, at: datetime) -> None:
    """Put a seat's row to a state by itself, where the index could not say what becomes of it."""
    seat.state = seat.state if seat.state == "lost" else state
    seat.wrap_until = board.wrap_until(at) if seat.state == "wrapping" else None
    seat.changed_at = at
    if seat.state in {"idle", "not_responding", "lost"}:
        seat.contact_id = None
        seat.activity, seat.next_activity = seat.next_activity or seat.activity, None


def place_of(entry: QueueEntry, offer: Offer | None, config: RoutingConfig) -> Place | None:
    """Give an entry as the index should hold it; None for one that has ended."""
    if entry.state not in LIVE:
        return None
    klass = known_class(entry.priority, config)
    kept = None if klass == config.classes[0] else entry.preferred_id
    return Place(
        entry.state, klass, known_language(entry.language, config), millis(entry.entered_at), entry.seq, entry.version,
        str(offer.id) if offer else None, str(offer.counselor_id) if offer else None,
        millis(offer.deadline) if offer and offer.state == "pending" else None, entry.apart,
        known_need(entry.need, klass, entry.entered_at, config), str(kept) if kept else None,
        millis(entry.preferred_until) if kept and entry.preferred_until else None,
    )  # fmt: skip


def seat_of(seat: Seat, offer: Offer | None, config: RoutingConfig) -> SeatNow:
    """Give a seat as the index should hold it."""
    return SeatNow(
        seat.activity, seat.state, seat.idle_since, groups(seat.languages, seat.skills, config),
        seat.next_activity, seat.contact_id, offer.id if offer else None, seat.wrap_until,
        seat.softphone, seat.unanswered, seat.asked_from,
    )  # fmt: skip


def on_shift(seat: Seat) -> bool:
    """Tell whether a seat takes callers, now or after what it is at."""
    return takes_more(seat.activity, seat.next_activity, seat.state, softphone=seat.softphone)
