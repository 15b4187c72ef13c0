"""What the end of a call leaves: somebody reached or not, somebody to be called back, somebody who needs no call."""

from datetime import datetime

from sqlalchemy.orm import Session

import routing.service as queue
from casework.policy.duties import Result
from casework.policy.states import move
from casework.queries.callbacks import callback_of_caller
from casework.queries.contacts import lock_contact
from casework.service import callbacks as cases
from ivr import queries as calls
from ivr import service
from ivr.callbacks import queries
from ivr.callbacks.asking import end, plan, request
from ivr.callbacks.means import Means
from ivr.callbacks.policy import CALLBACK, result_of
from ivr.callbacks.stays import at_rest, close_stay, not_waited_for
from ivr.callbacks.tables import Callback, CallbackAttempt
from ivr.messages import CallerWaiting, CallOver, PersonDeclined
from ivr.record import contact_of
from ivr.spot import is_line
from ivr.tables import Call
from ivr.view import fold


def call_over(tx: Session, message: CallOver, at: datetime, *, means: Means) -> None:
    """Look at a call that is over: what was promised for it, or by it, is planned or done."""
    call = calls.lock_call(tx, message.call)
    if call is None:
        return
    met = queue.was_connected(tx, call.contact_id)
    if is_line(call.sid):
        _settle(tx, call, means, at, met=met)
    if met and call.ended_by == "network":
        owed = cases.owe_again(tx, call.contact_id, config=means.config, at=at)
        if owed is not None:
            request(tx, call.contact_id, owed, "dropped", means=means, at=at)
    elif not met and not is_line(call.sid):
        owed = cases.callback_owed(tx, call.contact_id)
        if owed is not None:
            request(tx, call.contact_id, owed, "asked" if owed.asked else "abandoned", means=means, at=at)


def _settle(tx: Session, call: Call, means: Means, at: datetime, *, met: bool) -> None:
    # Where the conversation has gone on with somebody else, the call is about another contact by now.
    stay_id = contact_of(call.sid)
    callback, attempt = queries.lock_of_stay(tx, stay_id), queries.attempt(tx, stay_id)
    if callback is None or attempt is None or attempt.ended_at is not None:
        return
    attempt.ended_at = at
    if met:
        _talked(tx, callback, attempt, at)
        return
    not_waited_for(tx, call.sid, at)
    view = fold(call.sid, [fact.heard for fact in calls.facts_of(tx, call.sid)])
    attempt.result = result_of(view.caller.final or "failed", wanted=callback.state == "reached")
    callback.state, callback.stay_id = move(CALLBACK, callback.state, "not_reached"), None
    written: Result = "busy" if attempt.result == "busy" else "no_answer"
    cases.callback_tried(tx, callback.duty_id, attempt.counselor_id, written, config=means.config, at=at)
    plan(tx, callback, means=means, at=at)


def _talked(tx: Session, callback: Callback, attempt: CallbackAttempt, at: datetime) -> None:
    attempt.result = "talked"
    if callback.state == "dialing":
        callback.state = move(CALLBACK, callback.state, "reached")
    end(callback, "completed", "talked", at)
    tx.flush()
    cases.callback_done(tx, callback.duty_id, "done", attempt.counselor_id, at=at)


def person_declined(tx: Session, message: PersonDeclined, at: datetime, *, means: Means) -> None:
    """Somebody picked up and needs nothing any more: nothing is owed, and the counselor is let go."""
    caller = calls.caller_of(tx, message.contact_id)
    call = calls.lock_call(tx, caller.sid) if caller is not None else None
    callback, attempt = queries.lock_of_stay(tx, message.contact_id), queries.attempt(tx, message.contact_id)
    if call is None or callback is None or attempt is None or attempt.ended_at is not None:
        return
    queue.leave(tx, message.contact_id, "withdrawn", board=means.board, at=at)
    attempt.ended_at, attempt.result = at, "declined"
    end(callback, "canceled", "declined", at)
    tx.flush()
    cases.callback_done(tx, callback.duty_id, "cancelled", attempt.counselor_id, at=at)


def caller_waits(tx: Session, message: CallerWaiting, at: datetime, *, means: Means) -> None:
    """Let a caller into the queue; whoever was to be called back has called, and has the place they had."""
    calls.lock_call(tx, message.call)
    # The contact before its place in the queue, as the news of a danger does: the other way round the two deadlock.
    lock_contact(tx, message.contact_id)
    _resume(tx, message, means, at)
    service.caller_waits(tx, message, at, board=means.board)


def _resume(tx: Session, message: CallerWaiting, means: Means, at: datetime) -> None:
    contact_id, duty_id = message.contact_id, callback_of_caller(tx, message.contact_id)
    known = queries.open_of_duty(tx, duty_id) if duty_id is not None else None
    # A person brought back to the line in the middle of their own call-back is that call-back.
    if known is None or known.stay_id == contact_of(message.call):
        return
    seen = at_rest(tx, known.id)
    if seen.ended_at is not None or (seen.stay_id is not None and queue.was_connected(tx, seen.stay_id)):
        return
    if seen.stay_id is not None:
        close_stay(tx, seen.stay_id, "resumed", board=means.board, at=at)
    callback = queries.lock_callback(tx, seen.id)
    attempt = queries.attempt(tx, seen.stay_id) if seen.stay_id is not None else None
    if attempt is not None and attempt.ended_at is None:
        attempt.ended_at, attempt.result = at, "canceled"
    end(callback, "canceled", "resumed", at)
    tx.flush()
    if at - callback.requested_at <= means.rules.resume_within:
        queue.take_up(tx, contact_id, callback.place_at, board=means.board, at=at)
        if callback.priority == "danger":
            queue.raise_to_danger(tx, contact_id, board=means.board, at=at)
