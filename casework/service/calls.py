"""What the telephone tells of a contact: answered, ended, to be called back, in danger."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import DEFAULT, Config
from casework.messages import CallbackSettled, DutyOwed
from casework.policy.duties import after_another_call, owed_to_unanswered
from casework.policy.states import CONTACT, move
from casework.queries import contacts as queries
from casework.queries.duties import lock_duty, lock_open_callback
from casework.queries.people import lock_caller
from casework.service.escalations import escalate, resolve_about
from casework.service.owing import Owed, bring_forward, end, owe
from casework.tables import Contact, Duty
from core import outbox
from core.ids import named_id

Reached = Literal["menu", "line", "queue", "counselor"]
"""How far a call had come: the city's menu, the loneliness line, its queue, or a person."""
About = Literal["self", "other"]
CALLBACK = "callback"
"""The channel of a contact that began with a call of ours."""


def about(tx: Session, contact_id: UUID, whom: About, at: datetime) -> Contact:
    """Write down that a caller waits on the loneliness line from now on, and whom they call about."""
    contact = queries.lock_contact(tx, contact_id)
    contact.about, contact.line, contact.queued_at = whom, "loneliness", contact.queued_at or at
    tx.flush()
    return contact


def assign(tx: Session, contact_id: UUID, counselor_id: UUID, at: datetime) -> Contact:
    """Give a contact to the counselor who is talking with the caller now; a call that ended meanwhile is a draft."""
    contact = queries.lock_contact(tx, contact_id)
    if contact.state in CONTACT.closed:
        return contact
    contact.owner_id, contact.answered_at = counselor_id, contact.answered_at or at
    if contact.state == "open":
        contact.state = move(CONTACT, contact.state, "draft" if contact.ended_at else "in_progress")
    resolve_about(tx, ("contact", contact.id), by=counselor_id, at=at, reasons=frozenset({"danger", "danger_lost"}))
    owed = _open_callback(tx, contact)
    if owed is not None and owed.owner_id is None:
        owed.owner_id, owed.taken_at = counselor_id, at
    tx.flush()
    return contact


def _open_callback(tx: Session, contact: Contact) -> Duty | None:
    if contact.caller_fingerprint is None:
        return None
    lock_caller(tx, contact.caller_fingerprint)
    return lock_open_callback(tx, contact.caller_fingerprint)


def ended(
    tx: Session, contact_id: UUID, *, ended_by: str, reached: Reached, at: datetime, config: Config = DEFAULT
) -> Contact:
    """Write down the end of a call and what it leaves: a draft, a call-back owed, or nothing."""
    contact = queries.lock_contact(tx, contact_id)
    if contact.ended_at is not None:
        return contact
    contact.ended_at, contact.ended_by, contact.line = at, ended_by, contact.line or _line(reached)
    if contact.answered_at is not None or reached == "counselor":
        _after_talking(tx, contact, config, at)
    elif contact.channel == CALLBACK:
        # What this call was owed for is owed still: it is no second one.
        contact.state, contact.outcome_class = move(CONTACT, contact.state, "voided"), "non_data"
    elif contact.state == "open":
        _after_waiting(tx, contact, config, at, past_menu=reached != "menu")
    tx.flush()
    return contact


def _line(reached: Reached) -> str:
    return "menu" if reached == "menu" else "loneliness"


def _after_talking(tx: Session, contact: Contact, config: Config, at: datetime) -> None:
    if contact.state in {"open", "in_progress"}:
        contact.state = move(CONTACT, contact.state, "draft")
    if contact.owner_id is None:
        escalate(tx, ("contact", contact.id), "no_owner", config=config, at=at)


def _after_waiting(tx: Session, contact: Contact, config: Config, at: datetime, *, past_menu: bool) -> None:
    asked = contact.danger_at is not None or contact.callback_requested_at is not None
    owed = owed_to_unanswered(past_menu=past_menu or asked, reachable=contact.caller_fingerprint is not None)
    if owed == "callback":
        owe_callback(tx, contact, config=config, at=at)
        return
    contact.state = move(CONTACT, contact.state, "voided")
    contact.outcome_class, contact.outcome = "non_data", "hang_up"
    if owed == "number_withheld":
        contact.unanswered = owed
    if contact.danger_at is not None:
        escalate(tx, ("contact", contact.id), "danger_lost", config=config, at=at)


def callback_requested(tx: Session, contact_id: UUID, at: datetime, *, config: Config = DEFAULT) -> Contact:
    """Owe the caller a call-back that keeps their place; a withheld number is written down as such."""
    contact = queries.lock_contact(tx, contact_id)
    if contact.callback_requested_at is None and contact.answered_at is None:
        contact.callback_requested_at = at
        if contact.caller_fingerprint is None:
            contact.unanswered = "number_withheld"
        else:
            owe_callback(tx, contact, config=config, at=at)
    tx.flush()
    return contact


def danger(tx: Session, contact_id: UUID, at: datetime, *, config: Config = DEFAULT) -> Contact:
    """Write down that the caller pressed the key for danger, and tell the supervisor unless a counselor has them."""
    contact = queries.lock_contact(tx, contact_id)
    if contact.danger_at is not None:
        return contact
    contact.danger_at = at
    if contact.callback_duty_id is not None:
        _raise_callback(tx, lock_duty(tx, contact.callback_duty_id), contact, config, at)
    if contact.answered_at is None:
        escalate(tx, ("contact", contact.id), "danger", config=config, at=at)
    tx.flush()
    return contact


def owe_callback(tx: Session, contact: Contact, *, config: Config, at: datetime) -> None:
    """Owe one call-back to this caller, however often they gave up; the contact's own is owed once."""
    contact.unanswered = "callback"
    if contact.callback_duty_id is not None:
        return
    owed = _open_callback(tx, contact)
    if owed is not None:
        owed.calls += 1
        _raise_callback(tx, owed, contact, config, at)
    else:
        owed = _new_callback(tx, contact, config, at)
    contact.callback_duty_id = owed.id


def callback_over(tx: Session, owed: Duty, state: str, *, by: UUID | None, at: datetime) -> None:
    """End a locked call-back, and with it every contact that waited for nothing else and that nobody took up."""
    end(tx, owed, state, by=by, at=at)
    outbox.post(tx, CallbackSettled(owed.id), at=at)
    resolve_about(tx, ("duty", owed.id), by=by, at=at)
    for contact in queries.lock_unanswered(tx, owed.id):
        contact.state = move(CONTACT, contact.state, "voided")
        contact.outcome_class, contact.outcome = "non_data", "hang_up"
        resolve_about(tx, ("contact", contact.id), by=by, at=at)
    tx.flush()


def _new_callback(tx: Session, contact: Contact, config: Config, at: datetime) -> Duty:
    in_danger = contact.danger_at is not None
    new = Owed(
        id=named_id("duty", "callback", str(contact.id)), kind="callback", contact_id=contact.id,
        due_at=at + (config.danger_callback_within if in_danger else config.callback_within),
        priority="danger" if in_danger else "normal",
        caller_fingerprint=contact.caller_fingerprint, place_at=contact.queued_at or contact.opened_at,
    )  # fmt: skip
    return owe(tx, new, at=at)


def _raise_callback(tx: Session, owed: Duty, contact: Contact, config: Config, at: datetime) -> None:
    if owed.ended_at is not None:
        return
    in_danger = contact.danger_at is not None
    owed.priority = after_another_call(owed.priority, danger=in_danger)  # type: ignore[arg-type] # Written by us only.
    if in_danger:
        bring_forward(tx, owed, at + config.danger_callback_within, at=at)
    outbox.post(tx, DutyOwed(owed.id), at=at)
