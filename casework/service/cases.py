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
from casework.tables import Case, CaseNote, Person
from core.ids import new_id
from core.security import Vault


@dataclass(frozen=True, slots=True)
class Came:
    """What a contact brings to the case of whom it is about."""

    level: str
    topic: str
    owner_id: UUID
    opened_at: datetime


def open_or_join(tx: Session, subject: tuple[Person, bool], came: Came, *, config: Config, at: datetime) -> Case:
    """Give the open case of a person (and whether they are new), raised where needed, or open one; it is locked."""
    person, new = subject
    case = None if new else queries.lock_open_case_of(tx, person.id)
    if case is None:
        case = Case(id=new_id(at), subject_person_id=person.id, opened_at=at, topic=came.topic)
        case.owner_id, case.state, case.triage_level, case.version = came.owner_id, CASE.start, came.level, 1
        case.first_contact_at = case.clock_from = came.opened_at
        case.respond_by = triage.respond_by(came.level, came.opened_at, config.targets)
    else:
        _join(case, came, config)
    case.district = person.district or case.district
    tx.add(case)
    tx.flush()
    return case


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
    queries.case(tx, case_id)
    kind, words = said
    made = CaseNote(id=new_id(at), case_id=case_id, author_id=by, at=at, kind=kind, words_cipher=vault.seal(words))
    tx.add(made)
    tx.flush()
    return made
