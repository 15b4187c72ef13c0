"""Queues: who waits for what, since when, and what becomes of them."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator.bridge import Bridge
from simulator.call import Call, Goto


@dataclass(slots=True, eq=False)
class Place:
    """One call's stay in a queue; `taken` says who took it out of there and to where."""

    call: Call
    taken: "asyncio.Future[Bridge | Goto]"
    entered: float = field(default_factory=time.monotonic)
    entered_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def waited_s(self) -> int:
        """Whole seconds since the call entered."""
        return int(time.monotonic() - self.entered)


@dataclass(slots=True, eq=False)
class Queue:
    """Calls waiting, first come first."""

    sid: str
    account_sid: str
    name: str
    max_size: int = 1000
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    places: list[Place] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    waits: deque[int] = field(default_factory=lambda: deque(maxlen=100))

    @property
    def average_s(self) -> int:
        """Mean wait of the last hundred who left, in whole seconds."""
        return sum(self.waits) // len(self.waits) if self.waits else 0

    def enter(self, call: Call) -> Place:
        """Take a call in, at the end."""
        place = Place(call, asyncio.get_running_loop().create_future())
        self.places.append(place)
        self.arrived.set()
        return place

    def leave(self, place: Place) -> None:
        """Let a call out; doing it twice changes nothing."""
        if place in self.places:
            self.places.remove(place)
            self.waits.append(place.waited_s)
        if not self.places:
            self.arrived.clear()

    def find(self, call_sid: str) -> Place | None:
        """Find a call's place; `Front` is the first."""
        if call_sid == "Front":
            return self.places[0] if self.places else None
        return next((place for place in self.places if place.call.sid == call_sid), None)

    def take(self, place: Place, to: "Bridge | Goto") -> None:
        """Take a call out of the queue to somewhere."""
        self.leave(place)
        if not place.taken.done():
            place.taken.set_result(to)

    def parameters(self, place: Place) -> dict[str, str]:
        """Give the fields a waiting document's request carries."""
        position = self.places.index(place) + 1 if place in self.places else 0
        return {
            "QueuePosition": str(position),
            "QueueSid": self.sid,
            "QueueTime": str(place.waited_s),
            "AvgQueueTime": str(self.average_s),
            "CurrentQueueSize": str(len(self.places)),
            "MaxQueueSize": str(self.max_size),
        }
