"""Two calls put through to each other."""

import asyncio
from dataclasses import dataclass, field

from simulator.call import Call
from simulator.room import Room


@dataclass(slots=True, eq=False)
class Bridge:
    """A conversation of two; `over` is set when either side leaves it, by hanging up or by being sent elsewhere."""

    first: Call
    second: Call
    room: Room = field(default_factory=lambda: Room("bridge"))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """The second side has heard what it was to hear first, and may be put through."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    talked: bool = False

    async def talk(self, call: Call) -> None:
        """Be on one side of the conversation until it is over."""
        await _either(self.ready, self.over)
        if self.over.is_set():
            return
        self.talked = True
        other = self.second if call is self.first else self.first
        call.trace.add("stage", text=f"put through to {other.leg.address}")
        self.room.join(call.leg)
        call.conversation = self.room
        await call.leg.bridge(self.room)
        try:
            await self.over.wait()
        finally:
            self.over.set()
            call.conversation = None
            self.room.leave(call.leg)
            await call.leg.bridge(None)


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
