"""Facts that could not be kept at once: written to a file of this process, kept as soon as the database is back."""

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from core.journal import Fact, Journal, Unkeepable, Unkept

log = logging.getLogger(__name__)

REFUSED = "refused.txt"
"""What no database will ever take, for a person to look at; it holds no more than the journal would."""


class Spool:
    """An append-only file of facts; what a crash left behind is taken up by the next process on this machine."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first fact comes."""
        self._folder = folder
        self._own = folder / f"{os.getpid()}.jsonl"

    def add(self, fact: Fact) -> None:
        """Write a fact down now."""
        line = orjson.dumps([fact.source, fact.key, fact.at, fact.heard, fact.rows], option=orjson.OPT_APPEND_NEWLINE)
        self._append(self._own, line)

    async def empty_into(self, journal: Journal) -> int:
        """Keep every spooled fact, in order, and give how many; stops at the first the database will not take yet."""
        kept = 0
        self._recover()
        for path in sorted(self._folder.glob("*.jsonl")):
            lines = self._take(path)
            for done, line in enumerate(lines):
                try:
                    kept += await self._keep(journal, line)
                except Unkept:
                    self._append(path, b"".join(lines[done:]))
                    self._taken(path).unlink()
                    return kept
            self._taken(path).unlink(missing_ok=True)
        return kept

    async def watch(self, journal: Journal, *, every: float = 2.0) -> None:
        """Keep trying for as long as the process lives."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.empty_into(journal)
            except OSError:
                log.exception("the spool cannot be read: %s", self._folder)

    async def _keep(self, journal: Journal, line: bytes) -> bool:
        try:
            await journal.keep(_read(line))
        except (Unkeepable, ValueError, KeyError) as error:
            # Half a line of a crash, or a value no database takes: it must not stand in the way of all the others.
            log.error("a spooled fact cannot be kept, see %s: %s", self._folder / REFUSED, error)  # noqa: TRY400
            self._append(self._folder / REFUSED, line.rstrip(b"\n") + b"\n")
            return False
        return True

    def _append(self, path: Path, words: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            with _locked(path) as file:
                # Somebody may have taken the file away while we waited for it: then there is a new one.
                if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                    file.write(words)
                    file.flush()
                    os.fsync(file.fileno())
                    return

    def _taken(self, path: Path) -> Path:
        return path.with_suffix(f".{os.getpid()}.taken")

    def _take(self, path: Path) -> list[bytes]:
        """Take a file out of everybody's reach, and give its lines; none where another process was faster."""
        taken = self._taken(path)
        with contextlib.suppress(FileNotFoundError), _locked(path):
            path.rename(taken)
        return taken.read_bytes().splitlines(keepends=True) if taken.exists() else []

    def _recover(self) -> None:
        """Put back what a process took and died over; one of our own number is a predecessor's."""
        for taken in self._folder.glob("*.taken"):
            holder = taken.suffixes[-2].removeprefix(".")
            if holder == str(os.getpid()) or not Path(f"/proc/{holder}").exists():
                self._append(taken.with_suffix("").with_suffix(".jsonl"), taken.read_bytes())
                taken.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Hold a file against other processes for a moment."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _read(line: bytes) -> Fact:
    source, key, at, heard, rows = orjson.loads(line)
    return Fact(source, key, datetime.fromisoformat(at), heard, rows)
