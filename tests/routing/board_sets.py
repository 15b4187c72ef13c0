"""The sets of the index: they hold who belongs there, and nobody else."""

from datetime import datetime
from typing import Any

from redis import Redis

from routing.board import Board
from tests.routing.model import Model


def members(redis: Redis, name: str) -> list[str]:
    """List who is in one set, in order."""
    found: Any = redis.zrange(name, 0, -1)
    return [str(each, "ascii") for each in found]


def check_sets(redis: Redis, board: Board, model: Model, at: datetime) -> None:
    """Assert that lines, free seats and the shift are what the model says."""
    names, chairs = board._keys, model.chairs.items()
    waiting = [member[17:] for name in names if ":wait:" in name for member in members(redis, name)]
    assert sorted(waiting) == sorted(map(str, model.line(at)))
    idle = {(n.rpartition(":")[2], member) for n in names if ":idle:" in n for member in members(redis, n)}
    free = [(key, c) for key, c in chairs if c.now().open]
    assert idle == {(language, str(key)) for key, chair in free for language in chair.languages}
    off = ("lost", "not_responding")
    there = [(key, c) for key, c in chairs if c.activity == "available" and c.softphone]
    on_shift = {str(key) for key, c in there if c.state not in off}
    assert {str(each, "ascii") for each in map(bytes, redis.smembers(names[6]))} == on_shift  # type: ignore[arg-type]
    offers = [caller.seat for caller in model.callers.values() if caller.seat]
    assert len(offers) == len(set(offers))
