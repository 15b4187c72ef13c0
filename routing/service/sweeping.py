"""The queue's own clocks: offers, wrap-ups and leases that have run out, and callers with nobody there for them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import outbox
from core.ids import named_id
from core.outbox import OutboxMessage
from routing.board import Board
from routing.errors import BoardGone
from routing.messages import NobodyOnShift
from routing.records import Due
from routing.service.matching import match_after
from routing.service.mending import mend_contact, rebuild
from routing.service.offers import time_out
from routing.service.preferring import end_hold
from routing.service.seats import lose
from routing.service.wrapping import end_wrap_up_due
from routing.written import NOTHING, Written


def sweep(tx: Session, *, board: Board, at: datetime, written: Written = NOTHING) -> Due | None:
    """Do what has come due, match what can be matched, and give what was found; None after a rebuild.

    With nothing due this is one script and no statement.
    """
    try:
        due = board.due(at)
    except BoardGone:
        rebuild(tx, board=board, at=at)
        return None
    for contact_id in due.offers:
        if not time_out(tx, contact_id, board=board, at=at):
            mend_contact(tx, contact_id, board, at)
    for contact_id in due.holds:
        end_hold(tx, contact_id, board=board, at=at)
    for counselor_id in due.wraps:
        end_wrap_up_due(tx, counselor_id, board=board, at=at, written=written)
    for counselor_id in due.leases:
        lose(tx, counselor_id, board=board, at=at)
    if due.waiting:
        # Who was passed on by the only counselor there is may be offered to them again by now.
        match_after(tx, board=board, at=at)
        _tell_nobody_is_there(tx, board, due, at)
    return due


def _tell_nobody_is_there(tx: Session, board: Board, due: Due, at: datetime) -> None:
    since = due.nobody_since
    if since is None or at - since < timedelta(seconds=board.config.nobody_seconds):
        return
    key = named_id("nobody on shift", board.site, since.isoformat())
    # A message that is told already must not ring the bell at every sweep.
    if tx.get(OutboxMessage, key) is None:
        outbox.post(tx, NobodyOnShift(since, due.waiting), at=at, id=key)
