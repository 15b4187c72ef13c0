"""Finding visits, dispatches, and how their delivery went."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.policy.states import DISPATCH, VISIT
from casework.tables import Dispatch, DispatchAttempt, Milestone, Visit
from core.errors import NotFound
from core.ids import named_id


def visit(tx: Session, visit_id: UUID) -> Visit:
    """Give a visit; raises NotFound."""
    found = tx.get(Visit, visit_id)
    if found is None:
        raise NotFound("There is no such visit.")
    return found


def lock_visit(tx: Session, visit_id: UUID) -> Visit:
    """Lock a visit until this transaction ends; raises NotFound."""
    found = tx.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such visit.")
    return found


def dispatch(tx: Session, dispatch_id: UUID) -> Dispatch:
    """Give a dispatch; raises NotFound."""
    found = tx.get(Dispatch, dispatch_id)
    if found is None:
        raise NotFound("There is no such dispatch.")
    return found


def lock_dispatch(tx: Session, dispatch_id: UUID) -> Dispatch:
    """Lock a dispatch until this transaction ends; raises NotFound."""
    found = tx.get(Dispatch, dispatch_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such dispatch.")
    return found


def visits(
    tx: Session, within: ColumnElement[bool], *, district: str | None, open_only: bool, limit: int = 100
) -> Sequence[Visit]:
    """List the visits within reach, of one district or all, the one to make soonest first."""
    rules = [within]
    if district is not None:
        rules.append(Visit.district == district)
    if open_only:
        rules.append(Visit.state.not_in(VISIT.closed))
    return tx.scalars(select(Visit).where(*rules).order_by(Visit.visit_by, Visit.id).limit(limit)).all()


def dispatches(tx: Session, within: ColumnElement[bool], *, open_only: bool, limit: int = 100) -> Sequence[Dispatch]:
    """List the dispatches within reach, what nobody has acknowledged first, oldest first."""
    rules = [within, Dispatch.state.not_in(DISPATCH.closed)] if open_only else [within]
    order = (Dispatch.closed_at.is_not(None), Dispatch.acknowledged_at.is_not(None), Dispatch.requested_at, Dispatch.id)
    return tx.scalars(select(Dispatch).where(*rules).order_by(*order).limit(limit)).all()


def attempts(tx: Session, of: tuple[str, UUID]) -> Sequence[DispatchAttempt]:
    """List the attempts to deliver a visit or a dispatch, oldest first."""
    own = select(DispatchAttempt).where(DispatchAttempt.of_kind == of[0], DispatchAttempt.of_id == of[1])
    return tx.scalars(own.order_by(DispatchAttempt.at, DispatchAttempt.id)).all()


def latest_attempt(tx: Session, of: tuple[str, UUID]) -> DispatchAttempt | None:
    """Give the attempt that was made last, or None."""
    own = select(DispatchAttempt).where(DispatchAttempt.of_kind == of[0], DispatchAttempt.of_id == of[1])
    latest = own.order_by(DispatchAttempt.at.desc(), DispatchAttempt.id.desc()).limit(1)
    return tx.scalars(latest).one_or_none()


def milestones(tx: Session, of: tuple[str, UUID]) -> Sequence[Milestone]:
    """List the steps of a visit or a dispatch, oldest first."""
    own = select(Milestone).where(Milestone.of_kind == of[0], Milestone.of_id == of[1])
    return tx.scalars(own.order_by(Milestone.at, Milestone.n)).all()


def asked_by_contact(tx: Session, contact_id: UUID) -> tuple[Visit | None, Dispatch | None]:
    """Give the visit and the dispatch that a contact started, not those that a welfare check asked for after it."""
    named = str(contact_id)
    return tx.get(Visit, named_id("visit", named)), tx.get(Dispatch, named_id("dispatch", named))
