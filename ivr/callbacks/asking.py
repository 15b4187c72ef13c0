"""Promising a call-back: asked for, planned, moved to other hours, called off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

import routing.service as queue
from casework.messages import CallbackSettled
from casework.policy.states import move
from casework.queries.callbacks import calls_of_caller
from casework.service import callbacks as cases
from core import audit, outbox
from core.errors import Conflict, Invalid
from core.ids import named_id, new_id
from core.staff import Actor
from ivr.callbacks import queries
from ivr.callbacks.means import Means
from ivr.callbacks.messages import CallbackDue
from ivr.callbacks.policy import CALLBACK, Plan, Why, next_try
from ivr.callbacks.stays import at_rest, close_stay
from ivr.callbacks.tables import Callback

LONGEST_CALL = timedelta(hours=6)
"""An earlier call of the same caller that is older than this is not on the line any more."""
FARTHEST = timedelta(days=14)
UNDER_WAY = frozenset({"dialing", "reached"})


@dataclass(frozen=True, slots=True)
class Window:
    """The hours somebody wants to be called in; None leaves an end open."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


ANY_TIME = Window()


def request(
    tx: Session, contact_id: UUID, owed: cases.CallbackOwed, why: Why, *, means: Means, at: datetime
) -> Callback | None:
    """Call somebody back as soon as their place in the line comes; asked for twice it is one. None: nobody can.

    Whoever has called again meanwhile takes up the place at once instead.
    """
    known = queries.open_of_duty(tx, owed.duty_id)
    if known is not None:
        return known
    key = named_id("callback", str(contact_id)) if why != "by_hand" else new_id(at)
    if queries.known(tx, key) or cases.caller_number(tx, contact_id, means.vault) is None:
        return None
    callback = _new(tx, key, contact_id, owed, at)
    callback.why, callback.first_to = why, owed.owner_id if why == "dropped" else None
    if any(queue.take_up(tx, other, callback.place_at, board=means.board, at=at) for other in _calls(tx, callback, at)):
        end(callback, "canceled", "resumed", at)
    else:
        plan(tx, callback, means=means, at=at)
    tx.flush()
    return callback


def _new(tx: Session, key: UUID, contact_id: UUID, owed: cases.CallbackOwed, at: datetime) -> Callback:
    entry = queue.entry(tx, contact_id)
    made = Callback(id=key, contact_id=contact_id, duty_id=owed.duty_id, state=CALLBACK.start, about=owed.about)
    in_danger = owed.danger or (entry is not None and entry.priority == "danger")
    made.priority = "danger" if in_danger else "callback"
    made.queue = entry.queue if entry is not None else "loneliness"
    made.language = entry.language if entry is not None else "ko"
    made.place_at = entry.entered_at if entry is not None else owed.waiting_since
    made.requested_at = made.due_at = at
    made.stays = made.tries = 0
    tx.add(made)
    return made


def _calls(tx: Session, callback: Callback, at: datetime) -> list[UUID]:
    return list(calls_of_caller(tx, callback.contact_id, at - LONGEST_CALL))


def plan(tx: Session, callback: Callback, *, means: Means, at: datetime) -> None:
    """Set when a locked call-back stands in the queue next; where nothing is left to try, a person decides."""
    when = next_try(plan_of(callback), at, means.rules)
    if when is None:
        end(callback, "exhausted", "exhausted", at)
        cases.callback_exhausted(tx, callback.duty_id, config=means.config, at=at)
        return
    callback.state = move(CALLBACK, callback.state, "scheduled")
    callback.due_at = when
    tx.flush()
    outbox.post(tx, CallbackDue(callback.id, when), at=at, due=when)


def plan_of(callback: Callback) -> Plan:
    """Give what the next call is planned by."""
    urgent = callback.priority == "danger"
    return Plan(callback.tries, callback.last_try_at, callback.opens_at, callback.closes_at, urgent)


def end(callback: Callback, state: str, why: str, at: datetime) -> None:
    """End a locked call-back."""
    callback.state = move(CALLBACK, callback.state, state)
    callback.ended_at, callback.ended_why, callback.stay_id = at, why, None


def ask(tx: Session, contact_id: UUID, actor: Actor, window: Window, *, means: Means, at: datetime) -> Callback:
    """Promise a call-back for a contact of one's own; one that is promised already gets these hours."""
    _require_hours(window, at)
    owed = cases.owe_by_hand(tx, contact_id, actor, config=means.config, at=at)
    callback = request(tx, contact_id, owed, "by_hand", means=means, at=at)
    if callback is None:
        raise Conflict("Nobody can be called at this number. 이 번호로는 걸 수 없습니다.")
    return schedule(tx, callback.id, actor, window, means=means, at=at) if window != ANY_TIME else callback


def schedule(tx: Session, callback_id: UUID, actor: Actor, window: Window, *, means: Means, at: datetime) -> Callback:
    """Move a call-back to other hours; raises Invalid, or Conflict where it is over or being made just now."""
    _require_hours(window, at)
    callback = _take_out(tx, callback_id, means, at)
    callback.opens_at, callback.closes_at, callback.stay_id = window.opens_at, window.closes_at, None
    plan(tx, callback, means=means, at=at)
    promised = callback.closes_at or callback.due_at + means.config.callback_within
    cases.callback_promised(tx, callback.duty_id, promised, at=at)
    audit.record(tx, actor.id, "callback.schedule", ("callback", callback.id), at=at)
    tx.flush()
    return callback


def _require_hours(window: Window, at: datetime) -> None:
    opens = window.opens_at or at
    if window.closes_at is not None and window.closes_at <= max(opens, at):
        raise Invalid(
            "The hours must end after they begin, and not be over. 끝나는 시각을 확인해 주세요.", field="closes_at"
        )
    if max(opens, window.closes_at or opens) > at + FARTHEST:
        raise Invalid("Choose hours within the next 14 days. 14일 안으로 정해 주세요.", field="opens_at")


def cancel(tx: Session, callback_id: UUID, actor: Actor, reason: str, *, means: Means, at: datetime) -> Callback:
    """Call a call-back off, and the duty with it; canceled already it stays so. Raises Conflict as `schedule`."""
    if queries.callback(tx, callback_id).state == "canceled":
        return queries.callback(tx, callback_id)
    callback = _take_out(tx, callback_id, means, at)
    end(callback, "canceled", "called_off", at)
    tx.flush()
    cases.call_off(tx, callback.duty_id, actor, reason, vault=means.vault, at=at)
    return callback


def _take_out(tx: Session, callback_id: UUID, means: Means, at: datetime) -> Callback:
    """Lock a call-back, and take it out of the queue; raises Conflict for one that is over or being made just now."""
    seen = at_rest(tx, callback_id)
    if seen.ended_at is not None:
        raise Conflict(f"This call-back is {seen.state}. 이미 끝난 회신 전화입니다.", state=seen.state)
    if seen.state in UNDER_WAY:
        raise Conflict("This person is being called just now; try again after the call. 지금 전화를 걸고 있습니다.")
    if seen.stay_id is not None:
        close_stay(tx, seen.stay_id, "withdrawn", board=means.board, at=at)
    return queries.lock_callback(tx, callback_id)


def on_settled(tx: Session, message: CallbackSettled, at: datetime, *, means: Means) -> None:
    """Dial no more for what is owed no more, or what somebody does by hand; a call under way goes on."""
    known = queries.open_of_duty(tx, message.duty_id)
    seen = at_rest(tx, known.id) if known is not None else None
    if seen is not None and seen.ended_at is None and seen.state not in UNDER_WAY:
        end(_take_out(tx, seen.id, means, at), "canceled", "by_hand", at)
