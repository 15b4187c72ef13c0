"""A supervisor's hand on somebody else's call: listening, whispering, speaking, taking over; always in the audit."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

import casework.service as cases
import routing.service as queue
from core import audit, outbox
from core.errors import Conflict, NotFound
from core.ids import named_id, new_id
from core.staff import Actor
from ivr import party_queries, queries
from ivr.messages import CallChanged, HangUpAsked, HoldAsked
from ivr.own import lock_talk, view_of
from ivr.party_messages import LineHanded, WatchAsked, WatchChanged, WatchJoined
from ivr.party_tables import Watch
from ivr.tables import Call
from ivr.telephony import Change
from ivr.view import View
from routing.board import Board

Mode = Literal["listen", "whisper", "barge"]


def watch(tx: Session, contact_id: UUID, by: Actor, mode: Mode, *, at: datetime) -> Watch:
    """Come into somebody's call in a mode, or change the mode one is in; the same twice is one.

    Raises Conflict where nobody talks, where it is one's own call, where one is in another call, and where somebody
    else is in this one in the same mode.
    """
    call, offer = lock_talk(tx, contact_id)
    if offer.counselor_id == by.id:
        raise Conflict("This is your own call. 본인이 상담 중인 통화입니다.")
    mine = party_queries.watch_of(tx, by.id)
    if mine is not None and mine.call != call.sid:
        raise Conflict("You are in another call: leave that first. 다른 통화에서 먼저 나와 주세요.")
    if any(other.mode == mode and other.supervisor_id != by.id for other in party_queries.live_watches(tx, call.sid)):
        raise Conflict("Another supervisor does this already. 다른 책임상담사가 이미 하고 있습니다.", mode=mode)
    if mine is None:
        mine = _begin(tx, call, offer, by, mode, at=at)
    elif mine.mode != mode:
        mine.mode = mode
        outbox.post(tx, WatchChanged(mine.id), at=at)
    else:
        return mine
    told = {"counselor": str(offer.counselor_id), "watch": str(mine.id)}
    audit.record(tx, by.id, f"call.{mode}", ("contact", contact_id), at=at, **told)
    tx.flush()
    return mine


def _begin(tx: Session, call: Call, offer: queue.Offer, by: Actor, mode: Mode, *, at: datetime) -> Watch:
    made = Watch(
        id=new_id(at), call=call.sid, contact_id=call.contact_id, counselor_id=offer.counselor_id,
        supervisor_id=by.id, login=by.login, mode=mode, state="asked", asked_at=at,
    )  # fmt: skip
    tx.add(made)
    outbox.post(tx, WatchAsked(made.id), at=at)
    return made


def standing(tx: Session, watch: Watch) -> Change | None:
    """Say how a supervisor's leg is to stand in the room; None where they are out, or there is nobody to whisper to."""
    if watch.state == "ended":
        return None
    if watch.mode != "whisper":
        return Change(muted=watch.mode == "listen")
    call = queries.lock_call(tx, watch.call)
    offer = queue.current_offer(tx, call.contact_id) if call else None
    leg = view_of(tx, call).leg_for(offer.id) if call and offer else None
    return Change(muted=False, coaches=leg.sid) if leg is not None else None


def rung(tx: Session, watch_id: UUID, leg: str, at: datetime) -> None:
    """Write a supervisor's leg down; one who has left again meanwhile is let go."""
    watch = party_queries.watch(tx, watch_id)
    if watch is None or not leg:
        return
    queries.lock_call(tx, watch.call)
    tx.refresh(watch)
    watch.leg = leg
    if watch.state == "ended":
        outbox.post(tx, HangUpAsked(leg, None), at=at, id=named_id("put out", leg))
    outbox.post(tx, CallChanged(watch.call), at=at)


def look(tx: Session, call: Call, view: View, at: datetime) -> None:
    """Bring every watch to where its call stands: joined, or ended; then that is in the audit."""
    for watch in party_queries.live_watches(tx, call.sid):
        leg = view.leg_for(watch.id)
        if view.caller.final is not None or (leg is not None and leg.room is None and (leg.final or leg.was_in_room)):
            _end(tx, watch, at)
        elif leg is not None and leg.room is not None and watch.state == "asked":
            watch.state, watch.joined_at = "joined", at
            outbox.post(tx, WatchJoined(watch.id), at=at, id=named_id("watch joined", str(watch.id)))
            # The mode may have been changed on the way in.
            outbox.post(tx, WatchChanged(watch.id), at=at, id=named_id("watch as joined", str(watch.id)))


def _end(tx: Session, watch: Watch, at: datetime) -> None:
    watch.state, watch.ended_at = "ended", at
    told = {"counselor": str(watch.counselor_id), "watch": str(watch.id), "mode": watch.mode}
    audit.record(tx, watch.supervisor_id, "call.watch_ended", ("contact", watch.contact_id), at=at, **told)


def stop(tx: Session, contact_id: UUID, by: Actor, *, at: datetime) -> Watch:
    """Leave a call one is in as a supervisor; raises NotFound where one is not."""
    sid = party_queries.call_of(tx, contact_id)
    call, mine = queries.lock_call(tx, sid) if sid else None, party_queries.watch_of(tx, by.id)
    if call is None or mine is None or mine.call != call.sid:
        raise NotFound("You are not in this call. 이 통화에 들어와 있지 않습니다.")
    _end(tx, mine, at)
    if mine.leg is not None:
        outbox.post(tx, HangUpAsked(mine.leg, None), at=at, id=named_id("put out", mine.leg))
    return mine


def watches(tx: Session, contact_id: UUID) -> list[Watch]:
    """List the supervisors who are in a call, or on their way; raises NotFound."""
    sid = party_queries.call_of(tx, contact_id)
    if sid is None:
        raise NotFound("There is no call with this contact's id.")
    return list(party_queries.live_watches(tx, sid))


def take_over(tx: Session, contact_id: UUID, by: Actor, *, board: Board, at: datetime) -> queue.Offer:
    """Become the counselor of a call one is in: who had it wraps up, and the contact is one's own.

    Raises Conflict where one is not in it, while it is being handed on, and where another supervisor was faster.
    """
    call, offer = lock_talk(tx, contact_id)
    mine = party_queries.watch_of(tx, by.id)
    if party_queries.watch(tx, offer.id) is not None:
        raise Conflict("A supervisor has taken this call over already. 이미 책임상담사가 이어받은 통화입니다.")
    if mine is None or mine.call != call.sid or mine.state != "joined" or mine.leg is None:
        raise Conflict("Come into the call first: listen, whisper or barge. 먼저 통화에 들어와 주세요.")
    if party_queries.lock_live_transfer(tx, call.sid) is not None:
        raise Conflict("This call is being handed on just now. 지금 연결을 넘기는 중인 통화입니다.")
    first = view_of(tx, call).leg_for(offer.id)
    taken = queue.take_over(tx, contact_id, by, mine.id, board=board, at=at)
    cases.assign(tx, contact_id, by.id, at=at)
    _end(tx, mine, at)
    told = {"counselor": str(offer.counselor_id), "watch": str(mine.id)}
    audit.record(tx, by.id, "call.take_over", ("contact", contact_id), at=at, **told)
    outbox.post(tx, LineHanded(call.room or "", first.sid if first else "", mine.leg), at=at)
    if call.on_hold:
        call.on_hold = False
        outbox.post(tx, HoldAsked(call.sid, on=False), at=at)
    return taken
