"""What a reader sees of a person over all their records, and putting right what is wrong."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.form import Subject
from casework.person_views import PersonCase, PersonOut, PersonRevealed
from casework.policy.people import standing
from casework.queries import cases
from casework.queries import people as queries
from casework.service import keys
from casework.service.people import name_fingerprint, name_of, note_number
from casework.service.places import require_district, require_dong
from casework.tables import Person
from core import audit
from core.errors import Stale
from core.phone import require_number
from core.security import Vault, mask, mask_name
from core.staff import Actor


def whole(tx: Session, person_id: UUID, vault: Vault) -> PersonOut:
    """Give the person a record stands for, masked, with everything that is known by any of their records."""
    root = queries.root_of(tx, queries.person(tx, person_id))
    records = queries.records_of(tx, root.id)
    numbers = [vault.open(each.value_cipher) for each in queries.identifiers(tx, records)]
    name, plain = name_of(root, vault), ("birth_year", "sex", "district", "dong", "anonymized_at", "version")
    described = any((root.birth_year, root.sex, root.district, root.dong))
    return PersonOut(
        id=root.id,
        standing=standing(named=bool(name), reachable=bool(numbers or root.address_cipher), described=described),
        name=mask_name(name) if name else None,
        numbers=[mask(number) for number in numbers],
        has_address=root.address_cipher is not None,
        records=sorted(records),
        merges=[made.id for made in queries.merges_of(tx, records) if made.undone_at is None],
        cases=[PersonCase.model_validate(case) for case in cases.cases_of(tx, records)],
        **{key: getattr(root, key) for key in plain},
    )


def search(tx: Session, vault: Vault, *, phone: str | None, name: str | None) -> list[PersonOut]:
    """List the people with exactly this number or this name; raises Invalid for a number that is none."""
    found: list[Person] = []
    if phone:
        found += queries.people_with(tx, vault.fingerprint(require_number(phone)))
    if name:
        found += queries.people_named(tx, name_fingerprint(name, vault))
    roots = {queries.root_of(tx, person).id: None for person in found}
    return [whole(tx, root, vault) for root in roots]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be put right on a record that was read at `version`; what is not said stays."""

    said: Subject
    version: int


def correct(
    tx: Session, person_id: UUID, actor: Actor, correction: Correction, *, vault: Vault, at: datetime
) -> Person:
    """Put a person's data right; a number is added to those known. Raises Stale for an old version, or Invalid."""
    person, said = queries.lock_root_of(tx, person_id), correction.said
    if person.version != correction.version:
        raise Stale("Somebody changed this person since you read them. Read them again.", version=person.version)
    changes = said.model_dump(exclude_unset=True)
    district = changes.get("district", person.district)
    if changes.get("district"):
        require_district(tx, changes["district"], at="district", on=at.date())
    if changes.get("dong"):
        require_dong(tx, changes["dong"], district, at="dong", on=at.date())
    theirs = keys.of_person(tx, person.id, vault)
    _lay_over(person, changes, theirs)
    if said.phone:
        note_number(tx, person, require_number(said.phone), theirs, at)
    person.version += 1
    audit.record(tx, actor.id, "person.correct", ("person", person.id), at=at, fields=sorted(changes))
    tx.flush()
    return person


def _lay_over(person: Person, changes: dict[str, str | int | None], vault: Vault) -> None:
    for key in {"birth_year", "sex", "district", "dong"} & changes.keys():
        setattr(person, key, changes[key])
    for key in {"name", "address", "detail"} & changes.keys():
        words = changes[key]
        setattr(person, f"{key}_cipher", vault.seal(str(words)) if words else None)
    if "name" in changes:
        person.name_fingerprint = name_fingerprint(str(changes["name"]), vault) if changes["name"] else None


def reveal(tx: Session, person_id: UUID, actor: Actor, reason: str, *, vault: Vault, at: datetime) -> PersonRevealed:
    """Give a person's name, numbers and address in clear, and write down who looked and why."""
    root = queries.root_of(tx, queries.person(tx, person_id))
    audit.record(tx, actor.id, "person.reveal", ("person", root.id), at=at, reason=reason)
    records = queries.records_of(tx, root.id)
    sealed = {"name": root.name_cipher, "address": root.address_cipher, "detail": root.detail_cipher}
    clear = {key: vault.open(cipher) if cipher else None for key, cipher in sealed.items()}
    numbers = [vault.open(each.value_cipher) for each in queries.identifiers(tx, records)]
    return PersonRevealed(numbers=numbers, **clear)
