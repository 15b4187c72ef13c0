"""A key for each person, under which what we hold of them is sealed: dropped, nobody reads it again, in no backup."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy import Insert, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.queries.people import keep_key, key_of
from casework.tables import PersonKey
from core.security import Vault

_PREFIX = "p"


def key_name(person_id: UUID) -> str:
    """Give the name that stands before what is sealed under a person's key."""
    return _PREFIX + person_id.hex


def bound(tx: Session, vault: Vault) -> Vault:
    """Give a vault that opens what is sealed under people's keys too, as long as this transaction lasts."""
    return replace(vault, lookup=partial(_sealed_key, tx))


def _sealed_key(tx: Session, name: str) -> str | None:
    try:
        key = key_of(tx, UUID(hex=name.removeprefix(_PREFIX)))
    except ValueError:
        return None
    return key.key_cipher if key is not None else None


def of_person(tx: Session, person_id: UUID, vault: Vault) -> Vault:
    """Give a bound vault that seals under a person's key, which is made when it is first needed."""
    key = key_of(tx, person_id)
    if key is None:
        tx.execute(insert(PersonKey).values(person_id=person_id, key_cipher=vault.new_key()).on_conflict_do_nothing())
        key = tx.get_one(PersonKey, person_id)
        keep_key(tx, key)
    return under(tx, key, vault)


def under(tx: Session, key: PersonKey, vault: Vault) -> Vault:
    """Give a bound vault that seals under this key."""
    return bound(tx, vault).under(key_name(key.person_id), key.key_cipher)


def save_new(tx: Session, key: PersonKey, *beside: Insert) -> None:
    """Save the key of a person who is new, and what else is written of them, by one statement."""
    saved = insert(PersonKey).values(person_id=key.person_id, key_cipher=key.key_cipher)
    for n, row in enumerate(beside):
        saved = saved.add_cte(row.cte(f"beside_{n}"))
    keep_key(tx, tx.scalars(saved.returning(PersonKey)).one())


def renew(tx: Session, person_id: UUID, vault: Vault) -> int:
    """Seal a person's key under the newest of the vault's, and give how many were not."""
    key = tx.get(PersonKey, person_id, with_for_update=True)
    if key is None or key.key_cipher.startswith(f"{vault.newest}:"):
        return 0
    key.key_cipher = vault.seal(vault.open(key.key_cipher))
    return 1


def drop(tx: Session, records: set[UUID]) -> None:
    """Destroy the keys of a person's records: what was sealed under them opens nowhere any more."""
    tx.execute(delete(PersonKey).where(PersonKey.person_id.in_(records)))
