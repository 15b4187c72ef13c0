"""A telephone end made of a script: it presses, speaks and hangs up as it is told, and remembers what it heard."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.leg import Answer
from simulator.room import Room

SECONDS_PER_LETTER: Final = 0.1
"""About how long a Korean prompt voice takes for one letter of text, spaces included."""

MUSIC_S: Final = 10.0
"""How long any audio file is taken to last."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script: what to do, and with what.

    press: wait until the network asks for keys, then press these; a space waits for the next time it asks.
    interrupt: press these keys at once. wait: so many real seconds. say: speak to whoever is on the line.
    hear: wait until something holding this text was said. connected: wait until in conversation. hang_up: do so.
    """

    act: str
    value: Any = None


def script(lines: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Read a script of one-entry mappings such as {"press": "5 1"}; ValueError says what is wrong with it."""
    steps: list[Step] = []
    for line in lines:
        if len(line) != 1:
            raise ValueError(f"Each step of a script says one thing, not {len(line)}: {dict(line)}")
        act, value = next(iter(line.items()))
        steps.extend(_steps(str(act), value))
    return tuple(steps)


def _steps(act: str, value: Any) -> list[Step]:
    if act not in {"press", "interrupt", "wait", "say", "hear", "connected", "hang_up"}:
        raise ValueError(f"A script cannot {act!r}: use press, interrupt, wait, say, hear, connected or hang_up")
    if act in {"press", "interrupt"}:
        if not isinstance(value, str) or not set(value) <= set("0123456789*#ABCD "):
            raise ValueError(f"{act} takes telephone keys, not {value!r}")
        return [Step(act, keys) for keys in value.split()]
    if act == "wait" and not (isinstance(value, int | float) and value >= 0):
        raise ValueError(f"wait takes seconds, not {value!r}")
    if act in {"say", "hear"} and not isinstance(value, str):
        raise ValueError(f"{act} takes text, not {value!r}")
    return [Step(act, value)]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a virtual end behaves: what it does when rung, after how many real seconds, and for how long it talks.

    `rung` is answer, busy, no_answer or failed. `talk_s` and `patience_s` are real seconds: it hangs up after being so
    long in conversation, or so long on the line without having been in one.
    """

    rung: str = "answer"
    after_s: float = 0.0
    script: tuple[Step, ...] = ()
    talk_s: float | None = None
    patience_s: float | None = None
    speed: float | None = None


@dataclass(slots=True, eq=False)
class VirtualLeg:
    """The script as a Leg. `speed` is the share of its natural time that what it hears takes."""

    address: str
    policy: Policy = field(default_factory=Policy)
    speed: float = 1.0
    digits: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[str] = field(default_factory=list)
    spoke: Callable[[str], None] = lambda _text: None
    """Told what this end says; the network sets it."""
    on_line: asyncio.Event = field(default_factory=asyncio.Event)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _heard_more: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def ring(self) -> Answer:
        """Do as the policy says."""
        if self.policy.rung == "no_answer":
            await self.gone.wait()
            return Answer.NO_ANSWER
        await asyncio.sleep(self.policy.after_s)
        if self.policy.rung != "answer":
            return Answer(self.policy.rung)
        self._begin()
        return Answer.ANSWERED

    async def answer(self) -> None:
        """Begin the script."""
        self._begin()

    async def say(self, text: str, language: str, voice: str | None) -> None:  # noqa: ARG002 - A Leg is told these.
        """Listen for as long as the text would take to speak."""
        self._hear(text)
        await asyncio.sleep(len(text) * SECONDS_PER_LETTER * self.speed)

    async def play(self, url: str) -> None:
        """Listen to a file, whose real length nobody here knows."""
        self._hear(url)
        await asyncio.sleep(MUSIC_S * self.speed)

    async def tones(self, digits: str) -> None:
        """Hear keys as tones."""
        self._hear(digits)
        await asyncio.sleep(0.2 * len(digits) * self.speed)

    async def pause(self, seconds: float) -> None:
        """Hear nothing."""
        self._asked.clear()
        await asyncio.sleep(seconds * self.speed)

    def asked(self) -> None:
        """Let the next `press` of the script happen."""
        self._asked.set()

    async def bridge(self, room: Room | None) -> None:
        """Be in conversation, or no longer."""
        self._asked.clear()
        if room is None:
            self.connected.clear()
        else:
            self.connected.set()

    async def hang_up(self, reason: str) -> None:  # noqa: ARG002 - A Leg is told why.
        """Be gone, and stop the script."""
        self.gone.set()
        for task in self._tasks:
            task.cancel()

    async def wait_until_asked(self) -> None:
        """Wait until the network asks for keys, and take note of it."""
        await self._asked.wait()
        self._asked.clear()

    def press(self, keys: str) -> None:
        """Press these keys now."""
        for key in keys:
            self.digits.put_nowait(key)

    def _begin(self) -> None:
        self.on_line.set()
        self._tasks.append(asyncio.create_task(self._act_out()))
        self._tasks.append(asyncio.create_task(self._lose_patience()))

    async def _act_out(self) -> None:
        for step in self.policy.script:
            await self._do(step)
        if self.policy.talk_s is not None:
            await self.connected.wait()
            await asyncio.sleep(self.policy.talk_s)
            self.gone.set()

    async def _do(self, step: Step) -> None:
        match step.act:
            case "press":
                await self.wait_until_asked()
                self.press(step.value)
            case "interrupt":
                self.press(step.value)
            case "wait":
                await asyncio.sleep(step.value)
            case "say":
                self.spoke(step.value)
            case "hear":
                await self._until_heard(step.value)
            case "connected":
                await self.connected.wait()
            case _:
                self.gone.set()

    async def _until_heard(self, text: str) -> None:
        while not any(text in words for words in self.heard):
            self._heard_more.clear()
            await self._heard_more.wait()

    async def _lose_patience(self) -> None:
        if self.policy.patience_s is None:
            return
        try:
            async with asyncio.timeout(self.policy.patience_s):
                await self.connected.wait()
        except TimeoutError:
            self.gone.set()

    def _hear(self, text: str) -> None:
        self._asked.clear()
        self.heard.append(text)
        self._heard_more.set()
