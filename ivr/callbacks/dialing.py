"""Calling somebody while the counselor is in the room: written down before it is asked for, and never asked twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import routing.service as queue
from casework.policy.states import move
from casework.service import callbacks as cases
from core import outbox
from core.delivery import Outward
from core.ids import named_id
from ivr import party_queries
from ivr import queries as calls
from ivr.callbacks import queries
from ivr.callbacks.means import Means
from ivr.callbacks.messages import DialCheckDue, PersonToCall
from ivr.callbacks.pace import Pace
from ivr.callbacks.policy import CALLBACK
from ivr.callbacks.tables import Callback, CallbackAttempt
from ivr.catalog import Catalog
from ivr.messages import CallChanged, CallCheckDue, CallerMoved, HangUpAsked, PersonReached
from ivr.record import OVER
from ivr.spot import Spot, is_line
from ivr.tables import Call
from ivr.telephony import Refused, Telephone, Unclear

REFUSED = "refused"
QUESTION = timedelta(seconds=40)
"""Somebody who picked up has answered the question by then, or not; the provider is asked how the call stands."""


@dataclass(frozen=True, slots=True)
class _Asked:
    number: str = field(repr=False)
    line: str
    spot: str


def person_is_due(tx: Session, call: Call, offer_id: UUID, at: datetime) -> bool:
    """See to it that somebody to be called back is called, now that the counselor is in the room.

    False for a caller who is on the line, and only has to be brought over.
    """
    callback = queries.lock_of_stay(tx, call.contact_id) if is_line(call.sid) else None
    if callback is None or callback.state == "reached":
        return False
    message = PersonToCall(call.contact_id, offer_id)
    outbox.post(tx, message, at=at, id=named_id("person to call", str(offer_id)))
    return True


def is_being_called(tx: Session, call: Call, offer_id: UUID) -> bool:
    """Tell whether the person is being called for this offer just now: that takes as long as it takes."""
    callback = queries.lock_of_stay(tx, call.contact_id) if is_line(call.sid) else None
    attempt = queries.attempt(tx, call.contact_id) if callback is not None else None
    if callback is None or attempt is None:
        return False
    return callback.state == "dialing" or (callback.state == "reached" and attempt.offer_id == offer_id)


def dial(telephone: Telephone, pace: Pace, catalog: Catalog, means: Means) -> Outward:
    """Call the person; a time-out is not tried again, for the call may well be made: callbacks tell."""

    def prepare(tx: Session, message: PersonToCall, at: datetime) -> _Asked | None:
        ready = _ready(tx, message)
        number = cases.caller_number(tx, ready[1].contact_id, means.vault) if ready is not None else None
        if ready is None or number is None:
            return None
        line, callback, offer = ready
        wait = pace.take(at, urgent=callback.priority == "danger")
        if wait:
            outbox.post(tx, message, at=at, due=at + wait)
            return None
        _write_down(tx, callback, offer, means, at)
        outbox.post(tx, CallCheckDue(line), at=at, due=at + means.rules.ring + QUESTION)
        return _Asked(number, line, _spot(callback, line, catalog).query)

    def send(asked: _Asked) -> str | None:
        try:
            return telephone.call_person(asked.number, asked.line, asked.spot)
        except Unclear:
            return None
        except Refused:
            return REFUSED

    return Outward(prepare, send, _record, _not_taken)


def _ready(tx: Session, message: PersonToCall) -> tuple[str, Callback, queue.Offer] | None:
    """Give the call to be made, with its call-back locked; None where it was made, or nobody waits for it any more."""
    caller = calls.caller_of(tx, message.contact_id)
    call = calls.lock_call(tx, caller.sid) if caller is not None else None
    offer = queue.current_offer(tx, message.contact_id)
    callback = queries.lock_of_stay(tx, message.contact_id)
    if call is None or call.ended_at is not None or callback is None or callback.state != "queued":
        return None
    if offer is None or offer.id != message.offer_id or offer.state != "accepted":
        return None
    return call.sid, callback, offer


def _record(tx: Session, message: PersonToCall, leg: str | None, at: datetime) -> None:
    caller = calls.caller_of(tx, message.contact_id)
    if caller is None or leg is None:
        return
    if leg == REFUSED:
        give_up(tx, caller.sid, "refused", at)
        return
    calls.keep_fact(tx, caller.sid, "dialed", {"LegSid": leg}, at=at)
    if calls.fact(tx, caller.sid, OVER) is not None:
        # It was called off while it was asked for.
        outbox.post(tx, HangUpAsked(leg, None), at=at)


def _not_taken(tx: Session, message: PersonToCall, _: Exception, __: datetime) -> None:
    # The provider did not take it, and says so: nobody was called, and it is asked again.
    callback, attempt = queries.lock_of_stay(tx, message.contact_id), queries.attempt(tx, message.contact_id)
    if callback is not None and attempt is not None and callback.state == "dialing":
        callback.state, callback.tries = move(CALLBACK, callback.state, "queued"), callback.tries - 1
        tx.delete(attempt)


def _spot(callback: Callback, line: str, catalog: Catalog) -> Spot:
    here = Spot(catalog.newest.version, "", language=callback.language, reachable=True, line=line)
    return replace(here, about="other") if callback.about == "other" else here


def _write_down(tx: Session, callback: Callback, offer: queue.Offer, means: Means, at: datetime) -> None:
    callback.state, callback.tries = move(CALLBACK, callback.state, "dialing"), callback.tries + 1
    callback.last_try_at = at
    made = CallbackAttempt(contact_id=offer.contact_id, callback_id=callback.id, n=callback.tries, asked_at=at)
    made.offer_id, made.counselor_id = offer.id, offer.counselor_id
    tx.add(made)
    tx.flush()
    outbox.post(tx, DialCheckDue(offer.contact_id), at=at, due=at + means.rules.unclear_after)


def dial_check(tx: Session, message: DialCheckDue, at: datetime) -> None:
    """Give a call up of which nothing was heard: neither the provider's answer nor a callback."""
    caller = calls.caller_of(tx, message.contact_id)
    call = calls.lock_call(tx, caller.sid) if caller is not None else None
    asked = queries.attempt(tx, message.contact_id)
    if call is None or call.ended_at or asked is None or calls.leg_sid(tx, call.sid) is not None:
        return
    give_up(tx, call.sid, "unclear", at)


def give_up(tx: Session, line: str, why: str, at: datetime) -> None:
    """Take a call for failed by our own word; it ends as if the provider had said so."""
    heard = {"CallSid": line, "CallStatus": "failed", "why": why}
    calls.keep_fact(tx, line, f"status:{line}:failed:{why}", heard, at=at)
    outbox.post(tx, CallChanged(line), at=at)


def person_reached(tx: Session, message: PersonReached, at: datetime) -> None:
    """Somebody picked up and wants to talk; where the counselor has gone meanwhile, they wait in the line."""
    caller = calls.caller_of(tx, message.contact_id)
    call = calls.lock_call(tx, caller.sid) if caller is not None else None
    callback = queries.lock_of_stay(tx, message.contact_id)
    if call is None or call.ended_at or callback is None:
        return
    if callback.state == "dialing":
        callback.state = move(CALLBACK, callback.state, "reached")
    offer = queue.current_offer(tx, message.contact_id)
    if offer is None or offer.state == "pending":
        _bring_back(tx, call, at)


def bring_back(tx: Session, call: Call, at: datetime) -> None:
    """Bring somebody who is alone in the room of a call of ours back to the line, where they hear comfort."""
    entry = queue.entry(tx, call.contact_id) if is_line(call.sid) and call.room is not None else None
    if entry is None or party_queries.last_transfer(tx, call.contact_id) is not None:
        # Whose conversation broke off on the way to somebody else is brought back already.
        return
    if entry.state in {"waiting", "offered"}:
        _bring_back(tx, call, at)


def _bring_back(tx: Session, call: Call, at: datetime) -> None:
    attempt = queries.attempt(tx, call.contact_id)
    if attempt is not None:
        key = named_id("return", call.sid)
        outbox.post(tx, CallerMoved(call.sid, attempt.offer_id, "returned"), at=at, id=key)
