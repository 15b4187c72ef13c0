"""A call-back's time: into the queue when it comes, and out of it when it is over."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

import routing.service as queue
from casework.policy.states import move
from casework.service import callbacks as cases
from core import outbox
from core.errors import Conflict
from core.ids import named_id
from ivr.callbacks import queries
from ivr.callbacks.asking import plan, plan_of
from ivr.callbacks.means import Means
from ivr.callbacks.messages import CallbackClosing, CallbackDue
from ivr.callbacks.policy import CALLBACK, open_until
from ivr.callbacks.stays import at_rest, close_stay, open_call
from ivr.callbacks.tables import Callback
from ivr.record import contact_of
from routing.needs import ANY


def come_due(tx: Session, message: CallbackDue, at: datetime, *, means: Means) -> None:
    """Let a call-back stand in the queue, at the place of whoever first began to wait."""
    callback = queries.lock_callback(tx, message.callback_id)
    if callback.state != "scheduled" or callback.due_at != message.due:
        return
    callback.stays += 1
    line = "CB" + named_id("line", str(callback.id), callback.stays).hex
    callback.state, callback.stay_id = move(CALLBACK, callback.state, "queued"), contact_of(line)
    tx.flush()
    cases.callback_contact(tx, callback.contact_id, callback.stay_id, line, at=at)
    open_call(tx, callback.stay_id, line, at)
    _stand(tx, callback, line, means, at)
    until = open_until(plan_of(callback), at, means.rules)
    if until is not None:
        outbox.post(tx, CallbackClosing(callback.id, callback.stay_id), at=at, due=until)


def _stand(tx: Session, callback: Callback, line: str, means: Means, at: datetime) -> None:
    first_to = callback.first_to if callback.stays == 1 else None
    if first_to is not None:
        with suppress(Conflict):
            # The conversation is not over for whoever was cut off from it: there is nothing to wrap up yet.
            queue.wrap_up(tx, first_to, board=means.board, at=at)
    since = max(callback.place_at, at - means.rules.oldest_place)
    waited = queue.entry(tx, callback.contact_id)
    who = queue.Standing(
        contact_id=contact_of(line), queue=callback.queue, priority=callback.priority, language=callback.language,
        provider_ref=line, since=since, first_to=first_to, others_from=at + means.rules.same_counselor,
        need=waited.need if waited else ANY,
    )  # fmt: skip
    queue.stand(tx, who, board=means.board, at=at)


def closing(tx: Session, message: CallbackClosing, at: datetime, *, means: Means) -> None:
    """Take a call-back that nobody came to out of the queue again; it is planned anew, or a person decides."""
    seen = at_rest(tx, message.callback_id)
    if seen.state != "queued" or seen.stay_id != message.stay_id:
        return
    close_stay(tx, message.stay_id, "withdrawn", board=means.board, at=at)
    callback = queries.lock_callback(tx, message.callback_id)
    callback.stay_id = None
    plan(tx, callback, means=means, at=at)
