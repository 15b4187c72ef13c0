"""The case: opened or joined by a contact, responded to, and told in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Config
from casework.policy import triage
from casework.policy.states import CASE
from casework.queries import cases as queries
from casework.queries.people import every_record, records_of
from casework.service import keys
from casework.tables import Case, CaseNote, Person
from core.ids import new_id
from core.security import Vault


@dataclass(frozen=True, slots=True)
class Came:
    """What a contact brings to the case of whom it is about, and the case that an earlier writing of it belongs to."""

    level: str
    topic: str
    owner_id: UUID | None
    opened_at: datetime
    case_id: UUID | None = None


def open_or_join(tx: Session, subject: tuple[Person, bool], came: Came, *, config: Config, at: datetime) -> Case:
    """Give the open case of a person (and whether they are new), raised where needed, or open one; it is locked."""
    person, new = subject
    before = _case_before(tx, person, came)
    case = before or (None if new else queries.lock_open_case_of(tx, every_record(person.id)))
    if case is None:
        case = Case(id=new_id(at), subject_person_id=person.id, opened_at=at, topic=came.topic)
        case.owner_id, case.state, case.triage_level, case.version = came.owner_id, CASE.start, came.level, 1
        case.first_contact_at = case.clock_from = came.opened_at
        case.respond_by = triage.respond_by(came.level, came.opened_at, config.targets)
    elif before is None or triage.more_urgent(case.triage_level, came.level) != case.triage_level:
        _join(case, came, config)
    case.district = person.district or case.district
    tx.add(case)
    tx.flush()
    return case


def _case_before(tx: Session, person: Person, came: Came) -> Case | None:
    """Give the case that an earlier writing of a contact belongs to, if it is still this person's and open."""
    if came.case_id is None:
        return None
    case = queries.lock_case(tx, came.case_id)
    return case if case.subject_person_id in records_of(tx, person.id) and case.state not in CASE.closed else None


def _join(case: Case, came: Came, config: Config) -> None:
    new = triage.respond_by(came.level, came.opened_at, config.targets)
    owed = [by for by in (new, None if case.responded_at else case.respond_by) if by is not None]
    if new is not None:
        case.responded_at, case.clock_from = None, came.opened_at
    if owed:
        case.respond_by = min(owed)
    case.triage_level = triage.more_urgent(case.triage_level, came.level)
    case.version += 1


def responded(tx: Session, case_id: UUID | None, *, at: datetime) -> None:
    """Write down the first response on a case."""
    if case_id is None:
        return
    case = queries.lock_case(tx, case_id)
    case.responded_at = case.responded_at or at


Said = tuple[Literal["note", "plan", "asked", "decided"], str]
"""Of which kind the words are, and the words."""


def note(tx: Session, case_id: UUID, said: Said, *, by: UUID | None, vault: Vault, at: datetime) -> CaseNote:
    """Add words to a case's story."""
    (kind, words), theirs = said, keys.of_person(tx, queries.case(tx, case_id).subject_person_id, vault)
    made = CaseNote(id=new_id(at), case_id=case_id, author_id=by, at=at, kind=kind, words_cipher=theirs.seal(words))
    tx.add(made)
    tx.flush()
    return made
