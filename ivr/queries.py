"""Every SELECT of the call, and the locks they take by name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.journal import JournalFact
from ivr.spot import Spot, is_line, read_spot
from ivr.steps import ENDED
from ivr.tables import Call


def lock_call(tx: Session, sid: str) -> Call | None:
    """Lock a caller's leg: whoever acts on a call does so alone."""
    return tx.scalars(select(Call).where(Call.sid == sid).with_for_update()).one_or_none()


def caller_of(tx: Session, contact_id: UUID) -> Call | None:
    """Find the caller's leg of a contact."""
    return tx.scalars(select(Call).where(Call.contact_id == contact_id, Call.role == "caller")).one_or_none()


def facts_of(tx: Session, call: str) -> Sequence[JournalFact]:
    """Give everything heard of a call, in the order it was kept."""
    return tx.scalars(select(JournalFact).where(JournalFact.source == call).order_by(JournalFact.n)).all()


def leg_sid(tx: Session, call: str) -> str | None:
    """Give the provider's name of a caller's leg; None for a call of ours that nothing was heard of yet."""
    if not is_line(call):
        return call
    return next((fact.heard["LegSid"] for fact in facts_of(tx, call) if fact.heard.get("LegSid")), None)


def last_spot(facts: Sequence[JournalFact]) -> Spot | None:
    """Find where a caller stands now, by the last turn that was kept.

    Whoever is moved out of the waiting loop leaves the provider's queue, which may tell so after they have arrived: a
    turn that ends is passed over.
    """
    for fact in reversed(facts):
        if "then" in fact.heard and f"&node={ENDED}&" not in fact.heard["then"]:
            return read_spot(fact.heard["then"])
    return None


def last_told(facts: Sequence[JournalFact], name: str) -> str | None:
    """Find what a turn said last under a name, such as whether the caller stands in the queue; None: nothing yet."""
    turns = (fact.heard for fact in reversed(facts) if "then" in fact.heard)
    return next((str(heard[name]) for heard in turns if name in heard), None)


def keep_leg(tx: Session, call: Call) -> None:
    """Write a leg down unless it is known."""
    names = ("sid", "contact_id", "role", "state", "number", "offer_id", "started_at")
    row = {name: getattr(call, name) for name in names}
    tx.execute(insert(Call).values(**row, on_hold=False).on_conflict_do_nothing())


def keep_fact(tx: Session, source: str, key: str, heard: dict[str, Any], *, at: datetime) -> None:
    """Write down what we heard by asking; hearing it twice is no harm."""
    tx.execute(insert(JournalFact).values(source=source, key=key, at=at, heard=heard).on_conflict_do_nothing())


def fact(tx: Session, source: str, key: str) -> dict[str, Any] | None:
    """Find what was heard under one key."""
    return tx.scalars(
        select(JournalFact.heard).where(JournalFact.source == source, JournalFact.key == key)
    ).one_or_none()
