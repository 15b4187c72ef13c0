"""What the embedded servers share: starting, waiting until they answer, stopping, and clearing what a crash left."""

import atexit
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.process import Process, command_of, options_of, signal_session

# sun_path holds 108 bytes with its closing zero; PostgreSQL's own file name takes 15 of them.
LONGEST_SOCKET_FOLDER = 90
PATIENCE = 30.0
POLL = 0.02


class EmbeddedError(RuntimeError):
    """An embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A server that is ready to be started: where it will answer, and its process (whose `ready` connects to it)."""

    url: str
    process: Process
    log: Path


@dataclass(frozen=True, slots=True)
class Started:
    """A running server; `stop` ends it and waits until it has written everything."""

    url: str
    pid: int
    server: Embedded
    child: subprocess.Popen[bytes]

    def stop(self, seconds: float = 10.0) -> None:
        """Stop the server in good order; after `seconds` by force. Twice is harmless."""
        if self.child.poll() is not None:
            return
        self.child.send_signal(self.server.process.stop_signal)
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            signal_session(self.child.pid, signal.SIGKILL)
            self.child.wait()


def start(server: Embedded) -> Started:
    """Start a prepared server and return when it answers; raises EmbeddedError with the end of its log.

    Call it from the main thread: the server ends with the thread that started it.
    """
    ready = server.process.ready
    with server.log.open("ab") as log:
        child = subprocess.Popen(
            command_of(server.process), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options_of(server.process)
        )
    started = Started(server.url, child.pid, server, child)
    deadline = time.monotonic() + PATIENCE
    while ready is not None and not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            started.stop()
            raise EmbeddedError(f"{server.process.name} did not start:\n{last_lines(server.log)}")
        time.sleep(POLL)
    return started


def last_lines(log: Path, count: int = 12) -> str:
    """Give the end of a log for an error message."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def evict(pid_file: Path, home: Path, number: signal.Signals) -> None:
    """Stop the server that an earlier, killed run left in `home`, if it lives, and forget its process id file.

    The process id may since belong to somebody else: only a process that works in `home` is ours to stop.
    """
    if not pid_file.exists():
        return
    first = pid_file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip()
    if first.isdigit() and _works_in(int(first), home):
        _stop_and_wait(int(first), number)
    pid_file.unlink(missing_ok=True)


def _works_in(pid: int, home: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == home.resolve()
    except OSError:
        return False


def _stop_and_wait(pid: int, number: signal.Signals, seconds: float = 15.0) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(handle, number)
        if not select.select([handle], [], [], seconds)[0]:
            raise EmbeddedError(f"Process {pid} of an earlier run does not stop: kill -9 {pid}, then try again.")
    finally:
        os.close(handle)


@contextmanager
def ours(folder: Path) -> Iterator[None]:
    """Turn the kernel's refusal of a folder into words: another account ran the server here before."""
    try:
        yield
    except PermissionError as refused:
        whose = f"{refused.filename} belongs to another account"
        raise EmbeddedError(f"{folder} cannot be used: {whose}. Run as that one, or move the folder away.") from None


def socket_folder(folder: Path) -> Path:
    """Give a path for a folder of sockets that clients can use: itself, or a short link to it when it is too long."""
    folder = folder.resolve()
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    # A name nobody can foresee, in a folder only we can enter: nobody else can lay a false link there.
    short = Path(tempfile.mkdtemp(prefix="g120-"))
    atexit.register(shutil.rmtree, short, ignore_errors=True)
    link = short / "s"
    link.symlink_to(folder)
    return link
