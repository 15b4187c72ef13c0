"""What happens when: a clock that goes from one planned act to the next, and nothing in between."""

from collections.abc import Callable
from heapq import heappop, heappush


class Agenda:
    """Acts in the order of their times; those of one moment in the order in which they were planned."""

    def __init__(self) -> None:
        self.now = 0.0
        """Seconds since the beginning."""
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def plan(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something done so many seconds from now."""
        self._count += 1
        heappush(self._planned, (self.now + seconds, self._count, act))

    def play(self) -> None:
        """Do everything that is planned, and whatever that plans, until nothing is left."""
        while self._planned:
            self.now, _, act = heappop(self._planned)
            act()
