"""What is done about a call once it is kept: the queue is told, the counselor rung, the caller moved, the end recorded.

Every function is harmless when run twice, and acts on everything heard so far, so the order of callbacks is nothing.
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

import casework.service as cases
import routing.service as queue
from casework.config import Config
from casework.service.escalations import escalate
from casework.tables import Escalation
from core import outbox
from core.errors import Conflict
from core.ids import named_id
from ivr import consults, party_queries, queries, supervision, transfers
from ivr.callbacks import dialing
from ivr.callbacks.policy import was_cut_off
from ivr.messages import (
    CallbackRequested,
    CallChanged,
    CallerInDanger,
    CallerLeftQueue,
    CallerMoved,
    CallerWaiting,
    CallOver,
    ConnectDue,
    HangUpAsked,
    HoldAsked,
    VoicemailRecorded,
)
from ivr.own import lock_own_talk, view_of
from ivr.record import IN_QUEUE, contact_of
from ivr.spot import is_line
from ivr.tables import Call
from ivr.view import Leg, View
from routing.board import Board
from routing.messages import NobodyOnShift

FIRST_PATIENCE = timedelta(seconds=6)
"""After this much of connecting, the caller is called into the room once more."""
ANSWERED_WITHIN = timedelta(seconds=45)
"""A caller who was asked a question is back in the room after this, or the conversation is over."""
LAST_PATIENCE = timedelta(seconds=16)
"""After this much of connecting, the caller goes back to the queue and the counselor is let go."""

Reached = Literal["menu", "line", "queue", "voicemail", "counselor"]


def caller_waits(tx: Session, message: CallerWaiting, at: datetime, *, board: Board) -> None:
    """Let a caller into the queue, unless they have gone already."""
    call = queries.lock_call(tx, message.call)
    newest = contact_of(message.call, party_queries.parts(tx, message.call))
    if call is not None and call.contact_id != message.contact_id == newest:
        # They were sent on to a desk that did not answer: from here it is a contact of its own.
        cases.continue_as(tx, call.contact_id, message.contact_id, at=at)
        call.contact_id = message.contact_id
    cases.about(tx, message.contact_id, message.about, at=at)
    if (call is None or call.ended_at is None) and _is_in_queue(tx, message.call):
        agreed = cases.agreed_with_caller(tx, message.contact_id, at)
        for hint in [*cases.flags_now(tx, message.contact_id, at), *agreed.hints]:
            queue.hint(tx, message.contact_id, hint)
        queue.come_back(tx, message.contact_id, board=board, at=at)
        own = cases.counselor_of(tx, message.contact_id)
        # Whom a plan names goes before whose case it is.
        for counselor_id in [*agreed.preferred, *([own] if own else [])]:
            if queue.prefer(tx, message.contact_id, counselor_id, board=board, at=at):
                break
        queue.enter(tx, message.contact_id, board=board, at=at)
        queue.change_queue(tx, message.contact_id, message.queue, at=at)


def caller_left_queue(tx: Session, message: CallerLeftQueue, at: datetime, *, board: Board) -> None:
    """Let a caller out of the queue who was led another way, unless they are back in it, or taken, already."""
    call = queries.lock_call(tx, message.call)
    if (call is None or call.ended_at is None) and not _is_in_queue(tx, message.call):
        queue.overflow(tx, message.contact_id, message.exit, board=board, at=at)


def _is_in_queue(tx: Session, call: str) -> bool:
    # Messages of one call may overtake each other: what counts is what was heard last.
    return queries.last_told(queries.facts_of(tx, call), "queue") in {None, IN_QUEUE}


def caller_in_danger(tx: Session, message: CallerInDanger, at: datetime, *, board: Board, config: Config) -> None:
    """Bring a caller to the head of the queue, and mark the contact."""
    cases.danger(tx, message.contact_id, at, config=config)
    caller = queries.caller_of(tx, message.contact_id)
    if caller is not None and caller.ended_at is None and _is_in_queue(tx, caller.sid):
        queue.come_back(tx, message.contact_id, board=board, at=at)
    queue.raise_to_danger(tx, message.contact_id, board=board, at=at)


def callback_requested(tx: Session, message: CallbackRequested, at: datetime, *, board: Board, config: Config) -> None:
    """Turn a place in the queue into a duty to call back."""
    queue.leave(tx, message.contact_id, "callback_requested", board=board, at=at)
    cases.callback_requested(tx, message.contact_id, at, config=config)


def voicemail_recorded(tx: Session, message: VoicemailRecorded, at: datetime, *, config: Config) -> None:
    """Owe an answer to what a caller left to be heard."""
    cases.recorded(tx, message.contact_id, message.recording, message.seconds, config=config, at=at)


def nobody_on_shift(tx: Session, message: NobodyOnShift, at: datetime, *, config: Config) -> None:
    """Page the supervisor: callers wait, and nobody is there for them."""
    escalate(tx, ("queue", named_id("queue", message.since.isoformat())), "nobody_on_shift", config=config, at=at)


def call_changed(tx: Session, message: CallChanged, at: datetime, *, board: Board, config: Config) -> None:
    """Look at all that was heard of a call, and bring queue and contact to where it stands."""
    call = queries.lock_call(tx, message.call)
    if call is None:
        # The end was heard before the beginning: the first turn's own check will find it.
        return
    view = view_of(tx, call)
    call.room = view.caller.room
    supervision.look(tx, call, view, at)
    if view.caller.final is not None or call.ended_at is not None:
        _end(tx, call, view, at, board=board, config=config)
    elif not consults.look(tx, call, view, at, board=board):
        _meet(tx, call, view, at, board=board)


def _meet(tx: Session, call: Call, view: View, at: datetime, *, board: Board) -> None:
    offer = queue.current_offer(tx, call.contact_id)
    if offer is None:
        dialing.bring_back(tx, call, at)
        return
    leg = view.leg_for(offer.id)
    if leg is None:
        return
    if offer.state == "accepted":
        _connect(tx, call, leg, offer, at, board=board)
    elif offer.state == "connected" and (leg.room is None or (call.room is None and not is_asked(call, at))):
        queue.finish(tx, call.contact_id, "caller" if view.caller.hung_up else "counselor", board=board, at=at)
        _put_out(tx, leg, at)
        if call.room is not None:
            # A room that others have been in may go on without its counselor: the caller is not left alone in it.
            outbox.post(tx, HangUpAsked(call.sid, call.room), at=at, id=named_id("end room", str(offer.id)))


def is_asked(call: Call, at: datetime) -> bool:
    """Tell whether a caller may be out of the room only to answer a question by a key."""
    return call.asked_at is not None and at < call.asked_at + ANSWERED_WITHIN


def _connect(tx: Session, call: Call, leg: Leg, offer: queue.Offer, at: datetime, *, board: Board) -> None:
    if leg.room is not None and leg.room == call.room:
        call.state = "in_room"
        queue.connected(tx, call.contact_id, board=board, at=at)
        cases.assign(tx, call.contact_id, offer.counselor_id, at=at)
    elif leg.room is not None:
        if not dialing.person_is_due(tx, call, offer.id, at):
            _move(tx, call, offer.id, "summoned", at, named_id("summon", str(offer.id)))
    elif leg.final is not None or leg.was_in_room:
        _give_up(tx, call, offer.id, leg.final or "left", at, board=board)


def _give_up(tx: Session, call: Call, offer_id: UUID, why: str, at: datetime, *, board: Board) -> None:
    queue.connect_failed(tx, call.contact_id, why, board=board, at=at)
    if call.room is not None:
        _move(tx, call, offer_id, "returned", at, named_id("return", str(offer_id)))


def _move(
    tx: Session, call: Call, offer_id: UUID, to: Literal["summoned", "returned"], at: datetime, key: UUID
) -> None:
    outbox.post(tx, CallerMoved(call.sid, offer_id, to), at=at, id=key)


def _put_out(tx: Session, leg: Leg, at: datetime) -> None:
    if leg.final is None:
        outbox.post(tx, HangUpAsked(leg.sid, leg.room), at=at, id=named_id("put out", leg.sid))


def _end(tx: Session, call: Call, view: View, at: datetime, *, board: Board, config: Config) -> None:
    for leg in view.others.values():
        _put_out(tx, leg, at)
    if call.ended_at is not None:
        return
    consults.call_ended(tx, call, at, board=board)
    met = queue.was_connected(tx, call.contact_id)
    by = _ended_by(call, view, met=met)
    call.state, call.ended_at, call.ended_by, call.on_hold = "ended", at, by, False
    if met:
        queue.finish(tx, call.contact_id, by, board=board, at=at)
    else:
        # Whoever was led another way and hung up there, before that was done about, has not abandoned us.
        way = queries.last_told(queries.facts_of(tx, call.sid), "queue") or IN_QUEUE
        gone = "not_reached" if is_line(call.sid) else "abandoned"
        queue.leave(tx, call.contact_id, gone if way == IN_QUEUE else way, board=board, at=at)
    reached = "counselor" if met else _reached(tx, call)
    cases.ended(tx, call.contact_id, ended_by=by, reached=reached, at=at, config=config)
    outbox.post(tx, CallOver(call.sid), at=at, id=named_id("call over", call.sid))


def _ended_by(call: Call, view: View, *, met: bool) -> str:
    if met and was_cut_off(view.caller.final, view.caller.sip_code, ended_by=call.ended_by):
        return "network"
    return call.ended_by or ("counselor" if met and not view.caller.hung_up else "caller")


def _reached(tx: Session, call: Call) -> Reached:
    facts = queries.facts_of(tx, call.sid)
    if queries.last_told(facts, "voicemail") is not None:
        return "voicemail"
    spots = [fact.heard["then"] for fact in facts if "then" in fact.heard]
    if any("node=queue&" in spot or "node=danger&" in spot for spot in spots):
        return "queue"
    return "line" if any("node=who&" in spot or "node=closed&" in spot for spot in spots) else "menu"


def connect_due(tx: Session, message: ConnectDue, at: datetime, *, board: Board) -> None:
    """See to a connection that has not come about: call the caller once more, then give the counselor up."""
    caller = queries.caller_of(tx, message.contact_id)
    call = queries.lock_call(tx, caller.sid) if caller else None
    offer = queue.current_offer(tx, message.contact_id)
    if call is None or call.ended_at or offer is None or offer.id != message.offer_id or offer.state != "accepted":
        return
    leg = view_of(tx, call).leg_for(offer.id)
    if not message.last:
        if leg is not None and leg.room is not None and not dialing.person_is_due(tx, call, offer.id, at):
            _move(tx, call, offer.id, "summoned", at, named_id("summon again", str(offer.id)))
        return
    if leg is not None and leg.room is not None and dialing.is_being_called(tx, call, offer.id):
        return
    _give_up(tx, call, offer.id, "no-answer" if leg is None or leg.room is None else "failed", at, board=board)
    if leg is not None:
        _put_out(tx, leg, at)


def ask_hold(tx: Session, contact_id: UUID, counselor_id: UUID, *, on: bool, board: Board, at: datetime) -> None:
    """Put one's own caller on hold, or take them back; raises Forbidden or Conflict."""
    call, _ = lock_own_talk(tx, contact_id, counselor_id)
    transfers.require_none(tx, call, private=True)
    if call.on_hold == on:
        raise Conflict("The caller is on hold already." if on else "The caller is not on hold.")
    call.on_hold = on
    (queue.hold if on else queue.resume)(tx, contact_id, board=board, at=at)
    outbox.post(tx, HoldAsked(call.sid, on), at=at)


def ask_hang_up(tx: Session, contact_id: UUID, counselor_id: UUID, *, board: Board, at: datetime) -> None:
    """End one's own conversation: the caller hears the closing words, the seat wraps up; raises as `ask_hold`."""
    call, _ = lock_own_talk(tx, contact_id, counselor_id)
    transfers.require_none(tx, call)
    call.ended_by = "counselor"
    queue.finish(tx, contact_id, "counselor", board=board, at=at)
    outbox.post(tx, HangUpAsked(queries.leg_sid(tx, call.sid) or call.sid, call.room), at=at)


def summon(tx: Session, contact_id: UUID, counselor_id: UUID, *, config: Config, at: datetime) -> Escalation:
    """Call a supervisor to one's own call; called already, it stays one call for help. Raises as `ask_hold`."""
    lock_own_talk(tx, contact_id, counselor_id)
    return escalate(tx, ("contact", contact_id), "summon", config=config, at=at)
