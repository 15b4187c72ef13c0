"""A call-back's stay in the queue: into it when the time has come, out of it when nothing is to come of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import routing.service as queue
from casework.service import callbacks as cases
from core import outbox
from ivr import queries as calls
from ivr.callbacks import queries
from ivr.callbacks.tables import Callback
from ivr.messages import CallChanged, HangUpAsked
from ivr.record import OVER
from ivr.tables import Call
from routing.board import Board


def open_call(tx: Session, contact_id: UUID, line: str, at: datetime) -> None:
    """Write down a call of ours before there is one: counselors are rung into its room first."""
    calls.keep_leg(tx, Call(sid=line, contact_id=contact_id, role="caller", state="received", number="", started_at=at))


def at_rest(tx: Session, callback_id: UUID) -> Callback:
    """Give a call-back as it stays until this transaction ends: nobody begins or ends its call meanwhile."""
    seen = queries.callback(tx, callback_id)
    caller = calls.caller_of(tx, seen.stay_id) if seen.stay_id is not None else None
    if caller is not None:
        calls.lock_call(tx, caller.sid)
    return queries.callback(tx, callback_id)


def close_stay(tx: Session, contact_id: UUID, reason: str, *, board: Board, at: datetime) -> None:
    """Take a call-back out of the queue, let the counselor go, and hang up on whoever is being rung."""
    caller = calls.caller_of(tx, contact_id)
    call = calls.lock_call(tx, caller.sid) if caller is not None else None
    queue.leave(tx, contact_id, reason, board=board, at=at)
    cases.not_called(tx, contact_id, at=at)
    if call is None or call.ended_at is not None:
        return
    call.state, call.ended_at, call.ended_by = "ended", at, "system"
    not_waited_for(tx, call.sid, at)
    leg = calls.leg_sid(tx, call.sid)
    if leg is not None:
        outbox.post(tx, HangUpAsked(leg, None), at=at)
    # Whoever was rung for this call is put out when it is looked at.
    outbox.post(tx, CallChanged(call.sid), at=at)


def not_waited_for(tx: Session, line: str, at: datetime) -> None:
    """Write down that whoever picks up from now on is to hear kind words, and no counselor."""
    calls.keep_fact(tx, line, OVER, {}, at=at)
