"""Putting the index to what the database says: one entry, what differs, or all of it after Redis was wiped."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.board import Board
from routing.records import SeatNow
from routing.service.ledger import note, place_of, seat_of, tell_seat, withdraw
from routing.service.matching import match_after
from routing.service.offers import leave_untaken
from routing.tables import Offer, QueueEntry, Seat

log = logging.getLogger(__name__)


def ready(tx: Session, board: Board, at: datetime) -> None:
    """See to it that there is an index: the first caller and the first seat of all find one."""
    if board.epoch() is None:
        rebuild(tx, board=board, at=at)


def admit(tx: Session, entry: QueueEntry, board: Board, at: datetime) -> None:
    """Put a locked, waiting entry into the index; the first time, that is an event."""
    known = place_of(entry, None, board.config)
    if known is not None:
        board.enqueue(entry.contact_id, known)
    _let_in(tx, entry, board, at)


def _let_in(tx: Session, entry: QueueEntry, board: Board, at: datetime) -> None:
    if entry.admitted_at is None:
        entry.admitted_at = at
        entry.need = board.config.needs.known(entry.need, entry.entered_at, board.config.timezone)
        note(tx, "entered", entry, entry.entered_at, priority=entry.priority, language=entry.language)


def reconcile(tx: Session, *, board: Board, at: datetime) -> int:
    """Mend what differs between database and index, where nobody is at it just now; returns how much that was.

    Waits for nobody: what is locked is being changed, and is looked at again the next time.
    """
    epoch = board.epoch()
    if epoch is None:
        rebuild(tx, board=board, at=at)
        return 0
    # Both are compared before anything is locked: comparing a long line takes time, and counselors wait for its rows.
    contacts, seats = _differing_contacts(tx, board, epoch), _differing_seats(tx, board)
    count = sum(mend_contact(tx, contact_id, board, at) for contact_id in contacts)
    count += sum(mend_seat(tx, counselor_id, board) for counselor_id in seats)
    if count:
        mark = queries.lock_epoch(tx, board.site, at)
        mark.mended, mark.epoch = mark.mended + count, max(mark.epoch, epoch)
        log.warning("mended %s differences between the queue's index and the database", count)
        match_after(tx, board=board, at=at)
    return count


def _differing_contacts(tx: Session, board: Board, epoch: int) -> set[UUID]:
    # The index is read first: what enters between the two readings is missing from it, and locked or at rest.
    held = board.contacts()
    offers = {offer.contact_id: offer for offer in queries.live_offers(tx)}
    places = {e.contact_id: place_of(e, offers.get(e.contact_id), board.config) for e in queries.live_entries(tx)}
    wanted = {key: place.record(key) for key, place in places.items() if place is not None}
    older = {key for key, offer in offers.items() if offer.epoch != epoch}
    return older | {key for key in held.keys() | wanted.keys() if held.get(key) != wanted.get(key)}


def _differing_seats(tx: Session, board: Board) -> set[UUID]:
    held, wanted = board.seats(), _seats(queries.seats(tx), queries.live_offers(tx), board)
    return {key for key in wanted if held.get(key) != wanted[key]}


def _seats(seats: Iterable[Seat], offers: Iterable[Offer], board: Board) -> dict[UUID, SeatNow]:
    by_counselor = {offer.counselor_id: offer for offer in offers}
    return {s.counselor_id: seat_of(s, by_counselor.get(s.counselor_id), board.config) for s in seats}


def mend_contact(tx: Session, contact_id: UUID, board: Board, at: datetime) -> bool:
    """Put one contact, and the seats it has or should have, to their rows; False where they agree or are busy."""
    entry = queries.lock_free_entry(tx, contact_id)
    if entry is None and queries.entry(tx, contact_id) is not None:
        return False
    offer = queries.current_offer(tx, contact_id)
    known = place_of(entry, offer, board.config) if entry is not None else None
    held, renewed = board.contact(contact_id), offer is not None and _renewed(offer, board)
    if held == (known.record(contact_id) if known else None):
        return renewed
    seats = {UUID(held["seat"])} if held and "seat" in held else set()
    seats |= {offer.counselor_id} if offer else set()
    if entry is not None and known is not None and entry.admitted_at is None:
        admit(tx, entry, board, at)
    board.place({contact_id: known}, {})
    for counselor_id in sorted(seats):
        mend_seat(tx, counselor_id, board)
    return True


def _renewed(offer: Offer, board: Board) -> bool:
    # A rebuild that died before its commit, or passed over this locked row, left the offer in an earlier epoch.
    was, offer.epoch = offer.epoch, board.epoch() or offer.epoch
    return offer.epoch != was


def mend_seat(tx: Session, counselor_id: UUID, board: Board, *, even_claimed: bool = True) -> bool:
    """Put one seat to what its row says; False where it agrees or somebody is at it.

    Somebody may have claimed it a moment ago who waits for this very row: without `even_claimed` that is theirs to end.
    """
    seat = queries.lock_free_seat(tx, counselor_id)
    if seat is None:
        return False
    known = seat_of(seat, queries.offer_at(tx, counselor_id), board.config)
    now = board.seat_now(counselor_id)
    if now == known or (now is not None and now.state == "claimed" and not even_claimed):
        return False
    board.place({}, {counselor_id: known})
    return True


def rebuild(tx: Session, *, board: Board, at: datetime) -> int:
    """Make a lost index anew from the database, under the next epoch: everybody at the place they had.

    Who was held out to a counselor waits again, at the same place; who is being connected or talks is left alone. Every
    seat has one lease's time to be heard of. Returns the epoch that counts now.
    """
    mark = queries.lock_epoch(tx, board.site, at)
    current = board.epoch()
    if current is not None:
        return current
    board.clear()
    for offer in queries.live_offers(tx):
        _renew(tx, offer, board, mark.epoch + 1, at)
    tx.flush()
    offers = {offer.contact_id: offer for offer in queries.live_offers(tx)}
    entries = queries.live_entries(tx)
    for entry in entries:
        _let_in(tx, entry, board, at)
    places = {e.contact_id: place_of(e, offers.get(e.contact_id), board.config) for e in entries}
    board.place(places, _seats(queries.seats(tx), offers.values(), board), at)
    mark.epoch, mark.rebuilt_at = mark.epoch + 1, at
    board.open(mark.epoch)
    log.warning("rebuilt the queue's index: epoch %s, %s callers", mark.epoch, len(entries))
    match_after(tx, board=board, at=at)
    return mark.epoch


def _renew(tx: Session, offer: Offer, board: Board, epoch: int, at: datetime) -> None:
    entry = queries.lock_free_entry(tx, offer.contact_id)
    if entry is None:
        # Somebody is just at it; what comes of it is mended by the reconciler.
        return
    offer.epoch = epoch
    if offer.state != "pending":
        return
    withdraw(tx, board, offer, "rescinded", at, "rebuilt")
    if entry.only_id is not None:
        leave_untaken(tx, entry, offer, board, at)
    else:
        entry.state, entry.version = "waiting", entry.version + 1
    note(tx, "rescinded", entry, at, offer)
    seat = queries.lock_free_seat(tx, offer.counselor_id)
    if seat is not None and seat.state == "reserved":
        seat.state, seat.contact_id = "idle", None
        seat.activity, seat.next_activity = seat.next_activity or seat.activity, None
        tell_seat(tx, board, seat)
