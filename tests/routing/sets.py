"""The sets of the index, against the model: each holds exactly who belongs there."""

from dataclasses import dataclass
from typing import Any

from redis import Redis

from routing import scripts
from tests.routing.model import Model


@dataclass
class Sets:
    """What stands in Redis beside the records."""

    redis: Redis
    keys: list[str]

    def members(self, name: str) -> set[str]:
        return self._members(self.keys[scripts.KEYS.index(name)])

    def family(self, name: str) -> set[tuple[str, str]]:
        """Who stands in the sets of a family, each with the last part of its set's name."""
        keys = map(bytes.decode, self.redis.scan_iter(f"*:{name}:*"))
        return {(key.partition(f":{name}:")[2], member) for key in keys for member in self._members(key)}

    def _members(self, key: str) -> set[str]:
        kept: Any = self.redis.smembers(key) if self.redis.type(key) == b"set" else self.redis.zrange(key, 0, -1)
        return {each.decode() for each in kept}

    def hold_who_belongs_there(self, model: Model) -> None:
        waiting = {key: caller for key, caller in model.callers.items() if caller.state == "waiting"}
        lines = {(line, member[17:]) for line, member in self.family("wait")}
        assert lines == {(caller.place().line, str(key)) for key, caller in waiting.items()}
        assert {line for line, _ in lines} <= self.members("lines")
        assert self.members("holds") == {str(key) for key, caller in waiting.items() if caller.first}
        there = {str(key): chair for key, chair in model.chairs.items()}
        free = {key: chair for key, chair in there.items() if chair.now().open}
        assert self.family("idle") == {(group, key) for key, chair in free.items() for group in chair.groups}
        staff = {(",".join(chair.groups), key) for key, chair in there.items() if chair.takes_more()}
        assert self.members("shift") == {key for _, key in staff}
        assert self.family("staff") == staff
        assert {groups for groups, _ in staff} <= self.members("profiles")
        offers = [caller.seat for caller in model.callers.values() if caller.seat]
        assert len(offers) == len(set(offers))
