"""Finding the person behind a name and a number, or writing them down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from casework.queries import people as queries
from casework.service import keys
from casework.tables import Identifier, Person, PersonKey
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


def known_as(
    tx: Session, who: Described, *, vault: Vault, at: datetime, before: UUID | None = None
) -> tuple[Person, bool]:
    """Give the person of this number, or a new one, and whether they are new; who was merged stands for nobody.

    `before` is whom an earlier writing of the same contact found: still they, unless another name is given now.

    A shared telephone is not a shared person: somebody of another name is somebody else. Locks the person.
    """
    name_print = name_fingerprint(who.name, vault) if who.name else None
    same = _same(tx, before, name_print)
    person = same or _find(tx, who, name_print, vault)
    if person is None:
        return _new(tx, who, name_print, vault, at), True
    theirs = keys.of_person(tx, person.id, vault)
    _lay_over(person, who, name_print, theirs)
    tx.flush()
    if same and who.phone:
        # Whoever was found by it has it already.
        note_number(tx, person, who.phone, theirs, at)
    return person, False


def _new(tx: Session, who: Described, name_print: str | None, vault: Vault, at: datetime) -> Person:
    person = Person(id=new_id(at), created_at=at)
    key = PersonKey(person_id=person.id, key_cipher=vault.new_key())
    theirs = keys.under(tx, key, vault)
    _lay_over(person, who, name_print, theirs)
    tx.add(person)
    tx.flush()
    numbers = [insert(Identifier).values(**_number(person, who.phone, theirs, at))] if who.phone else []
    keys.save_new(tx, key, *numbers)
    return person


def _lay_over(person: Person, who: Described, name_print: str | None, theirs: Vault) -> None:
    if who.name and person.name_cipher is None:
        person.name_cipher, person.name_fingerprint = theirs.seal(who.name), name_print
    for name in ("birth_year", "sex", "district", "dong"):
        setattr(person, name, getattr(who, name) or getattr(person, name))
    if who.address:
        person.address_cipher, person.detail_cipher = theirs.seal(who.address), None
    if who.detail:
        person.detail_cipher = theirs.seal(who.detail)


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
    known = queries.lock_people_with(tx, number)
    fits = [p for p in known if name_print is None or p.name_fingerprint in {None, name_print}]
    best = min(fits, key=lambda p: p.name_fingerprint != name_print, default=None)
    return queries.lock_root_of(tx, best.id) if best and best.merged_into_id else best


def note_number(tx: Session, person: Person, phone: str, vault: Vault, at: datetime) -> None:
    """Add a number in E.164 to those of a person, sealed by `vault`; one known by any of their records stays."""
    number = vault.fingerprint(phone)
    known = queries.identifiers(tx, queries.records_of(tx, person.id))
    if all(each.fingerprint != number for each in known):
        tx.add(Identifier(**_number(person, phone, vault, at)))
        tx.flush()


def _number(person: Person, phone: str, vault: Vault, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(at), "person_id": person.id, "kind": "phone", "value_cipher": vault.seal(phone),
        "fingerprint": vault.fingerprint(phone), "created_at": at,
    }  # fmt: skip


def name_of(person: Person | None, vault: Vault) -> str | None:
    """Give a person's name in clear, None where it is not known."""
    return vault.open(person.name_cipher) if person and person.name_cipher else None
