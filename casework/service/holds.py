"""What keeps a person's data past their time: set with a reason, lifted by a person, or over by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import people, privacy
from casework.tables import LegalHold
from core import audit
from core.access_log import Seen, looked
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.security import Vault
from core.staff import Actor


def hold(
    tx: Session, person_id: UUID, actor: Actor, why: tuple[str, datetime | None], *, vault: Vault, at: datetime
) -> LegalHold:
    """Keep a person's data, (reason, until); raises Invalid for an end that is over, Conflict for who is anonymous."""
    reason, until = why
    if until is not None and until <= at:
        raise Invalid("이미 지난 때입니다. This is over already: write a time to come.", at="until")
    root = people.lock_root_of(tx, person_id)
    if root.anonymized_at is not None:
        raise Conflict("이미 익명 처리되었습니다. Nothing is left to hold.")
    made = LegalHold(id=new_id(at), person_id=root.id, reason_cipher=vault.seal(reason), set_at=at, set_by=actor.id)
    made.until = until
    tx.add(made)
    audit.record(tx, actor.id, "hold.set", ("person", root.id), at=at)
    tx.flush()
    return made


def held(tx: Session, person_id: UUID, actor: Actor, *, vault: Vault, at: datetime) -> list[tuple[LegalHold, str]]:
    """List what holds a person's data now, each with its reason; the look is logged."""
    root = people.root_of(tx, people.person(tx, person_id))
    records = people.records_of(tx, root.id)
    looked(tx, actor, Seen("person", [root.id], sorted(records)), at=at)
    found = privacy.holds(tx, records, at=at)
    return [(each, vault.open(each.reason_cipher)) for each in found]


def lift(tx: Session, hold_id: UUID, actor: Actor, *, at: datetime) -> None:
    """Take a hold away; lifted already, it stays so."""
    found = privacy.lock(tx, LegalHold, hold_id)
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = at, actor.id
        audit.record(tx, actor.id, "hold.lift", ("hold", found.id), at=at)
        tx.flush()
