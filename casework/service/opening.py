"""Contacts that no telephone call began: opened by whoever talks with the person, and written like any other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.policy.states import CONTACT, move
from casework.queries import contacts as queries
from casework.service.access import require_writer
from casework.tables import Contact
from core import audit
from core.errors import Invalid
from core.ids import named_id
from core.phone import require_number
from core.security import Vault
from core.staff import Actor

Channel = Literal["phone", "chat", "walk_in", "visit", "letter", "on_behalf"]
"""`phone` is a call that did not come through this system; `chat` was handed over; `walk_in` came to a store."""
LONGEST_AGO = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a conversation began; `key` is the desk's own name of it, so that asking twice opens one."""

    key: UUID
    channel: Channel
    about: Literal["self", "other"] = "self"
    phone: str | None = None
    began_at: datetime | None = None


def open_by_hand(tx: Session, actor: Actor, opening: Opening, *, vault: Vault, at: datetime) -> Contact:
    """Open a contact on a channel, as a draft of one's own; the same key again answers the same contact.

    The response targets count from when the conversation began. Raises Invalid for a number that is none, and for a
    beginning that is to come or too long ago.
    """
    began = opening.began_at or at
    if not at - LONGEST_AGO <= began <= at:
        raise Invalid(
            "지난 30일 안의 때를 적으세요. Write a time that is not to come, 30 days ago at most.", at="began_at"
        )
    number = require_number(opening.phone) if opening.phone else None
    contact_id = named_id("contact", "by hand", str(actor.id), str(opening.key))
    row = {
        "id": contact_id, "channel": opening.channel, "opened_at": began, "state": "draft", "owner_id": actor.id,
        "answered_at": began, "about": "other" if opening.channel == "on_behalf" else opening.about,
        "caller_cipher": vault.seal(number) if number else None,
        "caller_fingerprint": vault.fingerprint(number) if number else None,
    }  # fmt: skip
    new = insert(Contact).values(**row).on_conflict_do_nothing().returning(Contact.id)
    if tx.scalar(new) is not None:
        audit.record(tx, actor.id, "contact.open", ("contact", contact_id), at=at, channel=opening.channel)
    return queries.lock_contact(tx, contact_id)


def reopen(tx: Session, contact_id: UUID, actor: Actor, reason: str, *, at: datetime) -> Contact:
    """Open a finalized contact for writing again, with a reason in the audit; reopened already, it stays so.

    Raises Forbidden for somebody else's, Conflict for one that is not finalized.
    """
    contact = queries.lock_contact(tx, contact_id)
    require_writer(tx, contact, actor)
    if contact.state != "reopened":
        contact.state, contact.version = move(CONTACT, contact.state, "reopened"), contact.version + 1
        audit.record(tx, actor.id, "contact.reopen", ("contact", contact.id), at=at, reason=reason)
        tx.flush()
    return contact
