"""Redis that goes away at one of the scripts of an operation: before it ran, or after, with its answer lost."""

from typing import Any

from redis.exceptions import ConnectionError as RedisGone

from routing.board import Board


class CutBoard(Board):
    """An index whose connection breaks at the nth script, and stays broken; `ran` lets that one script run first."""

    def __init__(self, whole: Board, nth: int, *, ran: bool) -> None:
        super().__init__(whole.redis, whole.site, whole.config)
        self.left, self.ran, self.broke = nth, ran, False

    def _run(self, name: str, *args: object) -> list[Any]:
        self.left -= 1
        if self.left > 0:
            return super()._run(name, *args)
        self.broke = True
        if self.left == 0 and self.ran:
            super()._run(name, *args)
        raise RedisGone("cut off on purpose")
