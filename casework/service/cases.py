"""The case: opened or joined, moved through its states, raised at once and lowered by two."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Config, Means
from casework.policy import triage
from casework.policy.states import CASE, move
from casework.queries import cases as queries
from casework.queries.people import records_of
from casework.service import holdings, keys
from casework.service.escalations import escalate, resolve_about
from casework.tables import Case, CaseNote, Contact, Person
from core import audit
from core.errors import Conflict, Forbidden, Invalid, Stale
from core.ids import new_id
from core.security import Vault
from core.staff import Actor


def open_or_join(tx: Session, subject: Person, contact: Contact, *, config: Config, at: datetime) -> Case:
    """Give the subject's open case, raised where this contact is more urgent, or open one; the case is locked."""
    level, records = contact.triage_level or "info", records_of(tx, subject.id)
    before = _case_before(tx, contact, records)
    case = before or queries.lock_open_case_of(tx, records)
    if case is None:
        case = Case(id=new_id(at), subject_person_id=subject.id, opened_at=at, topic=contact.topic or "other")
        case.owner_id, case.state, case.triage_level, case.version = contact.owner_id, CASE.start, level, 1
        case.first_contact_at = case.clock_from = contact.opened_at
        case.respond_by = triage.respond_by(level, contact.opened_at, config.targets)
    elif before is None or triage.more_urgent(case.triage_level, level) != case.triage_level:
        _join(case, contact, level, config)
    case.district = subject.district or case.district
    tx.add(case)
    tx.flush()
    return case


def _case_before(tx: Session, contact: Contact, records: set[UUID]) -> Case | None:
    """Give the case that an earlier writing of this contact opened or joined, if it is still this person's and open."""
    if contact.case_id is None:
        return None
    case = queries.lock_case(tx, contact.case_id)
    return case if case.subject_person_id in records and case.state not in CASE.closed else None


def _join(case: Case, contact: Contact, level: str, config: Config) -> None:
    new = triage.respond_by(level, contact.opened_at, config.targets)
    owed = [by for by in (new, None if case.responded_at else case.respond_by) if by is not None]
    if new is not None:
        case.responded_at, case.clock_from = None, contact.opened_at
    if owed:
        case.respond_by = min(owed)
    case.triage_level = triage.more_urgent(case.triage_level, level)
    case.version += 1


def responded(tx: Session, case_id: UUID | None, *, at: datetime) -> None:
    """Write down the first response on a case."""
    if case_id is None:
        return
    case = queries.lock_case(tx, case_id)
    case.responded_at = case.responded_at or at


def note(tx: Session, case_id: UUID, words: str, *, by: UUID | None, vault: Vault, at: datetime) -> CaseNote:
    """Add words to a case's timeline."""
    theirs = keys.of_person(tx, queries.case(tx, case_id).subject_person_id, vault)
    made = CaseNote(id=new_id(at), case_id=case_id, author_id=by, at=at, kind="note", words_cipher=theirs.seal(words))
    tx.add(made)
    tx.flush()
    return made


def _locked(tx: Session, case_id: UUID, version: int) -> Case:
    case = queries.lock_case(tx, case_id)
    if case.version != version:
        current = {"state": case.state, "triage_level": case.triage_level}
        words = "Somebody changed this case since you read it. Look at `current` and try again with its version."
        raise Stale(words, version=case.version, current=current)
    return case


@dataclass(frozen=True, slots=True)
class Change:
    """What shall become of a case that was read at `version`: a state or a level, and why."""

    to: str
    version: int
    reason: str | None = None


def change_state(tx: Session, case_id: UUID, change: Change, actor: Actor, *, vault: Vault, at: datetime) -> Case:
    """Move a case; closing needs a reason, and nothing open on it: no duty, no visit, no dispatch."""
    case, to = _locked(tx, case_id, change.version), change.to
    before, case.state = case.state, move(CASE, case.state, to)
    if to == "closed":
        if not change.reason:
            raise Invalid("Say why the case is closed.", at="reason")
        waiting = queries.still_open(tx, case.id)
        if waiting:
            raise Conflict(f"This case cannot close: still open are {', '.join(waiting)}.", open=waiting)
        case.closed_at, case.closing_reason_cipher = at, vault.seal(change.reason)
        case.lower_to = case.lower_by = case.lower_reason_cipher = None
        # From here on nothing of theirs opens without their own key.
        holdings.reseal(tx, case.subject_person_id, vault)
    elif to == "reopened":
        case.closed_at = case.closing_reason_cipher = None
    case.version += 1
    audit.record(tx, actor.id, "case.move", ("case", case.id), at=at, before=before, after=to)
    tx.flush()
    return case


def set_level(tx: Session, case_id: UUID, change: Change, actor: Actor, *, means: Means, at: datetime) -> Case:
    """Raise a level at once; a lowering from emergency or urgent waits for a second person, who is told."""
    case, level = _locked(tx, case_id, change.version), change.to
    if case.state in CASE.closed:
        raise Conflict("This case is closed: reopen it first.", state=case.state)
    if level == case.triage_level:
        return case
    if triage.needs_second_person(case.triage_level, level):
        if not change.reason:
            raise Invalid("Say why the level may be lowered.", at="reason")
        case.lower_to, case.lower_by, case.lower_reason_cipher = level, actor.id, means.vault.seal(change.reason)
        escalate(tx, ("case", case.id), "lower_triage", config=means.config, at=at, case_id=case.id)
    else:
        _apply_level(tx, case, level, means.config, at)
    case.version += 1
    audit.record(tx, actor.id, "case.triage", ("case", case.id), at=at, asked=level, now=case.triage_level)
    tx.flush()
    return case


def _apply_level(tx: Session, case: Case, level: str, config: Config, at: datetime) -> None:
    case.triage_level = level
    case.respond_by = triage.respond_by(level, case.clock_from, config.targets)
    case.lower_to = case.lower_by = case.lower_reason_cipher = None
    resolve_about(tx, ("case", case.id), by=None, at=at, reasons=frozenset({"lower_triage"}))


def decide_lowering(tx: Session, case_id: UUID, actor: Actor, *, approve: bool, config: Config, at: datetime) -> Case:
    """Approve or refuse a lowering; raises Forbidden for whoever asked for it, Conflict where none waits."""
    case = queries.lock_case(tx, case_id)
    if case.lower_to is None:
        raise Conflict("No lowering waits on this case.", triage_level=case.triage_level)
    if case.lower_by == actor.id:
        raise Forbidden("You asked for this yourself: somebody else must decide.")
    asked = case.lower_to
    _apply_level(tx, case, asked if approve else case.triage_level, config, at)
    case.version += 1
    audit.record(tx, actor.id, "case.triage_decide", ("case", case.id), at=at, asked=asked, approved=approve)
    tx.flush()
    return case
