"""Bringing waiting callers and free counselors together."""

import logging
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import live
from core.errors import Stale
from core.ids import new_id
from routing import queries
from routing.board import Board
from routing.config import RoutingConfig
from routing.policy import reason_for
from routing.records import Claim
from routing.service.ledger import mirror, note, place_of, seat_of, topic
from routing.tables import Offer, QueueEntry, Seat

log = logging.getLogger(__name__)
_MATCH = "match"
OWN_COUNSELOR = "담당 상담사 · their own counselor"
MOST_OFFERS = 200
"""More than any team can be free at once; what is left is the next sweep's."""


def match(tx: Session, *, board: Board, at: datetime) -> list[Offer]:
    """Offer waiting callers to free counselors until nothing more fits, and give the new offers."""
    offers: list[Offer] = []
    for _ in range(MOST_OFFERS):
        claim = board.claim(new_id(at), at)
        if claim is None:
            break
        offer = _offer(tx, board, claim, at)
        if offer is not None:
            offers.append(offer)
    return offers


def match_after(tx: Session, *, board: Board, at: datetime) -> None:
    """Match as soon as this transaction is committed, when its callers and seats are there for everybody to see."""
    tx.info.setdefault(_MATCH, (tx.connection(), board, at))


@event.listens_for(Session, "after_rollback")
def _forget(tx: Session) -> None:
    tx.info.pop(_MATCH, None)


@event.listens_for(Session, "after_commit")
def _match_now(tx: Session) -> None:
    # The end of a savepoint commits nothing yet.
    if _MATCH not in tx.info or tx.in_nested_transaction():
        return
    # The transaction's own connection is free again by now: a second one could be waited for in vain.
    connection, board, at = tx.info.pop(_MATCH)
    try:
        for _ in range(MOST_OFFERS):
            claim = board.claim(new_id(at), at)
            if claim is None:
                return
            with Session(connection, expire_on_commit=False) as own, own.begin():
                _offer(own, board, claim, at)
    except (RedisError, SQLAlchemyError) as error:
        log.warning("matching is left to the next sweep: %s", error)


def _offer(tx: Session, board: Board, claim: Claim, at: datetime) -> Offer | None:
    entry = queries.lock_entry(tx, claim.contact_id)
    seat = queries.lock_seat(tx, claim.counselor_id)
    if entry is None or seat is None:
        # A row that is just being made, as when a counselor sits down for the first time: the next look will see it.
        # One that never comes, because its transaction failed, is taken off the index by the reconciler.
        board.release(claim)
        return None
    if not _fit(entry, seat):
        _put_right(tx, board, claim, entry, seat)
        return None
    waited, idle = (at - entry.entered_at).total_seconds(), (at - claim.idle_since).total_seconds()
    offer = Offer(
        id=claim.offer_id, contact_id=entry.contact_id, counselor_id=seat.counselor_id, counselor_login=seat.login,
        state="pending", epoch=claim.epoch, offered_at=at, deadline=board.deadline(at),
        why=reason_for(
            entry.priority, entry.language, waited=max(0, waited), idle=max(0, idle),
            called_for=_called_for(entry, seat, board.config), asked_last=_asked_last(seat, at),
        ),
    )  # fmt: skip
    try:
        now = board.confirm((entry.contact_id, offer.id, claim.epoch, entry.version + 1))
    except Stale:
        # Somebody put one of the two right meanwhile, without knowing of the claim.
        _put_right(tx, board, claim, entry, seat)
        return None
    entry.state, entry.version = "offered", entry.version + 1
    tx.add(offer)
    if now is not None:
        mirror(tx, board, seat, now, at)
    note(tx, "offered", entry, at, offer, why=offer.why)
    tell_offer(tx, board, entry, offer, at)
    tx.flush()
    return offer


def _asked_last(seat: Seat, at: datetime) -> str | None:
    return seat.asked_because if seat.asked_from is not None and seat.asked_from > at else None


def _called_for(entry: QueueEntry, seat: Seat, config: RoutingConfig) -> str:
    if entry.preferred_id == seat.counselor_id:
        return OWN_COUNSELOR
    need = config.needs.of(entry.need)
    return need.title if need else ""


def _fit(entry: QueueEntry, seat: Seat) -> bool:
    return entry.state == "waiting" and (seat.state, seat.activity, seat.softphone) == ("idle", "available", True)


def _put_right(tx: Session, board: Board, claim: Claim, entry: QueueEntry, seat: Seat) -> None:
    # Both rows are locked, so what is put is what the index should say; another claim of either is not confirmed.
    known = place_of(entry, queries.current_offer(tx, claim.contact_id), board.config)
    held = seat_of(seat, queries.offer_at(tx, seat.counselor_id), board.config)
    board.place({claim.contact_id: known}, {seat.counselor_id: held})


def tell_offer(tx: Session, board: Board, entry: QueueEntry, offer: Offer, at: datetime) -> None:
    """Tell a counselor of a caller who is held out to them."""
    waited = round((at - entry.entered_at).total_seconds())
    live.tell(
        tx, board.redis, topic(offer.counselor_id), "offer",
        offer_id=offer.id, contact_id=offer.contact_id, why=offer.why, waited_s=waited,
        priority=entry.priority, language=entry.language, deadline=offer.deadline,
        hints=entry.hints, need=entry.need,
    )  # fmt: skip
