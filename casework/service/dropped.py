"""An emergency caller who was cut off and did not pick up again: the police are asked to find them."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Means
from casework.form import DispatchAsked
from casework.messages import CallerNotReached
from casework.queries.contacts import lock_contact
from casework.queries.people import lock_root_of
from casework.service import keys, starting
from casework.service.cases import Came, open_or_join
from casework.service.people import Described, known_as
from casework.tables import Contact, Dispatch, Person
from core import audit
from core.ids import named_id

SYSTEM: Final = UUID(int=0)
"""Whoever asked, where no counselor has talked with the caller."""
_PLACE = "위치를 모릅니다. 이 번호로 위치를 확인해 주십시오. Place unknown: please locate the number."
_DANGER = (
    "위험하다고 알린 분의 통화가 끊겼고, 여러 번 다시 걸었으나 받지 않습니다. "
    "A caller in danger was cut off and does not pick up."
)


def on_not_reached(tx: Session, message: CallerNotReached, at: datetime, *, means: Means) -> None:
    """Ask for the police, once for this contact, on a case of the person's own."""
    contact = lock_contact(tx, message.contact_id)
    dispatch_id = named_id("dispatch", "dropped", str(contact.id))
    if tx.get(Dispatch, dispatch_id) is not None or contact.caller_cipher is None:
        return
    number = keys.bound(tx, means.vault).open(contact.caller_cipher)
    subject = _subject(tx, contact, number, means, at)
    means = replace(means, vault=keys.of_person(tx, subject[0].id, means.vault))
    contact.triage_level = "emergency"
    came = Came("emergency", contact.topic or "other", contact.owner_id, contact.opened_at, contact.case_id)
    case = open_or_join(tx, subject, came, config=means.config, at=at)
    contact.case_id = case.id
    asked = DispatchAsked(
        kind=means.config.dropped_to, place=_PLACE, place_source="other", confidence="unsure", danger=_DANGER,
        callback_number=number,
    )  # fmt: skip
    order = starting.Order(dispatch_id, contact.owner_id or SYSTEM, asked)
    made = starting.dispatch(tx, order, contact, case, means=means, at=at)
    audit.record(tx, contact.owner_id, "dispatch.request", ("dispatch", made.id), at=at, because="dropped")
    tx.flush()


def _subject(tx: Session, contact: Contact, number: str, means: Means, at: datetime) -> tuple[Person, bool]:
    if contact.subject_person_id is not None:
        return lock_root_of(tx, contact.subject_person_id), False
    caller = known_as(tx, Described(phone=number), vault=means.vault, at=at)
    contact.reporter_person_id = contact.reporter_person_id or caller[0].id
    # Of whoever they called about nothing is known yet but that somebody is in danger.
    subject = known_as(tx, Described(), vault=means.vault, at=at) if contact.about == "other" else caller
    contact.subject_person_id = subject[0].id
    return subject
