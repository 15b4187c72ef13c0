"""Flags on callers, and who must never be hung up on: hints for counselors, with a reason and an end."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework import draft
from casework.queries import contacts
from casework.queries import flags as queries
from casework.service import keys
from casework.service.access import require_reader
from casework.tables import CallerFlag
from core import audit
from core.access_log import Seen, looked
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.security import Vault
from core.staff import Actor

Kind = Literal["frequent", "abusive", "prank"]
LONGEST = timedelta(days=365)
AT_RISK = frozenset({"emergency", "urgent", "high"})


def flag(
    tx: Session, contact_id: UUID, actor: Actor, wanted: tuple[Kind, str, datetime], *, vault: Vault, at: datetime
) -> CallerFlag:
    """Set a flag, (kind, reason, until), on a contact's caller; raises Invalid, or Conflict for a withheld number."""
    kind, reason, until = wanted
    contact = contacts.contact(tx, contact_id)
    require_reader(tx, contact, actor, "caller.flag")
    if contact.caller_fingerprint is None:
        raise Conflict("번호를 모르는 분께는 표시할 수 없습니다. The caller's number is withheld.")
    if not at < until <= at + LONGEST:
        raise Invalid("표시는 1년 안에 끝나야 합니다. A flag ends after now and within a year.", field="until")
    made = CallerFlag(id=new_id(at), caller_fingerprint=contact.caller_fingerprint, kind=kind, until=until)
    made.reason_cipher, made.set_at, made.set_by = vault.seal(reason), at, actor.id
    tx.add(made)
    audit.record(tx, actor.id, "flag.set", ("contact", contact_id), at=at, kind=kind)
    tx.flush()
    return made


def flags_of(
    tx: Session, contact_id: UUID, actor: Actor, *, vault: Vault, at: datetime
) -> list[tuple[CallerFlag, str]]:
    """List the flags on a contact's caller, each with its reason."""
    contact = contacts.contact(tx, contact_id)
    require_reader(tx, contact, actor, "caller.flag")
    looked(tx, actor, Seen("contact", [contact.id]), at=at)
    found = queries.flags_on(tx, contact.caller_fingerprint, at) if contact.caller_fingerprint else []
    return [(each, vault.open(each.reason_cipher)) for each in found]


def lift(tx: Session, flag_id: UUID, actor: Actor, *, at: datetime) -> CallerFlag:
    """Take a flag away; lifted already, it stays so."""
    found = queries.lock_flag(tx, flag_id)
    if found.lifted_at is None:
        found.lifted_at, found.lifted_by = at, actor.id
        audit.record(tx, actor.id, "flag.lift", ("flag", flag_id), at=at)
        tx.flush()
    return found


def flags_now(tx: Session, contact_id: UUID, at: datetime) -> list[str]:
    """Name the kinds of flag that hold for a contact's caller."""
    contact = contacts.contact(tx, contact_id)
    found = queries.flags_on(tx, contact.caller_fingerprint, at) if contact.caller_fingerprint else []
    return sorted({each.kind for each in found})


def needs_us(tx: Session, contact_id: UUID, *, vault: Vault) -> bool:
    """Tell whether a contact may be about somebody at risk, or cannot speak: then nobody ends the call on them."""
    contact = contacts.contact(tx, contact_id)
    written = draft.unseal(contact.form_cipher, keys.bound(tx, vault)).get("triage_level")
    marked = contact.danger_at is not None or contact.cannot_speak_at is not None
    return marked or contact.triage_level in AT_RISK or written in AT_RISK
