"""Companion calls: agreed, planned ahead as duties, paused, changed and ended.

A rhythm's calls are planned by a timer that posts the next one. Whoever plans holds the rhythm's row and goes on from
`planned_through`, so that a timer that runs twice, or late, plans nothing twice.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from casework.care_messages import CompanionCallsDue
from casework.config import Care, Config, Means
from casework.plans import WEEKDAYS, Agreed
from casework.policy.rhythm import Rhythm, Slot, next_look, slots
from casework.policy.states import CASE, COMPANION_CALL, COMPANION_RHYTHM, move
from casework.queries import care as care_queries
from casework.queries import companions as queries
from casework.queries.cases import lock_case
from casework.queries.duties import lock_duty
from casework.service.escalations import resolve_about
from casework.service.owing import Owed, end, owe
from casework.service.versions import Edit
from casework.tables import CompanionCall, CompanionRhythm
from core import audit, outbox
from core.errors import Conflict, Invalid, Stale
from core.ids import named_id, new_id
from core.staff import ROLES, Actor

_COMPANIONS = tuple(role for role, held in ROLES.items() if "duty.write" in held)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def agree(tx: Session, case_id: UUID, agreed: Agreed, actor: Actor, *, means: Means, at: datetime) -> CompanionRhythm:
    """Begin a rhythm of companion calls for a case's subject; raises Conflict for a closed case."""
    if lock_case(tx, case_id).state in CASE.closed:
        raise Conflict("종결된 사례입니다. 먼저 다시 여세요. This case is closed: reopen it first.", state="closed")
    rhythm = CompanionRhythm(id=new_id(at), case_id=case_id, created_at=at, created_by=actor.id, version=1, misses=0)
    rhythm.state = COMPANION_RHYTHM.start
    _fill(tx, rhythm, agreed, means)
    rhythm.planned_through = _today(means.config.care, at) - _DAY
    tx.add(rhythm)
    tx.flush()
    _plan_ahead(tx, rhythm, means.config.care, at)
    audit.record(tx, actor.id, "companion.agree", ("companion_rhythm", rhythm.id), at=at)
    return rhythm


def _fill(tx: Session, rhythm: CompanionRhythm, agreed: Agreed, means: Means) -> None:
    if not care_queries.answering(tx, [agreed.companion_id], _COMPANIONS):
        raise Invalid("전화할 수 있는 직원을 적어 주세요. Name somebody who makes such calls.", at="companion_id")
    rhythm.companion_id, rhythm.weekday = agreed.companion_id, WEEKDAYS.index(agreed.weekday)
    rhythm.call_time, rhythm.every_weeks = agreed.call_time, agreed.every_weeks
    rhythm.first_on, rhythm.last_on, rhythm.on_holiday = agreed.first_on, agreed.last_on, agreed.on_holiday
    rhythm.words_cipher = means.vault.seal(agreed.words) if agreed.words else None


def change(
    tx: Session, rhythm_id: UUID, new: Edit[Agreed], actor: Actor, *, means: Means, at: datetime
) -> CompanionRhythm:
    """Agree on something else from now on; raises Stale with both where it was changed meanwhile."""
    rhythm = queries.lock_rhythm(tx, rhythm_id)
    _require_current(rhythm, new)
    if rhythm.state in COMPANION_RHYTHM.closed:
        raise Conflict("이미 마친 전화입니다. These calls have ended: agree on new ones.", state=rhythm.state)
    _fill(tx, rhythm, new.words, means)
    _begin_anew(tx, rhythm, actor, means.config.care, at)
    audit.record(tx, actor.id, "companion.change", ("companion_rhythm", rhythm.id), at=at, version=rhythm.version)
    return rhythm


def set_state(tx: Session, rhythm_id: UUID, state: str, actor: Actor, *, means: Means, at: datetime) -> CompanionRhythm:
    """Pause, resume or end a rhythm; calls that were to come are called off, and planned again when it goes on."""
    rhythm = queries.lock_rhythm(tx, rhythm_id)
    if rhythm.state == state:
        return rhythm
    rhythm.state = move(COMPANION_RHYTHM, rhythm.state, state)
    if state == "ended":
        rhythm.ended_at = at
        _call_off(tx, queries.open_calls(tx, rhythm.id), actor.id, at)
    _begin_anew(tx, rhythm, actor, means.config.care, at)
    audit.record(tx, actor.id, "companion.state", ("companion_rhythm", rhythm.id), at=at, state=state)
    return rhythm


def agreed_of(rhythm: CompanionRhythm) -> dict[str, object]:
    """Give what was agreed, without the words about it."""
    names = ("every_weeks", "first_on", "last_on", "on_holiday", "companion_id")
    weekday, clock = WEEKDAYS[rhythm.weekday], rhythm.call_time.isoformat("minutes")
    return {"weekday": weekday, "call_time": clock, **{name: getattr(rhythm, name) for name in names}}


def _require_current(rhythm: CompanionRhythm, new: Edit[Agreed]) -> None:
    if rhythm.version == new.version:
        return
    words = "그사이 다른 사람이 고쳤습니다. Somebody changed this since you read it: compare `current` with `sent`."
    kept = {name: None if value is None else str(value) for name, value in agreed_of(rhythm).items()}
    sent = new.words.model_dump(mode="json", exclude={"words"})
    raise Stale(words, version=rhythm.version, current=kept, sent=sent)


def _begin_anew(tx: Session, rhythm: CompanionRhythm, actor: Actor, care: Care, at: datetime) -> None:
    today = _today(care, at)
    _call_off(tx, queries.calls_after(tx, rhythm.id, at, today=today), actor.id, at)
    # A call of this week that a holiday has moved is planned again with those to come.
    rhythm.planned_through = max(today - _WEEK, queries.last_day(tx, rhythm.id) or date.min)
    rhythm.version += 1
    tx.flush()
    if rhythm.state == "active":
        _plan_ahead(tx, rhythm, care, at)


def _call_off(tx: Session, calls: Iterable[CompanionCall], by: UUID, at: datetime) -> None:
    for call in calls:
        call.state, call.ended_at = move(COMPANION_CALL, call.state, "cancelled"), at
        if call.duty_id is not None:
            end(tx, lock_duty(tx, call.duty_id), "cancelled", by=by, at=at)
            resolve_about(tx, ("duty", call.duty_id), by=by, at=at)
    tx.flush()


def on_calls_due(tx: Session, message: CompanionCallsDue, at: datetime, *, config: Config) -> None:
    """Plan the calls that have come within the horizon, and set the next timer."""
    rhythm = queries.lock_rhythm(tx, message.rhythm_id)
    if rhythm.state == "active" and rhythm.version == message.version:
        _plan_ahead(tx, rhythm, config.care, at)


def _plan_ahead(tx: Session, rhythm: CompanionRhythm, care: Care, at: datetime) -> None:
    agreed, through = _rhythm_of(rhythm, care), _today(care, at) + care.horizon
    for slot in slots(agreed, rhythm.planned_through, through, care.holidays):
        _plan(tx, rhythm, slot, care, at)
    rhythm.planned_through = max(rhythm.planned_through, through)
    due = next_look(agreed, rhythm.planned_through, care.horizon)
    if due is not None:
        key = named_id("companion calls", str(rhythm.id), rhythm.version, rhythm.planned_through.isoformat())
        outbox.post(tx, CompanionCallsDue(rhythm.id, rhythm.version), at=at, due=due, id=key)
    tx.flush()


def _plan(tx: Session, rhythm: CompanionRhythm, slot: Slot, care: Care, at: datetime) -> None:
    key = named_id("companion call", str(rhythm.id), rhythm.version, slot.day.isoformat())
    call = CompanionCall(id=key, rhythm_id=rhythm.id, day=slot.day, call_at=slot.call_at, state=COMPANION_CALL.start)
    if slot.call_at is None or slot.call_at + care.call_within <= at:
        # What could only be late from the beginning would alarm people about a call that nobody has forgotten.
        call.state, call.ended_at = move(COMPANION_CALL, call.state, "skipped"), at
    else:
        owed = Owed(
            id=named_id("duty", "companion_call", str(key)), kind="companion_call", opens_at=slot.call_at,
            due_at=slot.call_at + care.call_within, owner_id=rhythm.companion_id, case_id=rhythm.case_id,
        )  # fmt: skip
        call.duty_id = owe(tx, owed, at=at).id
    tx.add(call)
    tx.flush()


def _rhythm_of(row: CompanionRhythm, care: Care) -> Rhythm:
    return Rhythm(row.weekday, row.call_time, row.every_weeks, row.first_on, row.last_on, row.on_holiday, care.zone)


def _today(care: Care, at: datetime) -> date:
    return at.astimezone(care.zone).date()
