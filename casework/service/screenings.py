"""Screenings: begun, answered item by item, finished; what is found raises a level at once and lowers none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from casework.config import Config, Means
from casework.form import Form, merge
from casework.instruments import Catalog
from casework.policy.finalizing import Problem
from casework.policy.instruments import Instrument, most_urgent, read, wrong
from casework.policy.states import CASE, SCREENING, move
from casework.policy.triage import GUARDED, lowers
from casework.queries import cases as case_queries
from casework.queries import contacts as contact_queries
from casework.queries import screenings as queries
from casework.service import keys
from casework.service.access import require_case, require_reader, require_writer
from casework.service.changing import raise_level
from casework.service.drafts import EDITABLE
from casework.service.escalations import About, escalate
from casework.tables import Case, Contact, Screening
from core import audit
from core.access_log import Look, Seen, looked
from core.errors import Conflict, Invalid, NotFound, Stale
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """An instrument to be asked in a contact or on a case; it goes on from a shorter one that was `after`."""

    instrument: str
    contact_id: UUID | None = None
    case_id: UUID | None = None
    after: UUID | None = None


def instrument(catalog: Catalog, code: str) -> Instrument:
    """Give an instrument; raises NotFound naming those there are."""
    if code not in catalog:
        raise NotFound(f"There is no instrument {code!r}. Choose among: {', '.join(catalog)}.")
    return catalog[code]


def answers_of(screening: Screening, vault: Vault) -> dict[str, Any]:
    """Give what was answered."""
    answers: dict[str, Any] = orjson.loads(vault.open(screening.answers_cipher))
    return answers


def start(tx: Session, asked: Asked, actor: Actor, *, means: Means, at: datetime) -> Screening:
    """Begin a screening in a contact of one's own or on an open case."""
    which = instrument(means.config.instruments, asked.instrument)
    if (asked.contact_id is None) == (asked.case_id is None):
        raise Invalid("Name either the contact or the case.", at="contact_id")
    case_id = _lock(tx, asked.contact_id, asked.case_id, actor, at)
    known = _carried(tx, asked, which, means.vault) if asked.after else {}
    theirs = _theirs(tx, asked.contact_id, case_id, means.vault)
    made = _screening(which, known, actor.id, vault=theirs, at=at)
    made.contact_id, made.case_id = asked.contact_id, case_id
    tx.add(made)
    audit.record(tx, actor.id, "screening.start", ("screening", made.id), at=at, instrument=which.code)
    tx.flush()
    return made


def _lock(tx: Session, contact_id: UUID | None, case_id: UUID | None, actor: Actor, at: datetime) -> UUID | None:
    # In the order of finalizing: the contact, then its case, then what was asked.
    if contact_id is not None:
        contact = contact_queries.lock_contact(tx, contact_id)
        require_writer(tx, contact, actor)
        contact.screened_at, case_id = contact.screened_at or at, contact.case_id
        if case_id is None and contact.state not in EDITABLE:
            raise Conflict(f"This contact is {contact.state}: nothing can be asked in it.", state=contact.state)
    elif case_id is not None:
        require_case(tx, case_id, actor, "screening.write")
    if case_id is not None and case_queries.lock_case(tx, case_id).state in CASE.closed:
        raise Conflict("This case is closed: reopen it first.", state="closed")
    return case_id


def _theirs(tx: Session, contact_id: UUID | None, case_id: UUID | None, vault: Vault) -> Vault:
    """Give the vault that seals under the key of whom is asked, as far as it is known who they are."""
    person_id = None
    if case_id is not None:
        person_id = case_queries.case(tx, case_id).subject_person_id
    elif contact_id is not None:
        person_id = contact_queries.contact(tx, contact_id).subject_person_id
    return keys.of_person(tx, person_id, vault) if person_id else vault


def _carried(tx: Session, asked: Asked, which: Instrument, vault: Vault) -> dict[str, Any]:
    before = queries.screening(tx, asked.after) if asked.after else None
    here = (
        before is not None and asked.contact_id in {None, before.contact_id} and asked.case_id in {None, before.case_id}
    )
    if before is None or not here or before.instrument != which.continues:
        raise Invalid(f"{which.code} goes on from {which.continues or 'no other'}, asked here.", at="after")
    return answers_of(before, vault)


def _screening(which: Instrument, answers: Mapping[str, Any], by: UUID, *, vault: Vault, at: datetime) -> Screening:
    made = Screening(id=new_id(at), instrument=which.code, instrument_version=which.version, started_at=at)
    made.state, made.version, made.asked_by, made.answers_cipher = SCREENING.start, 1, by, _sealed(answers, vault)
    return made


def _sealed(answers: Mapping[str, Any], vault: Vault) -> str:
    return vault.seal(orjson.dumps(answers).decode())


def _editable(tx: Session, screening_id: UUID, version: int, actor: Actor, at: datetime) -> Screening:
    seen = queries.screening(tx, screening_id)
    _lock(tx, seen.contact_id, seen.case_id, actor, at)
    screening = queries.lock_screening(tx, screening_id)
    if screening.state != "started":
        raise Conflict("This screening is finished: begin another one.", state=screening.state)
    if screening.version != version:
        raise Stale("Somebody answered here since you read it: read it again.", version=screening.version)
    return screening


def of_contact(tx: Session, contact_id: UUID, actor: Actor, *, at: datetime) -> Sequence[Screening]:
    """List what was asked in a contact, the newest first, for whoever may read it; the look is logged."""
    contact = contact_queries.contact(tx, contact_id)
    require_reader(tx, contact, actor, "screening.read")
    found = queries.screenings(tx, contact_id=contact_id)
    return _looked(tx, found, contact.subject_person_id, actor, "list", at)


def of_case(tx: Session, case_id: UUID, actor: Actor, *, at: datetime) -> Sequence[Screening]:
    """List what was asked on a case, the newest first, for whoever reaches it; the look is logged."""
    require_case(tx, case_id, actor, "screening.read")
    found = queries.screenings(tx, case_id=case_id)
    return _looked(tx, found, case_queries.case(tx, case_id).subject_person_id, actor, "list", at)


def seen(tx: Session, screening_id: UUID, actor: Actor, *, at: datetime) -> Screening:
    """Give a screening to whoever reaches its case, or while it is on none its contact; the look is logged."""
    screening = queries.screening(tx, screening_id)
    if screening.case_id is not None:
        require_case(tx, screening.case_id, actor, "screening.read")
        person_id: UUID | None = case_queries.case(tx, screening.case_id).subject_person_id
    elif screening.contact_id is not None:
        contact = contact_queries.contact(tx, screening.contact_id)
        require_reader(tx, contact, actor, "screening.read")
        person_id = contact.subject_person_id
    else:
        raise NotFound(queries.NONE)
    return _looked(tx, [screening], person_id, actor, "read", at)[0]


def _looked(
    tx: Session, found: Sequence[Screening], whose: UUID | None, actor: Actor, action: Look, at: datetime
) -> Sequence[Screening]:
    looked(tx, actor, Seen("screening", [each.id for each in found], [whose]), action=action, at=at)
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """Answers by item, to a screening that was read at `version`; None takes one back, as not asked."""

    answers: Mapping[str, Any]
    version: int


def answer(tx: Session, screening_id: UUID, given: Given, actor: Actor, *, means: Means, at: datetime) -> Screening:
    """Keep answers, all or some. The level that they ask for is set at once, and stays if one is taken back."""
    screening = _editable(tx, screening_id, given.version, actor, at)
    which = instrument(means.config.instruments, screening.instrument)
    known = merge(answers_of(screening, means.vault), dict(given.answers))
    if found := wrong(which, known):
        errors = [{"at": f"answers.{item}", "problem": words} for item, words in found]
        raise Invalid("Mend the answers named in `errors` and send them again.", errors=errors)
    theirs = _theirs(tx, screening.contact_id, screening.case_id, means.vault)
    screening.answers_cipher, screening.version = _sealed(known, theirs), screening.version + 1
    _heed(tx, screening, read(which, known).level, means.config, at)
    tx.flush()
    return screening


def finish(tx: Session, screening_id: UUID, version: int, actor: Actor, *, at: datetime) -> Screening:
    """End a screening; what was not asked stays so. Finished already, it stays as it is."""
    known = seen(tx, screening_id, actor, at=at)
    if known.state == "finished":
        return known
    screening = _editable(tx, screening_id, version, actor, at)
    screening.state = move(SCREENING, screening.state, "finished")
    screening.finished_at, screening.version = at, screening.version + 1
    audit.record(tx, actor.id, "screening.finish", ("screening", screening.id), at=at, level=screening.level)
    tx.flush()
    return screening


def _heed(tx: Session, screening: Screening, level: str | None, config: Config, at: datetime) -> None:
    """Raise what the screening is about, and tell the supervisor of an immediate danger; a lower level does nothing."""
    if level is None or (screening.level is not None and not lowers(level, screening.level)):
        return
    screening.level = level
    about: About | None = None
    if screening.case_id is not None:
        about = ("case", screening.case_id)
        _raise_case(tx, case_queries.lock_case(tx, screening.case_id), level, config, at)
    if screening.contact_id is not None:
        about = ("contact", screening.contact_id)
        heed(contact_queries.lock_contact(tx, screening.contact_id), level)
    if about is not None and level in GUARDED:
        escalate(tx, about, "self_harm", config=config, at=at, case_id=screening.case_id)


def _raise_case(tx: Session, case: Case, level: str, config: Config, at: datetime) -> None:
    if lowers(level, case.triage_level):
        before = case.triage_level
        raise_level(tx, case, level, config=config, at=at)
        case.version += 1
        audit.record(tx, None, "case.triage", ("case", case.id), at=at, before=before, now=level, why="screening")


def heed(contact: Contact, level: str | None) -> None:
    """Let a contact be no less urgent than a screening asks for."""
    contact.screened_level = most_urgent(contact.screened_level, level)
    contact.triage_level = most_urgent(contact.triage_level, contact.screened_level)


def carried_level(form: Form, catalog: Catalog) -> str | None:
    """Give the level that the screenings in a form ask for."""
    known = (asked for asked in form.screenings or () if asked.instrument in catalog)
    return most_urgent(*(read(catalog[asked.instrument], asked.answers).level for asked in known))


def problems(form: Form, catalog: Catalog) -> list[Problem]:
    """List what is wrong in the screenings that a form carries."""
    found: list[Problem] = []
    for n, asked in enumerate(form.screenings or ()):
        if asked.instrument not in catalog:
            found.append((f"screenings.{n}.instrument", f"Choose among: {', '.join(catalog)}."))
        else:
            wrongs = wrong(catalog[asked.instrument], asked.answers)
            found += [(f"screenings.{n}.answers.{item}", words) for item, words in wrongs]
    return found


def take_down(tx: Session, contact: Contact, form: Form, *, means: Means, at: datetime) -> None:
    """Write the screenings of a finalized form down as finished; those of a reopened one replace what was there."""
    by = contact.finalized_by
    if by is None:
        raise ValueError("Only of a finalized contact anything is taken down.")
    for n, asked in enumerate(form.screenings or ()):
        which = means.config.instruments[asked.instrument]
        made = _screening(which, asked.answers, by, vault=means.vault, at=at)
        made.id = named_id("screening", str(contact.id), which.code, n)
        made.state, made.finished_at = move(SCREENING, made.state, "finished"), at
        made.contact_id, made.case_id, made.level = contact.id, contact.case_id, read(which, asked.answers).level
        queries.put(tx, made)
    level = carried_level(form, means.config.instruments)
    if contact.case_id is not None and level in GUARDED:
        escalate(tx, ("case", contact.case_id), "self_harm", config=means.config, at=at, case_id=contact.case_id)
