"""A breach of somebody's data: 72 hours to tell the people, and the authority where it must hear of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.policy.privacy import TELL_WITHIN, authority_hears
from casework.queries import privacy as queries
from casework.queries.duties import lock_duty
from casework.service.owing import Owed, end, owe
from casework.tables import Breach
from core import audit
from core.errors import Invalid
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor

Whom = Literal["people", "authority"]


@dataclass(frozen=True, slots=True)
class Found:
    """What happened to whose data, and when it was found; `outside`: somebody broke in."""

    found_at: datetime
    words: str
    people: int
    sensitive: bool
    outside: bool


def found(tx: Session, actor: Actor, breach: Found, *, vault: Vault, at: datetime) -> Breach:
    """Write a breach down and start its clock, from when it was found; raises Invalid for a time to come."""
    if breach.found_at > at:
        raise Invalid("아직 오지 않은 때입니다. Write when it was found.", at="found_at")
    made = Breach(id=new_id(at), found_at=breach.found_at, found_by=actor.id, words_cipher=vault.seal(breach.words))
    made.people, made.sensitive, made.outside = breach.people, breach.sensitive, breach.outside
    made.due_at = breach.found_at + TELL_WITHIN
    tx.add(made)
    tx.flush()
    owe(tx, Owed(id=_duty_of(made), kind="breach", due_at=made.due_at, priority="high"), at=at)
    audit.record(tx, actor.id, "breach.found", ("breach", made.id), at=at, people=breach.people)
    return made


def _duty_of(breach: Breach) -> UUID:
    return named_id("duty", "breach", str(breach.id))


def told(tx: Session, breach_id: UUID, actor: Actor, whom: Whom, *, at: datetime) -> Breach:
    """Write down that somebody was told; once everybody was who must be, the duty is done. Twice is no harm."""
    breach = queries.lock(tx, Breach, breach_id)
    if whom == "people":
        breach.people_told_at = breach.people_told_at or at
    else:
        breach.authority_told_at = breach.authority_told_at or at
    audit.record(tx, actor.id, "breach.told", ("breach", breach.id), at=at, whom=whom)
    if breach.people_told_at and (breach.authority_told_at or not must_report(breach)):
        duty = lock_duty(tx, _duty_of(breach))
        if duty.ended_at is None:
            end(tx, duty, "done", by=actor.id, at=at)
    tx.flush()
    return breach


def must_report(breach: Breach) -> bool:
    """Tell whether the authority must hear of this breach."""
    return authority_hears(people=breach.people, sensitive=breach.sensitive, outside=breach.outside)
