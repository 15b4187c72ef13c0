"""Finding screenings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.tables import Screening
from core.errors import NotFound

NONE = "There is no such screening."


def screening(tx: Session, screening_id: UUID) -> Screening:
    """Give a screening; raises NotFound."""
    found = tx.get(Screening, screening_id)
    if found is None:
        raise NotFound(NONE)
    return found


def lock_screening(tx: Session, screening_id: UUID) -> Screening:
    """Lock a screening until this transaction ends; raises NotFound."""
    found = tx.get(Screening, screening_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(NONE)
    return found


def screenings(
    tx: Session, *, contact_id: UUID | None = None, case_id: UUID | None = None, limit: int = 100
) -> Sequence[Screening]:
    """List the screenings in a contact, or on a case; the newest first."""
    of = Screening.contact_id == contact_id if contact_id is not None else Screening.case_id == case_id
    return tx.scalars(
        select(Screening).where(of).order_by(Screening.started_at.desc(), Screening.id.desc()).limit(limit)
    ).all()


def attach(tx: Session, contact_id: UUID, case_id: UUID) -> None:
    """Put what was asked in a contact on the case that the contact belongs to."""
    asked = (Screening.contact_id == contact_id, Screening.case_id.is_distinct_from(case_id))
    tx.execute(update(Screening).where(*asked).values(case_id=case_id))


def put(tx: Session, made: Screening) -> None:
    """Save a screening, over the one of the same id if there is one."""
    row = {column.key: getattr(made, column.key) for column in Screening.__table__.columns}
    written = insert(Screening).values(**row)
    tx.execute(
        written.on_conflict_do_update(index_elements=[Screening.id], set_={**row, "version": Screening.version + 1})
    )
