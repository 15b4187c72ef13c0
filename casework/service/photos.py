"""Photographs of a visit: taken in sealed, and shown to whoever says what for."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from casework.queries import field as queries
from casework.service import keys
from casework.service.access import require_visit
from casework.service.reading import asked_seen
from casework.service.reveals import revealed
from casework.tables import VisitPhoto
from core import audit
from core.errors import Conflict, Invalid, NotFound
from core.ids import named_id
from core.security import Vault
from core.staff import Actor

MOST = 20
"""Pictures of one visit."""
_RIFF, _WEBP = b"RIFF", b"WEBP"


def kind_of(raw: bytes) -> str:
    """Tell a picture's media type by its first bytes, whatever its sender says; raises Invalid for anything else."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw.startswith(_RIFF) and raw[8:12] == _WEBP:
        return "image/webp"
    raise Invalid("Send a picture as JPEG, PNG or WebP. 사진은 JPEG, PNG, WebP로 보내 주세요.")


def add(tx: Session, visit_id: UUID, raw: bytes, actor: Actor, *, vault: Vault, at: datetime) -> VisitPhoto:
    """Keep a picture; the same one again is the one that is kept. Raises NotFound, Invalid or Conflict (too many)."""
    visit = queries.lock_visit(tx, visit_id)
    require_visit(tx, visit_id, actor, "visit.write")
    kind = kind_of(raw)
    photo_id = named_id("photo", str(visit.id), hashlib.sha256(raw).hexdigest())
    known = tx.get(VisitPhoto, photo_id)
    if known is not None:
        return known
    if len(photos(tx, visit.id)) >= MOST:
        raise Conflict(f"A visit has at most {MOST} pictures. 사진은 {MOST}장까지입니다.")
    sealed = keys.of_person(tx, visit.person_id, vault).seal_bytes(raw)
    made = VisitPhoto(id=photo_id, visit_id=visit.id, at=at, by=actor.id, kind=kind, sealed=sealed)
    tx.add(made)
    audit.record(tx, actor.id, "visit.photo", ("visit", visit.id), at=at, photo=str(made.id))
    tx.flush()
    return made


def photos(tx: Session, visit_id: UUID) -> Sequence[VisitPhoto]:
    """List a visit's pictures, oldest first, without what is on them."""
    own = select(VisitPhoto).where(VisitPhoto.visit_id == visit_id)
    return tx.scalars(own.order_by(VisitPhoto.at, VisitPhoto.id)).all()


def reveal(
    tx: Session, ids: tuple[UUID, UUID], reason: str, actor: Actor, *, vault: Vault, at: datetime
) -> tuple[str, bytes]:
    """Give a picture (visit's id, picture's id) in clear with its media type; that somebody looked is written down."""
    visit_id, photo_id = ids
    require_visit(tx, visit_id, actor, "visit.write")
    found = tx.get(VisitPhoto, photo_id, options=[undefer(VisitPhoto.sealed)])
    if found is None or found.visit_id != visit_id:
        raise NotFound("There is no such picture.")
    revealed(tx, actor, asked_seen(queries.visit(tx, visit_id)), reason, at=at)
    return found.kind, keys.bound(tx, vault).open_bytes(found.sealed)
