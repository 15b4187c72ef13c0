"""Flags on callers: hints for whoever is offered the call."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime

from casework.routes.parts import In, WithMeans
from casework.service import flags
from casework.tables import CallerFlag
from casework.views import Out
from casework.words import Reason
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["flags"])
Flagger = Annotated[Actor, allow("caller.flag")]


class FlagIn(In):
    """What a counselor should know of a caller, why, and until when."""

    kind: flags.Kind
    reason: Reason
    until: AwareDatetime


class FlagOut(Out):
    """A flag on a caller; the reason is for those who may read the contact."""

    id: UUID
    kind: str
    reason: str
    set_at: datetime
    set_by: UUID
    until: datetime


def _shown(flag: CallerFlag, reason: str) -> FlagOut:
    names = ("id", "kind", "set_at", "set_by", "until")
    return FlagOut.model_validate({**{name: getattr(flag, name) for name in names}, "reason": reason})


@router.get("/contacts/{contact_id}/flags")
def list_flags(contact_id: UUID, actor: Flagger, tx: Tx, at: Now, means: WithMeans) -> list[FlagOut]:
    """List the flags that hold for a contact's caller."""
    return [_shown(*each) for each in flags.flags_of(tx, contact_id, actor, vault=means.vault, at=at)]


@router.post("/contacts/{contact_id}/flags", status_code=201)
def set_flag(contact_id: UUID, body: FlagIn, actor: Flagger, tx: Tx, at: Now, means: WithMeans) -> FlagOut:
    """Set a flag on a contact's caller: a hint to whoever is offered the next call, never a block."""
    wanted = (body.kind, body.reason, body.until)
    return _shown(flags.flag(tx, contact_id, actor, wanted, vault=means.vault, at=at), body.reason)


@router.delete("/flags/{flag_id}", status_code=204)
def lift_flag(flag_id: UUID, actor: Flagger, tx: Tx, at: Now) -> None:
    """Take a flag away before its end."""
    flags.lift(tx, flag_id, actor, at=at)
