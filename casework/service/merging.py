"""Two records that are one person: taken together without moving a row, so that it can be taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import people as queries
from casework.service.access import require_person
from casework.tables import Person, PersonMerge
from core import audit
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.staff import Actor


def merge(tx: Session, kept_id: UUID, other_id: UUID, actor: Actor, reason: str, *, at: datetime) -> PersonMerge:
    """Let one record stand for another too: what hangs on either is found under both, and nothing is moved.

    Asked again, it answers the same. Raises NotFound for whoever does not reach both, Invalid for one record twice,
    Conflict where either is merged elsewhere already or was anonymized. A call that comes in meanwhile finds the person
    before, or after.
    """
    if kept_id == other_id:
        raise Invalid("서로 다른 두 기록을 고르세요. Choose two different records.", at="other_id")
    for key in (kept_id, other_id):
        require_person(tx, key, actor, "person.merge")
    kept, other = _lock_both(tx, kept_id, other_id)
    if other.merged_into_id == kept.id:
        return next(made for made in queries.merges_of(tx, {other.id}) if made.undone_at is None)
    for each in (kept, other):
        if each.merged_into_id is not None:
            words = (
                "이미 다른 기록에 합쳐져 있습니다. 그 기록을 고르세요. This record is merged already: choose `root`."
            )
            raise Conflict(words, root=str(queries.root_of(tx, each).id))
        if each.anonymized_at is not None:
            raise Conflict("익명 처리된 기록은 합칠 수 없습니다. An anonymized record cannot be merged.")
    made = PersonMerge(id=new_id(at), kept_id=kept.id, merged_id=other.id, merged_at=at, merged_by=actor.id)
    other.merged_into_id = kept.id
    tx.add(made)
    audit.record(tx, actor.id, "person.merge", ("person", kept.id), at=at, reason=reason, other=str(other.id))
    tx.flush()
    return made


def undo(tx: Session, merge_id: UUID, actor: Actor, reason: str, *, at: datetime) -> PersonMerge:
    """Let two records be two people again; what was written meanwhile stays with the kept one. Twice is no harm.

    Raises NotFound for whoever does not reach them, Conflict where they were anonymized.
    """
    made = queries.lock_merge(tx, merge_id)
    require_person(tx, made.kept_id, actor, "person.merge")
    if made.undone_at is not None:
        return made
    _, other = _lock_both(tx, made.kept_id, made.merged_id)
    if other.anonymized_at is not None:
        raise Conflict("익명 처리된 뒤에는 되돌릴 수 없습니다. The person was anonymized: nothing is left to part.")
    other.merged_into_id, made.undone_at, made.undone_by = None, at, actor.id
    audit.record(tx, actor.id, "person.part", ("person", made.kept_id), at=at, reason=reason, other=str(other.id))
    tx.flush()
    return made


def _lock_both(tx: Session, kept_id: UUID, other_id: UUID) -> tuple[Person, Person]:
    # Whoever looks for the person behind a number holds the number first, then the record: so do we, and in one order.
    numbers = {each.fingerprint for each in queries.identifiers(tx, {kept_id, other_id})}
    for number in sorted(numbers):
        queries.lock_caller(tx, number)
    locked = {each: queries.lock_person(tx, each) for each in sorted((kept_id, other_id))}
    return locked[kept_id], locked[other_id]
