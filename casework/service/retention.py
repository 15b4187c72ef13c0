"""Destroying what is past its time, a little at a time, once a day; what is held stays."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from casework.config import Config
from casework.messages import RetentionDue
from casework.queries import people as people_queries
from casework.queries import privacy as queries
from casework.service import logs
from casework.service.erasing import anonymize, ask_to_erase, destroyed, stands_against
from casework.tables import Case, Contact, Destruction, Dispatch, Duty, Person, Screening, Voicemail
from core import outbox
from core.ids import named_id
from core.security import Vault

BATCH = 50
"""Of each kind in one delivery: all of it must be over before its lease is."""


def schedule(tx: Session, day: date, *, n: int = 0, at: datetime, due: datetime | None = None) -> None:
    """Post a day's look at what is past its time, or the next round of it, once."""
    outbox.post(tx, RetentionDue(day, n), at=at, due=due, id=named_id("retention", day.isoformat(), n))


def on_due(tx: Session, message: RetentionDue, at: datetime, *, config: Config, vault: Vault) -> None:
    """Destroy what is past its time, and look again: at once where there was more, else tomorrow."""
    before: logs.Before = {kind: at - period for kind, period in config.retention.items()}
    held = _held_records(tx, at)
    _recordings(tx, before, held, at)
    done = [
        _drafts(tx, before, held, at),
        _people(tx, before, held, vault, at),
        _dispatches(tx, before, held, vault, at),
    ]
    if BATCH in done or logs.delete_old(tx, before, at) == logs.BATCH:
        schedule(tx, message.day, n=message.n + 1, at=at)
    else:
        schedule(tx, at.date() + timedelta(days=1), at=at, due=at + timedelta(days=1))


def _held_records(tx: Session, at: datetime) -> set[UUID]:
    held = {people_queries.root_of(tx, people_queries.person(tx, key)).id for key in queries.held_people(tx, at=at)}
    return set().union(*(people_queries.records_of(tx, root) for root in held))


def _free(subject: InstrumentedAttribute[Any], held: set[UUID]) -> ColumnElement[bool]:
    return or_(subject.is_(None), subject.not_in(held))


def _recordings(tx: Session, before: logs.Before, held: set[UUID], at: datetime) -> None:
    """Ask that old recordings be destroyed, where the sound is; each is asked once."""
    calm = Contact.danger_at.is_(None) & (Voicemail.recorded_at < before["recordings"])
    old = select(Voicemail.id).join(Contact, Contact.id == Voicemail.contact_id).where(
        Voicemail.erased_at.is_(None), or_(calm, Voicemail.recorded_at < before["grave_recordings"]),
        _free(Contact.subject_person_id, held),
    )  # fmt: skip
    for key in tx.scalars(old).all():
        ask_to_erase(tx, key, "retention", at=at)


def _drafts(tx: Session, before: logs.Before, held: set[UUID], at: datetime) -> int:
    """Empty contacts that became no case, and for which nothing is owed any more."""
    owed = select(Duty.id).where(
        Duty.ended_at.is_(None), or_(Duty.contact_id == Contact.id, Duty.id == Contact.callback_duty_id)
    )
    filled = (Contact.caller_fingerprint, Contact.caller_cipher, Contact.form_cipher, Contact.notes_cipher)
    old = select(Contact).where(
        Contact.opened_at < before["drafts"], Contact.case_id.is_(None), _free(Contact.subject_person_id, held),
        or_(*(column.is_not(None) for column in filled)), ~owed.exists(),
    )  # fmt: skip
    found = tx.scalars(old.order_by(Contact.opened_at).limit(BATCH).with_for_update(skip_locked=True)).all()
    for contact in found:
        contact.caller_fingerprint = contact.caller_cipher = contact.form_cipher = contact.notes_cipher = None
        destroyed(tx, ("contact", contact.id), len(filled), "retention", by=None, at=at)
    tx.execute(delete(Screening).where(Screening.contact_id.in_([contact.id for contact in found])))
    tx.flush()
    return len(found)


def _people(tx: Session, before: logs.Before, held: set[UUID], vault: Vault, at: datetime) -> int:
    """Anonymize people of whom nothing has been open or heard since the period began."""
    young = aliased(Case)
    since = before["cases"]
    late = select(young.id).where(
        young.subject_person_id == Person.id, or_(young.closed_at.is_(None), young.closed_at >= since)
    )
    heard = select(Contact.id).where(
        or_(Contact.subject_person_id == Person.id, Contact.reporter_person_id == Person.id), Contact.opened_at >= since
    )
    old = select(Person.id).where(
        Person.created_at < since, Person.anonymized_at.is_(None), Person.merged_into_id.is_(None),
        Person.id.not_in(held), ~late.exists(), ~heard.exists(),
    )  # fmt: skip
    done = 0
    for key in tx.scalars(old.order_by(Person.created_at).limit(BATCH)).all():
        records = people_queries.records_of(tx, key)
        if not stands_against(tx, key, at=at) and not queries.heard_since(tx, records, since):
            anonymize(tx, key, "retention", by=None, vault=vault, at=at)
            done += 1
    return done


def _dispatches(tx: Session, before: logs.Before, held: set[UUID], vault: Vault, at: datetime) -> int:
    """Empty the words of dispatches that ended long ago, whatever became of the case."""
    gone = select(Destruction.object_id).where(Destruction.kind == "dispatch")
    old = select(Dispatch).where(
        Dispatch.closed_at < before["dispatches"], Dispatch.person_id.not_in(held), cast(Dispatch.id, Text).not_in(gone)
    )
    found = tx.scalars(old.order_by(Dispatch.closed_at).limit(BATCH).with_for_update(skip_locked=True)).all()
    for dispatch in found:
        dispatch.place_cipher, dispatch.danger_cipher = vault.seal(""), vault.seal("")
        dispatch.people_cipher = dispatch.callback_cipher = dispatch.detail_cipher = None
        dispatch.closing_reason_cipher = None
        destroyed(tx, ("dispatch", dispatch.id), 6, "retention", by=None, at=at)
    tx.flush()
    return len(found)
