"""What a reader sees of a person over all their records, and putting right what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.form import Subject
from casework.person_views import PersonCase, PersonOut, PersonRevealed
from casework.policy.people import standing
from casework.queries import cases, reach
from casework.queries import people as queries
from casework.queries.person_reach import reaches_person
from casework.service import keys
from casework.service.access import require_person
from casework.service.people import name_fingerprint, name_of, note_number
from casework.service.places import require_district, require_dong
from casework.service.reveals import revealed
from casework.tables import Person
from core import audit
from core.access_log import Seen, looked
from core.errors import Stale
from core.phone import require_number
from core.security import Vault, mask, mask_name
from core.staff import Actor


def whole(tx: Session, person_id: UUID, actor: Actor, vault: Vault, *, at: datetime) -> PersonOut:
    """Give the person a record stands for, masked, by any of their records, with their cases within reach.

    The look is logged. Raises NotFound for whoever does not reach them.
    """
    require_person(tx, person_id, actor, "case.read")
    root = queries.root_of(tx, queries.person(tx, person_id))
    looked(tx, actor, _seen(tx, [root]), at=at)
    return _masked(tx, root, actor, vault)


def _seen(tx: Session, roots: Sequence[Person]) -> Seen:
    records = [record for root in roots for record in queries.records_of(tx, root.id)]
    return Seen("person", [root.id for root in roots], records)


def _masked(tx: Session, root: Person, actor: Actor, vault: Vault) -> PersonOut:
    records, mine = queries.records_of(tx, root.id), reach.cases(actor, "case.read")
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
        cases=[PersonCase.model_validate(case) for case in cases.cases_of(tx, records, mine)],
        **{key: getattr(root, key) for key in plain},
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """A number or a name, exactly."""

    phone: str | None = None
    name: str | None = None


def search(tx: Session, actor: Actor, sought: Sought, vault: Vault, *, at: datetime) -> list[PersonOut]:
    """List the people within reach with exactly this number or this name; the look is logged.

    Raises Invalid for a number that is none.
    """
    found: list[Person] = []
    if sought.phone:
        found += queries.people_with(tx, vault.fingerprint(require_number(sought.phone)))
    if sought.name:
        found += queries.people_named(tx, name_fingerprint(sought.name, vault))
    roots = {root.id: root for root in (queries.root_of(tx, person) for person in found)}.values()
    mine = [root for root in roots if reaches_person(tx, queries.records_of(tx, root.id), actor, "case.read")]
    looked(tx, actor, _seen(tx, mine), action="list", at=at)
    return [_masked(tx, root, actor, vault) for root in mine]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be put right on a record that was read at `version`; what is not said stays."""

    said: Subject
    version: int


def correct(
    tx: Session, person_id: UUID, actor: Actor, correction: Correction, *, vault: Vault, at: datetime
) -> Person:
    """Put a person's data right; a number is added to those known.

    Raises NotFound for whoever does not reach them, Stale for an old version, or Invalid.
    """
    require_person(tx, person_id, actor, "case.write")
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
    """Give a person's name, numbers and address in clear, and write down who looked and why.

    Raises NotFound for whoever does not reach them.
    """
    require_person(tx, person_id, actor, "person.reveal")
    root = queries.root_of(tx, queries.person(tx, person_id))
    revealed(tx, actor, _seen(tx, [root]), reason, at=at)
    records = queries.records_of(tx, root.id)
    sealed = {"name": root.name_cipher, "address": root.address_cipher, "detail": root.detail_cipher}
    clear = {key: vault.open(cipher) if cipher else None for key, cipher in sealed.items()}
    numbers = [vault.open(each.value_cipher) for each in queries.identifiers(tx, records)]
    return PersonRevealed(numbers=numbers, **clear)
