"""Keep a handful of processes alive: start them in order, restart what dies, pass on what they say, stop them all."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.process import Process, command_of, options_of, signal_session

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
# Whoever lived this long has recovered: the next death starts again with the shortest pause.
HEALTHY = 10.0
READY_WITHIN = 60.0
POLL = 0.05
LONGEST_LINE = 1 << 20


class ProcessFailedError(RuntimeError):
    """A process that must succeed, or must be ready before the next one starts, did not."""


@dataclass(slots=True)
class Kept:
    """A process that is kept alive: its present child, and whether it has died before it was ever ready."""

    process: Process
    child: asyncio.subprocess.Process | None = None
    stopping: bool = False
    died: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


def run(processes: Sequence[Process], *, on_ready: Callable[[], None] = lambda: None) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP; give the exit code: 0, or 1 if a process never became ready.

    Starts in the given order, waiting for each one's `ready` (at most 60 s) or, for `once`, its end; calls `on_ready`;
    restarts whatever dies after 0.2 s, then up to 5 s. Stops in reverse order, each with its own signal and `grace`;
    a second signal stops at once. Call it from the main thread.
    """
    return asyncio.run(_run(processes, on_ready))


async def _run(processes: Sequence[Process], on_ready: Callable[[], None]) -> int:
    stop, hurry = asyncio.Event(), asyncio.Event()

    def interrupt() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup the end of the terminal is not ours to hear.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, interrupt)
    crew: list[Kept] = []
    try:
        await _start_all(processes, crew, stop)
        if not stop.is_set():
            on_ready()
        await stop.wait()
    except ProcessFailedError as failure:
        say("server", str(failure))
        return 1
    finally:
        stop.set()
        for kept in reversed(crew):
            await _stop(kept, hurry)
    return 0


async def _start_all(processes: Sequence[Process], crew: list[Kept], stop: asyncio.Event) -> None:
    for process in processes:
        if stop.is_set():
            return
        kept = Kept(process)
        crew.append(kept)
        kept.task = asyncio.create_task(_keep(kept))
        await _first_of(stop, _finished(kept) if process.once else _until_ready(kept))


async def _first_of(stop: asyncio.Event, step: asyncio.Task[None]) -> None:
    """Wait for a step of the start, or for the signal to stop; raises what the step raises."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({stopped, step}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if step.done():
        step.result()
    step.cancel()


def _finished(kept: Kept) -> asyncio.Task[None]:
    async def finish() -> None:
        await kept.died.wait()
        if kept.child is None or kept.child.returncode:
            raise ProcessFailedError(f"{kept.process.name} failed; what it said is above.")

    return asyncio.create_task(finish())


def _until_ready(kept: Kept) -> asyncio.Task[None]:
    async def wait() -> None:
        ready, deadline = kept.process.ready, time.monotonic() + READY_WITHIN
        # The question may block (it connects), so it is asked beside the loop.
        while ready is not None and not await asyncio.to_thread(ready):
            if kept.died.is_set() or time.monotonic() > deadline:
                raise ProcessFailedError(f"{kept.process.name} did not become ready; what it said is above.")
            await asyncio.sleep(POLL)

    return asyncio.create_task(wait())


async def _keep(kept: Kept) -> None:
    """Start a process, and again whenever it ends, until it is being stopped."""
    pause = FIRST_PAUSE
    while not kept.stopping:
        began = time.monotonic()
        await _live(kept)
        if kept.process.once or kept.stopping:
            return
        pause = FIRST_PAUSE if time.monotonic() - began > HEALTHY else pause
        say(kept.process.name, f"ended ({_reason(kept)}); starting it again in {pause:g} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _live(kept: Kept) -> None:
    """Live one life of a process: start it, pass on its lines, and end with nothing of it left running."""
    # A pipe of our own: asyncio's would have us wait for the end of every grandchild that still holds it.
    reading, writing = os.pipe()
    lines = asyncio.create_task(_pass_on(kept.process.name, reading))
    try:
        kept.child = await asyncio.create_subprocess_exec(
            *command_of(kept.process),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.STDOUT,
            **options_of(kept.process),
        )
        os.close(writing)
        await kept.child.wait()
        # Its own children must not outlive it: they would hold its port and its work.
        signal_session(kept.child.pid, signal.SIGKILL)
    except OSError as failure:
        os.close(writing)
        say(kept.process.name, f"cannot be started: {failure}")
    await asyncio.wait({lines}, timeout=1)
    lines.cancel()
    kept.died.set()


async def _pass_on(name: str, reading: int) -> None:
    """Print each line that comes out of a pipe with its speaker's name, until the pipe ends."""
    output = asyncio.StreamReader(limit=LONGEST_LINE)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(reading, "rb", 0)
    )
    with contextlib.closing(transport):
        while True:
            try:
                line = await output.readline()
            except ValueError:
                say(name, f"(a line longer than {LONGEST_LINE} bytes was left out)")
                continue
            if not line:
                return
            say(name, line.decode(errors="replace").rstrip())


async def _stop(kept: Kept, hurry: asyncio.Event) -> None:
    """Ask a process to end, wait for its grace, then end its whole session."""
    kept.stopping = True
    child, task = kept.child, kept.task
    if task is None:
        return
    if child is not None and child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(kept.process.stop_signal)
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait({hurried, task}, timeout=kept.process.grace, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not task.done():
            say(kept.process.name, "did not stop when asked; stopping it by force")
            signal_session(child.pid, signal.SIGKILL)
            await asyncio.wait({task}, timeout=2)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _reason(kept: Kept) -> str:
    code = kept.child.returncode if kept.child is not None else None
    if code is None:
        return "never started"
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(name: str, line: str) -> None:
    """Print one line with the name of who said it."""
    # Whoever listened may have gone (script/server | head); the servers go on all the same.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{name:<10} | {line}\n")
        sys.stdout.flush()
