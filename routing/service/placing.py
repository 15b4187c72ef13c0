"""Writing down of which district a contact's subject is, so that figures by district are folds like all others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from routing import queries
from routing.service.ledger import note


def place_in(tx: Session, contact_id: UUID, district: str, *, at: datetime) -> bool:
    """Add the district to what happened to a contact; twice is no harm. False for one that was in no queue."""
    entry = queries.entry(tx, contact_id)
    if entry is None:
        return False
    note(tx, "placed", entry, at, district=district)
    return True
