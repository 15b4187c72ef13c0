"""Sealing anew: people's data under their own keys, and those under the newest key of the vault."""

from sqlalchemy import select

from app.world import World
from casework.service import holdings, keys
from casework.tables import Person


def resealed(world: World) -> int:
    """Go over everybody who is not anonymous, each in a transaction of their own, and give how many values moved."""
    vault = world.settings.vault
    with world.sessions() as tx:
        everybody = tx.scalars(select(Person.id).where(Person.anonymized_at.is_(None))).all()
    moved = 0
    for person_id in everybody:
        with world.sessions.begin() as tx:
            moved += keys.renew(tx, person_id, vault) + holdings.reseal(tx, person_id, vault)
    return moved
