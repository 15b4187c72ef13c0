"""Finding people by what is sealed."""

import zlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select, text
from sqlalchemy.orm import Session

from casework.tables import Case, Identifier, Person, PersonKey, PersonMerge, SourceDecision
from core.errors import NotFound

_HELD = "people.held"
"""Which callers a session's transaction has locked."""
_KEYS = "people.keys"
"""The keys that a session has read: it forgets at once what nobody holds, and would ask again."""

NO_SUCH_PERSON = "그런 사람이 없습니다. There is no such person."


def lock_caller(tx: Session, fingerprint: str) -> None:
    """Let only one transaction at a time decide who this caller is and what they are owed; held already, it stays."""
    lock_callers(tx, {fingerprint})


def lock_callers(tx: Session, fingerprints: set[str]) -> None:
    """Lock several callers, always in one order: two who speak of each other must not wait for each other."""
    transaction, held = tx.info.get(_HELD, (None, set()))
    if transaction is not tx.get_transaction():
        held = set()
    if not fingerprints - held:
        return
    keys = [zlib.crc32(each.encode()) - 2**31 for each in sorted(fingerprints - held)]
    tx.execute(text("select pg_advisory_xact_lock(120, key) from unnest(cast(:keys as int[])) key"), {"keys": keys})
    tx.info[_HELD] = tx.get_transaction(), held | fingerprints


def lock_people_with(tx: Session, fingerprint: str) -> Sequence[Person]:
    """Lock the people with this number, the longest known first; their keys are read with them."""
    known = select(Person, PersonKey).join(Identifier, Identifier.person_id == Person.id)
    keyed = known.outerjoin(PersonKey, PersonKey.person_id == Person.id)
    chosen = keyed.where(Identifier.fingerprint == fingerprint).order_by(Person.created_at, Person.id)
    fresh = tx.execute(chosen.with_for_update(of=Person).execution_options(populate_existing=True)).all()
    for _, key in fresh:
        keep_key(tx, key)
    return [person for person, _ in fresh]


def key_of(tx: Session, person_id: UUID) -> PersonKey | None:
    """Give a person's key, None where there is none (any more)."""
    return keep_key(tx, tx.get(PersonKey, person_id))


def keep_key(tx: Session, key: PersonKey | None) -> PersonKey | None:
    """Let a key be read once in a session."""
    if key is not None:
        tx.info.setdefault(_KEYS, set()).add(key)
    return key


def people_with(tx: Session, fingerprint: str) -> Sequence[Person]:
    """List the people with this number, the longest known first."""
    known = select(Person).join(Identifier, Identifier.person_id == Person.id)
    return tx.scalars(known.where(Identifier.fingerprint == fingerprint).order_by(Person.created_at, Person.id)).all()


def counselor_of(tx: Session, fingerprint: str) -> UUID | None:
    """Give whose case somebody with this number has open, the newest of several; None where nobody's."""
    own = select(Case.owner_id).join(Identifier, Identifier.person_id == Case.subject_person_id)
    open_ones = own.where(Identifier.fingerprint == fingerprint, Case.owner_id.is_not(None), Case.closed_at.is_(None))
    return tx.scalars(open_ones.order_by(Case.opened_at.desc(), Case.id).limit(1)).one_or_none()


def people(tx: Session, ids: set[UUID]) -> dict[UUID, Person]:
    """Give these people by id."""
    return {person.id: person for person in tx.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def person(tx: Session, person_id: UUID) -> Person:
    """Give a record of a person; raises NotFound."""
    found = tx.get(Person, person_id)
    if found is None:
        raise NotFound(NO_SUCH_PERSON)
    return found


def lock_person(tx: Session, person_id: UUID) -> Person:
    """Lock a record of a person until this transaction ends; raises NotFound."""
    found = tx.get(Person, person_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(NO_SUCH_PERSON)
    return found


def root_of(tx: Session, found: Person) -> Person:
    """Give the record that stands for this one."""
    while found.merged_into_id is not None:
        found = tx.get_one(Person, found.merged_into_id)
    return found


def lock_root_of(tx: Session, person_id: UUID) -> Person:
    """Lock a record and those it was merged into, and give the one that stands for it."""
    found = lock_person(tx, person_id)
    while found.merged_into_id is not None:
        found = lock_person(tx, found.merged_into_id)
    return found


def records_of(tx: Session, root_id: UUID) -> set[UUID]:
    """List every record that this one stands for, itself among them."""
    return set(tx.scalars(every_record(root_id)))


def every_record(root_id: UUID) -> Select[UUID]:
    """Give `records_of` as a part of a statement."""
    standing = select(Person.id).where(Person.id == root_id).cte("standing", recursive=True)
    merged = select(Person.id).join(standing, Person.merged_into_id == standing.c.id)
    return select(standing.union_all(merged).c.id)


def identifiers(tx: Session, ids: set[UUID]) -> Sequence[Identifier]:
    """List the numbers of these records, oldest first."""
    own = select(Identifier).where(Identifier.person_id.in_(ids)).order_by(Identifier.created_at, Identifier.id)
    return tx.scalars(own).all()


def people_named(tx: Session, name_fingerprint: str, *, limit: int = 50) -> Sequence[Person]:
    """List the people of this name, the longest known first."""
    named = select(Person).where(Person.name_fingerprint == name_fingerprint)
    return tx.scalars(named.order_by(Person.created_at, Person.id).limit(limit)).all()


def lock_merge(tx: Session, merge_id: UUID) -> PersonMerge:
    """Lock a merge; raises NotFound."""
    found = tx.get(PersonMerge, merge_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("그런 합치기가 없습니다. There is no such merge.")
    return found


def merges_of(tx: Session, ids: set[UUID]) -> Sequence[PersonMerge]:
    """List every merge of these records, newest first, undone ones among them."""
    own = select(PersonMerge).where(or_(PersonMerge.kept_id.in_(ids), PersonMerge.merged_id.in_(ids)))
    return tx.scalars(own.order_by(PersonMerge.merged_at.desc(), PersonMerge.id)).all()


def source_decisions(tx: Session, contact_id: UUID) -> Sequence[SourceDecision]:
    """List who was told who reported, or not, newest first."""
    made = select(SourceDecision).where(SourceDecision.contact_id == contact_id)
    return tx.scalars(made.order_by(SourceDecision.at.desc(), SourceDecision.id)).all()
