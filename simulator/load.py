"""Many calls at once: seeded arrivals, patience and conversation, and what became of them."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulator.call import Call
from simulator.network import Network, UnknownNumberError
from simulator.phone import PhoneCall
from simulator.virtual import Policy, VirtualLeg
from simulator.wishes import Load, Part


@dataclass(slots=True, eq=False)
class Run:
    """A load that is going on, or went on."""

    id: str
    load: Load
    began: float = field(default_factory=time.monotonic)
    placed: int = 0
    over: bool = False
    living: set[str] = field(default_factory=set)
    endings: Counter[str] = field(default_factory=Counter)
    connected: int = 0
    waits_s: list[float] = field(default_factory=list)
    replies_ms: list[float] = field(default_factory=list)
    failures: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        """Say how it goes: calls by ending, seconds until put through, milliseconds per webhook."""
        return {
            "id": self.id,
            "over": self.over and not self.living,
            "seconds": round(time.monotonic() - self.began, 2),
            "placed": self.placed,
            "living": len(self.living),
            "endings": dict(self.endings),
            "connected": self.connected,
            "failures": self.failures,
            "wait_s": _quantiles(self.waits_s),
            "webhook_ms": _quantiles(self.replies_ms),
        }


async def run(network: Network, work: Run) -> None:
    """Place the calls of a load as they fall due, and wait until the last one is over."""
    die, load = random.Random(work.load.seed), work.load
    for identity in load.counselors:
        network.directory.behave(
            f"client:{identity}", Policy(after_s=load.after_s, speed=load.speed, talk_s=load.talk_s)
        )
    loop = asyncio.get_running_loop()
    began = due = loop.time()
    try:
        while load.calls is None or work.placed < load.calls:
            due += die.expovariate(load.rate)
            if load.seconds is not None and due - began > load.seconds:
                break
            await asyncio.sleep(max(0.0, due - loop.time()))
            _place(network, work, die)
    finally:
        work.over = True
    await asyncio.gather(*work.tasks)


def _place(network: Network, work: Run, die: random.Random) -> None:
    load = work.load
    part = die.choices(load.scripts, [kind.weight for kind in load.scripts])[0] if load.scripts else Part()
    policy = Policy(
        script=part.steps(),
        talk_s=die.expovariate(1 / load.talk_s) if load.talk_s else None,
        patience_s=die.expovariate(1 / load.patience_s) if load.patience_s else None,
        speed=load.speed,
    )
    number = f"+8210{die.randrange(10**8):08d}"
    work.placed += 1
    try:
        phone = network.dial(number, load.to, policy=policy)
    except UnknownNumberError:
        work.endings["unknown number"] += 1
        return
    work.living.add(phone.sid)
    task = network.spawn(_watch(work, phone))
    work.tasks.add(task)
    task.add_done_callback(work.tasks.discard)


async def _watch(work: Run, phone: PhoneCall) -> None:
    began, leg = time.monotonic(), phone.leg
    through = asyncio.create_task(_put_through(work, leg, began))
    try:
        await phone.call.done.wait()
    finally:
        through.cancel()
    work.living.discard(phone.sid)
    work.endings[phone.call.status.value] += 1
    _tally(work, phone.call)


async def _put_through(work: Run, leg: VirtualLeg, began: float) -> None:
    await leg.connected.wait()
    work.connected += 1
    work.waits_s.append(time.monotonic() - began)


def _tally(work: Run, call: Call) -> None:
    for entry in call.trace.entries:
        if entry.kind == "reply":
            work.replies_ms.append(entry.data["took_ms"])
        work.failures += entry.kind == "failed"


def _quantiles(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) for name, share in at.items()}
