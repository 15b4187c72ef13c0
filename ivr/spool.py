"""Facts that could not be kept at once: written to a file of this process, kept as soon as the database is back."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import orjson

from core.journal import Fact, Journal, Unkept


class Spool:
    """An append-only file of facts; what a crash left behind is taken up by the next process on this machine."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first fact comes."""
        self._folder = folder
        self._own = folder / f"{os.getpid()}.jsonl"

    def add(self, fact: Fact) -> None:
        """Write a fact down now."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = orjson.dumps([fact.source, fact.key, fact.at, fact.heard, fact.rows], option=orjson.OPT_APPEND_NEWLINE)
        with self._own.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    async def empty_into(self, journal: Journal) -> int:
        """Keep every spooled fact, in order, and give how many; stops at the first the database will not take yet."""
        kept = 0
        for path in sorted(self._folder.glob("*.jsonl")):
            taken = path.with_suffix(f".{os.getpid()}.taken")
            path.rename(taken)
            lines = taken.read_bytes().splitlines(keepends=True)
            for done, line in enumerate(lines):
                try:
                    await journal.keep(_read(line))
                except Unkept:
                    _put_back(path, lines[done:])
                    taken.unlink()
                    return kept
                kept += 1
            taken.unlink()
        return kept

    async def watch(self, journal: Journal, *, every: float = 2.0) -> None:
        """Keep trying for as long as the process lives."""
        while True:
            await asyncio.sleep(every)
            if any(self._folder.glob("*.jsonl")):
                await self.empty_into(journal)


def _put_back(path: Path, lines: list[bytes]) -> None:
    with path.open("ab") as file:
        file.writelines(lines)


def _read(line: bytes) -> Fact:
    source, key, at, heard, rows = orjson.loads(line)
    return Fact(source, key, datetime.fromisoformat(at), heard, rows)
