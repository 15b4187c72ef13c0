"""Writing down each step of a visit or a dispatch."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.tables import Milestone
from core.ids import new_id

Of = tuple[Literal["visit", "dispatch"], UUID]


def step(tx: Session, of: Of, state: str, *, by: str, at: datetime, words_cipher: str | None = None) -> None:
    """Add one step; words about it come sealed."""
    tx.add(Milestone(id=new_id(at), of_kind=of[0], of_id=of[1], state=state, at=at, by=by, words_cipher=words_cipher))
