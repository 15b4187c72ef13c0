"""A network of one number whose calls do what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulator.leg import Leg
from simulator.room import Room
from simulator.sip import Door, serve
from simulator.voice import Voice
from tests.simulator.sip.ports import udp_port

Script = Callable[[Leg], Awaitable[None]]


@dataclass(slots=True)
class Arrival:
    """One inbound call as the door announced it."""

    leg: Leg
    to: str
    parameters: Mapping[str, str]
    over: asyncio.Event = field(default_factory=asyncio.Event)


class OneNumber:
    """The Exchange of the tests: it serves 120 and carries each call by a script."""

    def __init__(self, script: Script) -> None:
        self.arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self.all: list[Arrival] = []
        self._script = script

    def serves(self, number: str) -> bool:
        return number == "120"

    async def arrive(self, leg: Leg, to: str, parameters: Mapping[str, str]) -> None:
        arrival = Arrival(leg, to, parameters)
        self.all.append(arrival)
        self.arrivals.put_nowait(arrival)
        try:
            await unless_gone(leg, self._script(leg))
        finally:
            arrival.over.set()


@asynccontextmanager
async def door_to(
    script: Script, folder: Path, passwords: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Door, OneNumber]]:
    """Open a door behind which each call goes by the script."""
    exchange = OneNumber(script)
    door = await serve(exchange, "127.0.0.1", udp_port(), Voice(folder / "voice"), passwords)
    try:
        yield door, exchange
    finally:
        await door.close()


async def unless_gone(leg: Leg, work: Awaitable[None]) -> None:
    """Do the work until it is done or the caller has hung up."""
    doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(leg.gone.wait())
    await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    doing.cancel()
    await asyncio.gather(doing, gone, return_exceptions=True)


async def answer_and_wait(leg: Leg) -> None:
    """Answer, and leave the rest to the caller."""
    await leg.answer()
    await leg.gone.wait()


def meet(room: Room) -> Script:
    """Answer, and put every caller into the same room."""

    async def script(leg: Leg) -> None:
        await leg.answer()
        room.join(leg)
        await leg.bridge(room)
        try:
            await leg.gone.wait()
        finally:
            room.leave(leg)

    return script


async def until(true: Callable[[], object]) -> None:
    """Wait for something that nothing announces, for at most ten seconds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  (nothing announces it)
            await asyncio.sleep(0.02)
