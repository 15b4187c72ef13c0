"""The versions of a plan: each kept with its author, and none lost to an edit of what is no longer there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel
from sqlalchemy.orm import Session

from casework.queries import care as queries
from casework.tables import CarePlan, PlanVersion, SafetyPlan
from core.errors import Stale
from core.security import Vault

W_co = TypeVar("W_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Edit(Generic[W_co]):
    """New words for a plan that was read at `version`."""

    version: int
    words: W_co


def require_current(tx: Session, plan: CarePlan | SafetyPlan, new: Edit[BaseModel | None], vault: Vault) -> None:
    """Raise Stale, showing the kept and the sent words, unless the edit is of the newest version."""
    if plan.version == new.version:
        return
    kept = orjson.loads(vault.open(queries.plan_version(tx, plan.id, plan.version).words_cipher))
    words = (
        "그사이 다른 사람이 고쳤습니다. Somebody changed this plan since you read it: "
        "compare `current` with `sent`, and send your change with its version."
    )
    sent = new.words.model_dump(mode="json") if new.words is not None else None
    raise Stale(words, version=plan.version, current=kept, sent=sent)


def add_version(
    tx: Session, plan: CarePlan | SafetyPlan, words: BaseModel, by: UUID, *, vault: Vault, at: datetime
) -> None:
    """Keep the words of a plan's newest version, sealed."""
    sealed = vault.seal(words.model_dump_json())
    tx.add(PlanVersion(plan_id=plan.id, version=plan.version, written_at=at, written_by=by, words_cipher=sealed))
    tx.flush()
