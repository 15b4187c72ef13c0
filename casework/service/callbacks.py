"""What call-backs that the system dials ask of casework: who is owed one, the number, what came of it, who decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import DEFAULT, Config
from casework.messages import CallerNotReached, DutyDue
from casework.policy.duties import Result, teams
from casework.policy.states import CONTACT, move
from casework.queries import callbacks as queries
from casework.queries.contacts import contact as contact_of_id
from casework.queries.contacts import lock_contact
from casework.queries.duties import lock_duty
from casework.service import keys
from casework.service.access import require_writer
from casework.service.calls import CALLBACK, callback_over, owe_callback
from casework.service.escalations import escalate
from casework.service.owing import tried
from casework.tables import Contact
from core import audit, outbox
from core.errors import Conflict, Forbidden
from core.ids import named_id
from core.phone import read_address
from core.security import Vault
from core.staff import Actor


@dataclass(frozen=True, slots=True)
class CallbackOwed:
    """A caller who is owed a call-back: by which duty, and what is to be remembered for it."""

    duty_id: UUID
    asked: bool
    """They asked for it; else they gave up waiting, or were cut off."""
    about: str
    waiting_since: datetime
    danger: bool
    owner_id: UUID | None
    """The counselor they have talked with."""


def callback_owed(tx: Session, contact_id: UUID) -> CallbackOwed | None:
    """Tell what the caller of this contact is still owed for it; None where it is nothing."""
    contact = contact_of_id(tx, contact_id)
    duty = queries.open_duty(tx, contact.callback_duty_id)
    if duty is None:
        return None
    asked, since = contact.callback_requested_at is not None, contact.queued_at or contact.opened_at
    in_danger = contact.danger_at is not None
    return CallbackOwed(duty.id, asked, contact.about or "self", since, in_danger, contact.owner_id)


def owe_again(tx: Session, contact_id: UUID, *, config: Config = DEFAULT, at: datetime) -> CallbackOwed | None:
    """Owe a call-back to somebody a counselor has talked with; None for a withheld number."""
    contact = lock_contact(tx, contact_id)
    if contact.caller_fingerprint is None:
        return None
    unanswered = contact.unanswered
    owe_callback(tx, contact, config=config, at=at)
    # Whoever was answered does not count as unanswered for being owed a second call.
    contact.unanswered = unanswered
    tx.flush()
    return callback_owed(tx, contact_id)


def owe_by_hand(tx: Session, contact_id: UUID, actor: Actor, *, config: Config, at: datetime) -> CallbackOwed:
    """Owe a call-back because a counselor says so; raises Forbidden, or Conflict for a withheld number."""
    require_writer(tx, lock_contact(tx, contact_id), actor)
    owed = owe_again(tx, contact_id, config=config, at=at)
    if owed is None:
        raise Conflict("This caller withheld their number: nobody can call back. 번호를 알 수 없어 걸 수 없습니다.")
    audit.record(tx, actor.id, "callback.request", ("contact", contact_id), at=at)
    return owed


def callback_contact(tx: Session, first_id: UUID, contact_id: UUID, provider_ref: str, *, at: datetime) -> Contact:
    """Begin the contact of a call-back: of the same caller as the first, about the same person."""
    first = contact_of_id(tx, first_id)
    made = Contact(id=contact_id, channel=CALLBACK, provider_ref=provider_ref, opened_at=at, state="open")
    made.caller_cipher, made.caller_fingerprint = first.caller_cipher, first.caller_fingerprint
    made.line, made.about, made.queued_at, made.danger_at = "loneliness", first.about, at, first.danger_at
    tx.add(made)
    tx.flush()
    return made


def caller_number(tx: Session, contact_id: UUID, vault: Vault) -> str | None:
    """Open the number of a contact's caller; None where nobody can be called at it."""
    sealed = contact_of_id(tx, contact_id).caller_cipher
    address = read_address(keys.bound(tx, vault).open(sealed)) if sealed else None
    return address.value if address is not None and address.reachable else None


def not_called(tx: Session, contact_id: UUID, *, at: datetime) -> None:
    """Void the contact of a call-back that came to nothing; one that somebody talked in stays."""
    contact = lock_contact(tx, contact_id)
    if contact.state == "open":
        contact.state, contact.ended_at = move(CONTACT, contact.state, "voided"), contact.ended_at or at
        contact.outcome_class = "non_data"
    tx.flush()


def callback_tried(tx: Session, duty_id: UUID, by: UUID, result: Result, *, config: Config, at: datetime) -> None:
    """Write a try down that reached nobody, so that the duty's deadline looks again after it."""
    duty = lock_duty(tx, duty_id)
    if duty.ended_at is None:
        tried(tx, duty, by, result, config=config, at=at)


def callback_exhausted(tx: Session, duty_id: UUID, *, config: Config, at: datetime) -> None:
    """Bring a call-back that reached nobody to the supervisor: a person decides what is still owed.

    For somebody in danger nothing waits for that: the police are asked to find them.
    """
    duty = lock_duty(tx, duty_id)
    if duty.ended_at is not None:
        return
    if duty.priority == "danger" and duty.contact_id is not None:
        # In a transaction of its own: the contact is locked before its duty, everywhere.
        key = named_id("dropped", str(duty.contact_id))
        outbox.post(tx, CallerNotReached(duty.contact_id), at=at, id=key)
    escalate(tx, ("duty", duty_id), "exhausted", config=config, at=at)


def callback_promised(tx: Session, duty_id: UUID, by: datetime, *, at: datetime) -> None:
    """Move a call-back's deadline to what was agreed with the person."""
    duty = lock_duty(tx, duty_id)
    if duty.ended_at is None:
        duty.due_at = duty.watch_at = by
        outbox.post(tx, DutyDue(duty.id, by), at=at, due=by)
    tx.flush()


def callback_done(tx: Session, duty_id: UUID, state: Literal["done", "cancelled"], by: UUID, *, at: datetime) -> None:
    """End what was owed: the two have talked, or the person said that there is no need any more."""
    duty = lock_duty(tx, duty_id)
    if duty.ended_at is None:
        callback_over(tx, duty, state, by=by, at=at)


def call_off(tx: Session, duty_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> None:
    """Call a call-back off, with the reason sealed; raises Forbidden for another team's."""
    duty = lock_duty(tx, duty_id)
    if duty.team not in teams(*actor.roles):
        raise Forbidden(f"This duty is for the team {duty.team}.")
    if duty.ended_at is None:
        callback_over(tx, duty, "cancelled", by=actor.id, at=at)
        duty.ended_why_cipher = vault.seal(reason)
    audit.record(tx, actor.id, "callback.cancel", ("duty", duty.id), at=at)
    tx.flush()
