"""What the queue has to ask about the records that counselors write, and keeps nothing of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Written:
    """Whether a counselor owes the outcome of a conversation, and why a contact was heavy by what is written of it."""

    owed: Callable[[Session, UUID], bool]
    heavy: Callable[[Session, UUID], str | None]


def _nothing_owed(_: Session, __: UUID) -> bool:
    return False


def _nothing_heavy(_: Session, __: UUID) -> str | None:
    return None


NOTHING = Written(_nothing_owed, _nothing_heavy)
"""No outcome is asked for, and nothing is known of what was written."""
