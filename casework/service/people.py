"""Finding the person behind a name and a number, or writing them down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import people as queries
from casework.tables import Identifier, Person
from core.ids import new_id
from core.security import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What was said of somebody; `phone` is E.164."""

    name: str | None = None
    phone: str | None = None
    birth_year: int | None = None
    district: str | None = None
    address: str | None = None


def known_as(tx: Session, who: Described, *, vault: Vault, at: datetime) -> tuple[Person, bool]:
    """Give the person of this number, or a new one, and whether they are new.

    A shared telephone is not a shared person: somebody of another name is somebody else. Locks the person.
    """
    name_print = vault.fingerprint(f"name\x1f{who.name}") if who.name else None
    known = _find(tx, who, name_print, vault)
    person = known or Person(id=new_id(at), created_at=at)
    if who.name and person.name_cipher is None:
        person.name_cipher, person.name_fingerprint = vault.seal(who.name), name_print
    person.birth_year = who.birth_year or person.birth_year
    person.district = who.district or person.district
    if who.address:
        person.address_cipher = vault.seal(who.address)
    tx.add(person)
    tx.flush()
    if known is None and who.phone:
        number, sealed = vault.fingerprint(who.phone), vault.seal(who.phone)
        made = Identifier(id=new_id(at), person_id=person.id, kind="phone", value_cipher=sealed, fingerprint=number)
        made.created_at = at
        tx.add(made)
        tx.flush()
    return person, known is None


def _find(tx: Session, who: Described, name_print: str | None, vault: Vault) -> Person | None:
    if not who.phone:
        return None
    number = vault.fingerprint(who.phone)
    queries.lock_caller(tx, number)
    known = queries.lock_people_with(tx, number)
    fits = [p for p in known if name_print is None or p.name_fingerprint in {None, name_print}]
    return min(fits, key=lambda p: p.name_fingerprint != name_print, default=None)


def name_of(person: Person | None, vault: Vault) -> str | None:
    """Give a person's name in clear, None where it is not known."""
    return vault.open(person.name_cipher) if person and person.name_cipher else None


def number_of(tx: Session, person_id: UUID, vault: Vault) -> str | None:
    """Give a person's first number in clear, None where none is known."""
    known = queries.identifiers(tx, person_id)
    return vault.open(known[0].value_cipher) if known else None
