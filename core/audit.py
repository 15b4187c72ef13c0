"""Who changed what, when and why: rows that are only ever added, each signed and linked to the one before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import chain
from core.chain import Chained
from core.db import Base, Json, Moment, Words
from core.ids import new_id


class AuditEntry(Chained, Base):
    """One act by one person (or by the system, `actor_id` None)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "object_kind", "object_id"),
        Index("ix_audit_entry_unlinked", "id", postgresql_where=text("n is null")),
    )
    SIGNED = ("id", "at", "actor_id", "action", "object_kind", "object_id", "reason", "detail")

    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(80))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Words)
    detail: Mapped[dict[str, Any]] = mapped_column(Json)


def record(
    tx: Session,
    actor_id: UUID | None,
    action: str,
    of: tuple[str, object],
    *,
    at: datetime,
    reason: str | None = None,
    **detail: object,
) -> None:
    """Write down an act in its own transaction; `of` is (kind, id). Never put secrets in `detail`."""
    kind, key = of
    entry = AuditEntry(id=new_id(at), at=at, actor_id=actor_id, action=action, object_kind=kind, object_id=str(key))
    entry.reason, entry.detail = reason, detail
    chain.add(tx, entry)


def entries(tx: Session, *, of: tuple[str, object] | None = None, limit: int = 200) -> list[AuditEntry]:
    """List the newest entries, or those about one object."""
    newest = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if of is not None:
        newest = newest.where(AuditEntry.object_kind == of[0], AuditEntry.object_id == str(of[1]))
    return list(tx.scalars(newest))
