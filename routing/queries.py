"""Every SELECT of the queue, with the lock it takes in its name. Locks go entry first, then seat.

Whoever changes a contact's or a seat's place in the index holds its row; so whoever can lock a row sees both at rest.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from routing.metrics import Happened
from routing.tables import LIVE, LIVE_OFFER, BoardEpoch, Offer, QueueEntry, RoutingEvent, Seat

OF_A_STAY = ("entered", "connected", "left", "finished", "wrapped")
"""The kinds of events that make up a contact's stay."""


def lock_entry(tx: Session, contact_id: UUID) -> QueueEntry | None:
    """Lock a contact's stay in the queue, waiting for whoever has it."""
    return tx.scalars(_entry(contact_id).with_for_update()).one_or_none()


def lock_free_entry(tx: Session, contact_id: UUID) -> QueueEntry | None:
    """Lock a contact's stay in the queue, or give None where somebody has it or there is none."""
    return tx.scalars(_entry(contact_id).with_for_update(skip_locked=True)).one_or_none()


def _entry(contact_id: UUID) -> Select[QueueEntry]:
    one = select(QueueEntry).where(QueueEntry.contact_id == contact_id)
    return one.execution_options(populate_existing=True)


def entry(tx: Session, contact_id: UUID) -> QueueEntry | None:
    """Give a contact's stay in the queue as it was last committed."""
    return tx.scalars(_entry(contact_id)).one_or_none()


def lock_seat(tx: Session, counselor_id: UUID) -> Seat | None:
    """Lock a seat, waiting for whoever has it."""
    return tx.scalars(_seat(counselor_id).with_for_update()).one_or_none()


def lock_free_seat(tx: Session, counselor_id: UUID) -> Seat | None:
    """Lock a seat, or give None where somebody has it or there is none."""
    return tx.scalars(_seat(counselor_id).with_for_update(skip_locked=True)).one_or_none()


def _seat(counselor_id: UUID) -> Select[Seat]:
    return select(Seat).where(Seat.counselor_id == counselor_id).execution_options(populate_existing=True)


def seat(tx: Session, counselor_id: UUID) -> Seat | None:
    """Give a seat as it was last committed."""
    return tx.scalars(_seat(counselor_id)).one_or_none()


def seats(tx: Session) -> Sequence[Seat]:
    """Give every seat, by login."""
    return tx.scalars(select(Seat).order_by(Seat.login).execution_options(populate_existing=True)).all()


def danger_without_anybody_free(tx: Session) -> bool:
    """Tell whether somebody in danger waits and no seat can take them."""
    waits = exists().where(QueueEntry.state == "waiting", QueueEntry.priority == "danger")
    free = exists().where(Seat.activity == "available", Seat.state == "idle", Seat.softphone)
    return bool(tx.scalar(select(waits & ~free)))


def ensure_seat(tx: Session, fresh: Seat) -> Seat:
    """Lock a counselor's seat, made as `fresh` where there is none."""
    names = ("counselor_id", "login", "languages", "skills", "idle_since", "changed_at")
    tx.execute(insert(Seat).values({name: getattr(fresh, name) for name in names}).on_conflict_do_nothing())
    return tx.scalars(_seat(fresh.counselor_id).with_for_update()).one()


def current_offer(tx: Session, contact_id: UUID) -> Offer | None:
    """Give the offer that is pending, accepted or connected for a contact."""
    return tx.scalars(_live_offers().where(Offer.contact_id == contact_id)).one_or_none()


def offer_at(tx: Session, counselor_id: UUID) -> Offer | None:
    """Give the offer that is pending, accepted or connected at a seat."""
    return tx.scalars(_live_offers().where(Offer.counselor_id == counselor_id)).one_or_none()


def offer_of_seat(tx: Session, login: str) -> Offer | None:
    """Give the offer that a counselor, by login, has accepted or talks by."""
    taken = _live_offers().where(Offer.counselor_login == login, Offer.state != "pending")
    return tx.scalars(taken).one_or_none()


def live_offers(tx: Session) -> Sequence[Offer]:
    """Give every offer that is pending, accepted or connected."""
    return tx.scalars(_live_offers()).all()


def _live_offers() -> Select[Offer]:
    return select(Offer).where(Offer.state.in_(LIVE_OFFER)).execution_options(populate_existing=True)


def offer(tx: Session, offer_id: UUID) -> Offer | None:
    """Give an offer as it was last committed."""
    return tx.get(Offer, offer_id, populate_existing=True)


def was_connected(tx: Session, contact_id: UUID) -> bool:
    """Tell whether a contact talks, or has talked, to a counselor."""
    found = entry(tx, contact_id)
    return found is not None and found.connected_at is not None


def live_entries(tx: Session, queue: str | None = None) -> Sequence[QueueEntry]:
    """Give every entry that has not ended, in the order of (entered, seq)."""
    live = select(QueueEntry).where(QueueEntry.state.in_(LIVE)).order_by(QueueEntry.entered_at, QueueEntry.seq)
    if queue is not None:
        live = live.where(QueueEntry.queue == queue)
    return tx.scalars(live.execution_options(populate_existing=True)).all()


def kept_for(tx: Session, counselor_id: UUID) -> Sequence[UUID]:
    """List who waits kept for a counselor."""
    kept = select(QueueEntry.contact_id).where(QueueEntry.state == "waiting", QueueEntry.preferred_id == counselor_id)
    return tx.scalars(kept.order_by(QueueEntry.seq)).all()


def lock_epoch(tx: Session, site: str, at: datetime) -> BoardEpoch:
    """Lock a site's epoch: only one rebuilds at a time."""
    tx.execute(insert(BoardEpoch).values(site=site, epoch=0, rebuilt_at=at).on_conflict_do_nothing())
    one = select(BoardEpoch).where(BoardEpoch.site == site).with_for_update()
    return tx.scalars(one.execution_options(populate_existing=True)).one()


def mended(tx: Session) -> int:
    """Count the differences between index and database that were mended so far."""
    return int(tx.scalar(select(func.coalesce(func.sum(BoardEpoch.mended), 0))) or 0)


def happened(tx: Session, queue: str, since: datetime, kinds: Sequence[str]) -> Sequence[Happened]:
    """Give what happened in a queue since then, of these kinds, in order: plain rows, for long looks back."""
    told = ("kind", "at", "contact_id", "offer_id", "counselor_id", "detail")
    columns = [getattr(RoutingEvent, name) for name in told]
    rows = select(*columns).where(RoutingEvent.queue == queue, RoutingEvent.at >= since, RoutingEvent.kind.in_(kinds))
    return cast("Sequence[Happened]", tx.execute(rows.order_by(RoutingEvent.n)).all())
