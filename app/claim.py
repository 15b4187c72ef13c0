"""One server per data folder: who holds it, what it says about itself, and starting over with an empty one."""

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.embedded.server import evict, ours

NAME = "running"


class AlreadyRunningError(RuntimeError):
    """The folder is in use by another server; the message is what that server told about itself."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A data folder that is ours until this process ends, however it ends."""

    folder: Path
    file: TextIO

    def tell(self, note: str) -> None:
        """Leave a note (where we answer) for whoever tries to claim the folder while we hold it."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(f"process {os.getpid()}\n{note}\n")
        self.file.flush()


@contextmanager
def claimed(folder: Path) -> Iterator[Claim]:
    """Hold `folder` (made if missing); raises AlreadyRunningError with the holder's note if somebody else does.

    Raises EmbeddedError if the folder belongs to another account.
    """
    with ours(folder):
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / NAME).open("a+", encoding="utf-8")
    with opened as file:
        try:
            # The lock goes with the process, so a killed server leaves nothing to clear away.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(file.read().strip() or "It is starting up.") from None
        claim = Claim(folder, file)
        claim.tell("It is starting up.")
        yield claim


def wipe(claim: Claim) -> None:
    """Empty a claimed folder: stop what a killed run left working in it, then delete everything but the claim."""
    folder = claim.folder
    evict(folder / "postgres" / "data" / "postmaster.pid", folder / "postgres" / "data", signal.SIGINT)
    evict(folder / "valkey" / "valkey.pid", folder / "valkey", signal.SIGTERM)
    for path in folder.iterdir():
        if path.name == NAME:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
