"""Every SELECT of transfers and watches; the call's row is locked before either."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from ivr.party_tables import LIVE_TRANSFER, Transfer, Watch
from ivr.tables import Call


def call_of(tx: Session, contact_id: UUID) -> str | None:
    """Find the caller's leg of a contact, also of one whose conversation has gone on as another."""
    handed = select(Transfer.call).where(Transfer.contact_id == contact_id)
    found = select(Call.sid).where(or_(Call.contact_id == contact_id, Call.sid.in_(handed)), Call.role == "caller")
    return tx.scalars(found.limit(1)).one_or_none()


def lock_live_transfer(tx: Session, call: str) -> Transfer | None:
    """Lock the transfer of a call that is under way."""
    live = _fresh().where(Transfer.call == call, Transfer.state.in_(LIVE_TRANSFER))
    return tx.scalars(live.with_for_update()).one_or_none()


def transfer(tx: Session, transfer_id: UUID) -> Transfer | None:
    """Give a transfer as it was last committed."""
    return tx.scalars(_fresh().where(Transfer.id == transfer_id)).one_or_none()


def transfer_to(tx: Session, next_id: UUID) -> Transfer | None:
    """Give the transfer that a contact goes on from."""
    return tx.scalars(_fresh().where(Transfer.next_id == next_id)).one_or_none()


def last_transfer(tx: Session, contact_id: UUID) -> Transfer | None:
    """Give the newest transfer of a contact."""
    mine = _fresh().where(Transfer.contact_id == contact_id).order_by(Transfer.initiated_at.desc(), Transfer.id.desc())
    return tx.scalars(mine.limit(1)).one_or_none()


def part_of(tx: Session, call: Call) -> int:
    """Tell which part of a call its present contact is."""
    return tx.scalar(select(Transfer.part).where(Transfer.next_id == call.contact_id)) or 0


def parts(tx: Session, call: str) -> int:
    """Count the parts that a call has been handed on to so far."""
    return tx.scalar(select(func.coalesce(func.max(Transfer.part), 0)).where(Transfer.call == call)) or 0


def _fresh() -> Select[Transfer]:
    return select(Transfer).execution_options(populate_existing=True)


def live_watches(tx: Session, call: str) -> Sequence[Watch]:
    """Give the supervisors who are in a call, or on their way."""
    live = select(Watch).where(Watch.call == call, Watch.state != "ended").order_by(Watch.asked_at)
    return tx.scalars(live.execution_options(populate_existing=True)).all()


def watch_of(tx: Session, supervisor_id: UUID) -> Watch | None:
    """Give what a supervisor watches now."""
    live = select(Watch).where(Watch.supervisor_id == supervisor_id, Watch.state != "ended")
    return tx.scalars(live.execution_options(populate_existing=True)).one_or_none()


def watch(tx: Session, watch_id: UUID) -> Watch | None:
    """Give a watch as it was last committed."""
    return tx.get(Watch, watch_id, populate_existing=True)
