"""Everything that happened on one call, in order, and the same read as a play."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

NAME_WIDTH: Final = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, so many seconds after the call began."""

    at_s: float
    kind: str
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Say it as JSON values."""
        return {"at_s": round(self.at_s, 4), "kind": self.kind, **self.data}


class Trace:
    """A growing list of entries that others can wait on."""

    def __init__(self, network_name: str, end_name: str) -> None:
        self.entries: list[Entry] = []
        self.network_name, self.end_name = network_name, end_name
        self.closed = False
        self._began = time.monotonic()
        self._news = asyncio.Event()

    def add(self, kind: str, **data: Any) -> None:
        """Write down what just happened."""
        self.entries.append(Entry(time.monotonic() - self._began, kind, data))
        self._wake()

    def close(self) -> None:
        """Say that nothing more will happen."""
        self.closed = True
        self._wake()

    async def follow(self, start: int = 0) -> AsyncIterator[Entry]:
        """Give every entry from number `start` on, past and future, until the trace is closed."""
        at = start
        while True:
            news = self._news
            while at < len(self.entries):
                yield self.entries[at]
                at += 1
            if self.closed:
                return
            await news.wait()

    async def first(self, wanted: Callable[[Entry], bool], start: int = 0) -> Entry | None:
        """Wait for the first entry that is wanted; None when the trace closes without one."""
        async for entry in self.follow(start):
            if wanted(entry):
                return entry
        return None

    def transcript(self) -> str:
        """Read the call as a play, one line for each thing that was said or done."""
        lines = (line(entry, self.network_name, self.end_name) for entry in self.entries)
        return "".join(f"{text}\n" for text in lines if text)

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def line(entry: Entry, network_name: str, end_name: str) -> str:
    """Say one entry as a line of the play; an empty string for what an audience would not notice."""
    data = entry.data
    match entry.kind:
        case "said":
            return _row(network_name, f"(voice, {str(data['language'])[:2]}) {data['text']}")
        case "played":
            return _row(network_name, f"(plays {data['url']})")
        case "heard":
            return _row(str(data["who"]), str(data["text"]))
        case "spoke":
            return _row(end_name, str(data["text"]))
        case "pressed":
            return _row(end_name, f"presses {data['digits']}" + ("" if data.get("asked", True) else " (nobody asked)"))
        case "silent":
            return _row(end_name, "(says nothing)")
        case "stage":
            return _row("", f"({data['text']})")
        case "ended":
            return _row("", f"(the call ends: {data['status']}, {data['by']} hung up)")
    return ""


def _row(who: str, text: str) -> str:
    return f"{who[:NAME_WIDTH]:<{NAME_WIDTH}} | {text}"
