"""Who looked at whose data, when, from where, at what and why: written in the transaction of the look itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Index, String, Uuid, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import chain
from core.chain import Chained
from core.db import Base, Moment, Words
from core.ids import new_id
from core.staff import Actor

Look = Literal["list", "read", "reveal", "hear"]
"""Rows in a list, masked; one thing, masked except for the two who are on their way; behind the mask; a voice."""


class AccessEntry(Chained, Base):
    """One look by one person at the data of others."""

    __tablename__ = "access_entry"
    __table_args__ = (
        Index("ix_access_entry_objects", "object_ids", postgresql_using="gin"),
        Index("ix_access_entry_people", "person_ids", postgresql_using="gin"),
        Index("ix_access_entry_reveals", "at", postgresql_where=text("action = 'reveal'")),
        Index("ix_access_entry_unlinked", "id", postgresql_where=text("n is null")),
    )
    SIGNED = ("id", "at", "actor_id", "source", "action", "object_kind", "object_ids", "person_ids", "reason")

    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor_id: Mapped[UUID]
    source: Mapped[str | None] = mapped_column(String(64))
    """The address that asked."""
    action: Mapped[Look] = mapped_column(String(8))
    object_kind: Mapped[str] = mapped_column(String(12))
    object_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    person_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """Whose data it was, as far as it is known who they are."""
    reason: Mapped[str | None] = mapped_column(Words)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was shown: things of one kind, and whose they are as far as that is known."""

    kind: str
    ids: Sequence[UUID]
    people: Sequence[UUID | None] = ()


def looked(
    tx: Session, actor: Actor, seen: Seen, *, action: Look = "read", at: datetime, reason: str | None = None
) -> None:
    """Write a look down; where nothing was shown there was none."""
    if not seen.ids:
        return
    people = sorted({person for person in seen.people if person is not None})
    entry = AccessEntry(id=new_id(at), at=at, actor_id=actor.id, source=actor.source, action=action)
    entry.object_kind, entry.object_ids, entry.person_ids, entry.reason = seen.kind, list(seen.ids), people, reason
    chain.add(tx, entry)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which looks to list; None does not ask. `whose` is a person or a thing of theirs."""

    whose: UUID | None = None
    actor_id: UUID | None = None
    action: Look | None = None
    since: datetime | None = None
    before: datetime | None = None


def entries(tx: Session, wanted: Wanted, *, limit: int | None = 200) -> Sequence[AccessEntry]:
    """List looks, the newest first."""
    rules = []
    if wanted.whose is not None:
        one = [wanted.whose]
        rules.append(or_(AccessEntry.object_ids.contains(one), AccessEntry.person_ids.contains(one)))
    if wanted.actor_id is not None:
        rules.append(AccessEntry.actor_id == wanted.actor_id)
    if wanted.action is not None:
        rules.append(AccessEntry.action == wanted.action)
    if wanted.since is not None:
        rules.append(AccessEntry.at >= wanted.since)
    if wanted.before is not None:
        rules.append(AccessEntry.at < wanted.before)
    newest = select(AccessEntry).where(*rules).order_by(AccessEntry.at.desc(), AccessEntry.id.desc()).limit(limit)
    return tx.scalars(newest).all()
