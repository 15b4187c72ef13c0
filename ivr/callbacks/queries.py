"""Every SELECT of the call-backs. A call is locked before its entry in the queue, and both before the call-back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from casework.queries import reach
from casework.tables import Contact
from core.errors import NotFound
from core.staff import Actor
from ivr.callbacks.tables import Callback, CallbackAttempt


def callback(tx: Session, callback_id: UUID) -> Callback:
    """Give a call-back as it was last committed; raises NotFound."""
    found = tx.get(Callback, callback_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such call-back. 이 회신 전화를 찾을 수 없습니다.")
    return found


def lock_callback(tx: Session, callback_id: UUID) -> Callback:
    """Lock a call-back; raises NotFound."""
    found = tx.get(Callback, callback_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such call-back. 이 회신 전화를 찾을 수 없습니다.")
    return found


def lock_of_stay(tx: Session, contact_id: UUID) -> Callback | None:
    """Lock the call-back that stands in the queue, or is being made, under this contact."""
    one = select(Callback).where(Callback.stay_id == contact_id).with_for_update()
    return tx.scalars(one.execution_options(populate_existing=True)).one_or_none()


def open_of_duty(tx: Session, duty_id: UUID) -> Callback | None:
    """Give the call-back that is under way for a duty, without a lock."""
    one = select(Callback).where(Callback.duty_id == duty_id, Callback.ended_at.is_(None))
    return tx.scalars(one.execution_options(populate_existing=True)).one_or_none()


def known(tx: Session, callback_id: UUID) -> bool:
    """Tell whether there is such a call-back."""
    return tx.get(Callback, callback_id) is not None


def attempt(tx: Session, contact_id: UUID) -> CallbackAttempt | None:
    """Give the call that was made under this contact."""
    return tx.get(CallbackAttempt, contact_id, populate_existing=True)


def attempts(tx: Session, callback_id: UUID) -> Sequence[CallbackAttempt]:
    """List the calls made for a call-back, in order."""
    made = select(CallbackAttempt).where(CallbackAttempt.callback_id == callback_id)
    return tx.scalars(made.order_by(CallbackAttempt.asked_at)).all()


def within(actor: Actor, permission: str) -> ColumnElement[bool]:
    """Reach the call-backs that are owed for, or stand in the queue as, a contact that a permission reaches."""
    reached = select(Contact.id).where(reach.contacts(actor, permission))
    return or_(Callback.contact_id.in_(reached), Callback.stay_id.in_(reached))


def require(tx: Session, callback_id: UUID, actor: Actor, permission: str) -> None:
    """Let whoever the permission reaches it by; for others there is no such call-back (NotFound)."""
    if tx.scalar(select(Callback.id).where(Callback.id == callback_id, within(actor, permission))) is None:
        raise NotFound("There is no such call-back. 이 회신 전화를 찾을 수 없습니다.")


def callbacks(tx: Session, reached: ColumnElement[bool], *, open_only: bool, limit: int) -> Sequence[Callback]:
    """List what is within reach: those under way by their place in the line, or all of them, the newest first."""
    if open_only:
        under_way = select(Callback).where(reached, Callback.ended_at.is_(None))
        return tx.scalars(under_way.order_by(Callback.place_at, Callback.id).limit(limit)).all()
    every = select(Callback).where(reached)
    return tx.scalars(every.order_by(Callback.requested_at.desc(), Callback.id).limit(limit)).all()
