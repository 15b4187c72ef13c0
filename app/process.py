"""One child process: what to run, as whom, and how it dies with its parent."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class Owner:
    """The account a child runs under."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Process:
    """What to run and how.

    `env` is added to ours; `ready` tells when the next one may start; `once` means it must end with 0 before the next
    one starts; `grace` is how many seconds it has to end after `stop_signal`.
    """

    name: str
    command: Sequence[str]
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    owner: Owner | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    ready: Callable[[], bool] | None = None
    once: bool = False
    grace: float = 5.0


class Identity(TypedDict):
    """The account part of what subprocess.Popen and asyncio's subprocesses take; None leaves ours."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


class Options(Identity):
    """The rest of what both take."""

    cwd: Path | None
    env: dict[str, str]
    start_new_session: bool


def identity(owner: Owner | None) -> Identity:
    """Give the arguments that run a child as `owner`, without any of our groups."""
    if owner is None:
        return Identity(user=None, group=None, extra_groups=None)
    return Identity(user=owner.uid, group=owner.gid, extra_groups=[])


def command_of(process: Process) -> list[str]:
    """Give the command line, made so that the kernel stops the child when we are killed (Linux; elsewhere as it is)."""
    # The bond is to the thread that starts the child, so start children from the main thread only.
    name = process.stop_signal.name.removeprefix("SIG")
    return [*(part.format(name) for part in _bond()), *process.command]


@cache
def _bond() -> tuple[str, ...]:
    """Give util-linux's setpriv with the option we need; nothing where it is missing or somebody else's."""
    setpriv = shutil.which("setpriv")
    bond = (setpriv, "--pdeathsig", "{}") if setpriv else ()
    if bond and subprocess.run([*bond[:2], "TERM", "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return bond
    return ()


def options_of(process: Process) -> Options:
    """Give what to start the child with: its own session, so that Ctrl-C reaches us alone and we choose the order."""
    # Whatever Python says is wanted at once, not when four kilobytes of it have come together.
    environment = {"PYTHONUNBUFFERED": "1", **os.environ, **process.env}
    return Options(cwd=process.cwd, env=environment, start_new_session=True, **identity(process.owner))


def session_members(leader: int) -> list[int]:
    """List the process ids of a child's whole session, also of grandchildren in groups of their own (Linux)."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The command name may hold spaces and brackets; the session is the fourth field after its last bracket.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            members.append(int(stat.parent.name))
    return members


def signal_session(leader: int, number: signal.Signals) -> None:
    """Send a signal to every process of a child's session; those already gone are fine."""
    for pid in session_members(leader):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
