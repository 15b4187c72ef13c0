"""What came of a companion call: the two have talked, or a person was not reached, and what follows from that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Means
from casework.policy.duties import SPOKEN, Result
from casework.policy.states import COMPANION_CALL, move
from casework.queries import companions as queries
from casework.queries.duties import lock_duty
from casework.service import welfare_checks
from casework.service.duties import require_own
from casework.service.escalations import resolve_about
from casework.service.owing import end, tried
from casework.tables import CompanionCall, CompanionRhythm, Duty
from core import audit
from core.errors import Conflict
from core.staff import Actor

_MISSED = "약속한 동행 전화를 연이어 받지 않았습니다. Companion calls in a row reached nobody."


def told(tx: Session, call_id: UUID, result: Result, actor: Actor, *, means: Means, at: datetime) -> CompanionCall:
    """Write down what came of a try; after enough that reached nobody the call is missed, and then a check follows."""
    rhythm = queries.lock_rhythm(tx, queries.call(tx, call_id).rhythm_id)
    call = queries.call(tx, call_id)
    tx.refresh(call)
    if call.state == "reached" and result in SPOKEN:
        return call
    if call.state in COMPANION_CALL.closed or call.duty_id is None or call.call_at is None:
        raise Conflict(
            f"이미 끝난 전화입니다. This call is {call.state}: nothing more is told of it.", state=call.state
        )
    zone = means.config.care.zone
    if at.astimezone(zone).date() < call.call_at.astimezone(zone).date():
        raise Conflict("약속한 날이 아직 오지 않았습니다. The day of this call has not come yet.")
    duty = lock_duty(tx, call.duty_id)
    require_own(duty, actor)
    tried(tx, duty, actor.id, result, config=means.config, at=at)
    if result in SPOKEN:
        _end(tx, call, duty, ("reached", "done"), actor, at)
        rhythm.misses = 0
        welfare_checks.heard_of(tx, rhythm.case_id, "phone", actor.id, at=at)
    elif duty.attempts >= means.config.care.call_tries:
        _end(tx, call, duty, ("missed", "missed"), actor, at)
        rhythm.misses += 1
        _look_after(tx, rhythm, means, at)
    audit.record(tx, actor.id, "companion.call", ("companion_call", call.id), at=at, result=result, state=call.state)
    tx.flush()
    return call


def _end(tx: Session, call: CompanionCall, duty: Duty, states: tuple[str, str], actor: Actor, at: datetime) -> None:
    call.state, call.ended_at = move(COMPANION_CALL, call.state, states[0]), at
    end(tx, duty, states[1], by=actor.id, at=at)
    resolve_about(tx, ("duty", duty.id), by=actor.id, at=at)


def _look_after(tx: Session, rhythm: CompanionRhythm, means: Means, at: datetime) -> None:
    if rhythm.misses >= means.config.care.misses:
        welfare_checks.request(tx, rhythm.case_id, welfare_checks.Asked("high", _MISSED), None, means=means, at=at)
