"""Finding welfare checks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.policy.states import WELFARE_CHECK
from casework.queries.reach import Rule
from casework.tables import Contact, Duty, WelfareCheck
from core.errors import NotFound


def check(tx: Session, check_id: UUID) -> WelfareCheck:
    """Give a welfare check; raises NotFound."""
    found = tx.get(WelfareCheck, check_id)
    if found is None:
        raise NotFound("There is no such welfare check.")
    return found


def lock_check(tx: Session, check_id: UUID) -> WelfareCheck:
    """Lock a welfare check until this transaction ends; raises NotFound."""
    found = tx.get(WelfareCheck, check_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such welfare check.")
    return found


def lock_open_check(tx: Session, case_id: UUID) -> WelfareCheck | None:
    """Lock the welfare check of a case that is not over, or give None."""
    own = select(WelfareCheck).where(WelfareCheck.case_id == case_id, WelfareCheck.state.in_(WELFARE_CHECK.open))
    return tx.scalars(own.with_for_update().execution_options(populate_existing=True)).one_or_none()


def has_open_check(tx: Session, case_id: UUID) -> bool:
    """Tell whether a case has a welfare check that is not over."""
    own = select(WelfareCheck.id).where(WelfareCheck.case_id == case_id, WelfareCheck.state.in_(WELFARE_CHECK.open))
    return tx.scalar(own) is not None


def lock_check_by(tx: Session, of_kind: str, of_id: UUID) -> WelfareCheck | None:
    """Lock the welfare check for which this visit or dispatch was asked, or give None."""
    column = WelfareCheck.visit_id if of_kind == "visit" else WelfareCheck.dispatch_id
    own = select(WelfareCheck).where(column == of_id).with_for_update().execution_options(populate_existing=True)
    return tx.scalars(own).one_or_none()


def checks(tx: Session, reached: Rule, *, open_only: bool, limit: int) -> Sequence[WelfareCheck]:
    """List the welfare checks within reach, the one to end soonest first."""
    rules = [reached, WelfareCheck.state.in_(WELFARE_CHECK.open)] if open_only else [reached]
    soonest = select(WelfareCheck).join(Duty, Duty.id == WelfareCheck.duty_id).where(*rules)
    return tx.scalars(soonest.order_by(Duty.due_at, WelfareCheck.id).limit(limit)).all()


def latest_contact(tx: Session, case_id: UUID) -> Contact | None:
    """Give the contact that was the last on a case."""
    newest = select(Contact).where(Contact.case_id == case_id).order_by(Contact.opened_at.desc(), Contact.id).limit(1)
    return tx.scalars(newest).one_or_none()
