"""Finding the person behind a name and a number, or writing them down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.queries import people as queries
from casework.service import keys
from casework.tables import Identifier, Person
from core.ids import new_id
from core.security import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What was said of somebody; `phone` is E.164."""

    name: str | None = None
    phone: str | None = None
    birth_year: int | None = None
    sex: str | None = None
    district: str | None = None
    dong: str | None = None
    address: str | None = None
    detail: str | None = None


def known_as(tx: Session, who: Described, *, vault: Vault, at: datetime, before: UUID | None = None) -> Person:
    """Give the person of this number, or a new one; a record that was merged stands for nobody by itself.

    `before` is whom an earlier writing of the same contact found: still they, unless another name is given now.

    A shared telephone is not a shared person: somebody of another name is somebody else. Locks the person.
    """
    name_print = name_fingerprint(who.name, vault) if who.name else None
    person = _same(tx, before, name_print) or _find(tx, who, name_print, vault) or Person(id=new_id(at), created_at=at)
    tx.add(person)
    tx.flush()
    theirs = keys.of_person(tx, person.id, vault)
    if who.name and person.name_cipher is None:
        person.name_cipher, person.name_fingerprint = theirs.seal(who.name), name_print
    for name in ("birth_year", "sex", "district", "dong"):
        setattr(person, name, getattr(who, name) or getattr(person, name))
    if who.address:
        person.address_cipher, person.detail_cipher = theirs.seal(who.address), None
    if who.detail:
        person.detail_cipher = theirs.seal(who.detail)
    tx.flush()
    if who.phone:
        note_number(tx, person, who.phone, theirs, at)
    return person


def name_fingerprint(name: str, vault: Vault) -> str:
    """Give that by which people of this name are found."""
    return vault.fingerprint(f"name\x1f{name}")


def _same(tx: Session, before: UUID | None, name_print: str | None) -> Person | None:
    if before is None:
        return None
    person = queries.lock_root_of(tx, before)
    return person if name_print is None or person.name_fingerprint in {None, name_print} else None


def _find(tx: Session, who: Described, name_print: str | None, vault: Vault) -> Person | None:
    if not who.phone:
        return None
    number = vault.fingerprint(who.phone)
    queries.lock_caller(tx, number)
    known = queries.people_with(tx, number)
    fits = [p for p in known if name_print is None or p.name_fingerprint in {None, name_print}]
    best = sorted(fits, key=lambda p: p.name_fingerprint != name_print)
    return queries.lock_root_of(tx, best[0].id) if best else None


def note_number(tx: Session, person: Person, phone: str, vault: Vault, at: datetime) -> None:
    """Add a number in E.164 to those of a person, sealed by `vault`; one known by any of their records stays."""
    number = vault.fingerprint(phone)
    known = queries.identifiers(tx, queries.records_of(tx, person.id))
    if all(each.fingerprint != number for each in known):
        sealed = vault.seal(phone)
        tx.add(
            Identifier(
                id=new_id(at), person_id=person.id, kind="phone", value_cipher=sealed, fingerprint=number, created_at=at
            )
        )
        tx.flush()


def name_of(person: Person | None, vault: Vault) -> str | None:
    """Give a person's name in clear, None where it is not known."""
    return vault.open(person.name_cipher) if person and person.name_cipher else None
