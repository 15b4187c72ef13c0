"""What was sealed before people had keys, or under an older key of the vault, is sealed anew."""

from datetime import datetime
from pathlib import Path

from app.reseal import resealed
from app.world import World
from casework.service.people import Described, known_as
from casework.tables import Person, PersonKey
from core.security import Vault
from tests.house import KEY, settings

NEW_KEY = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="


def test_everybody_is_sealed_under_their_own_key_and_those_under_the_newest_once(
    clean_database: str, tmp_path: Path, at: datetime
) -> None:
    old = settings(clean_database, "redis://nobody", tmp_path, 1, data_keys={"k1": KEY})
    world = World(settings(clean_database, "redis://nobody", tmp_path, 1, data_keys={"k2": NEW_KEY, "k1": KEY}))
    with world.sessions.begin() as tx:
        vault: Vault = old.vault
        person, _ = known_as(tx, Described(name="김외로움", phone="+821012345678"), vault=vault, at=at)
        person.name_cipher = vault.seal("김외로움")
        key = person.id
    assert resealed(world) == 2, "the name, and the key"
    assert resealed(world) == 0
    with world.sessions() as tx:
        assert (tx.get_one(Person, key).name_cipher or "").startswith(f"p{key.hex}:")
        assert tx.get_one(PersonKey, key).key_cipher.startswith("k2:")
    world.close()
