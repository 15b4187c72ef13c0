"""The supervisor: order, restarts, what is passed on, and a clean end for everything, also for grandchildren."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

SUPERVISOR = """
import json, os, sys
from app.process import Process
from app.supervise import run

def process(name, code, **more):
    if "ready" in more:
        path = more.pop("ready")
        more["ready"] = lambda: os.path.exists(path)
    return Process(name, [sys.executable, "-u", "-c", code], **more)

sys.exit(run([process(**each) for each in json.loads(sys.argv[1])], on_ready=lambda: print("READY", flush=True)))
"""
WAITS = "import signal; print('up', flush=True); signal.pause()"
FOLLOWS = "import os, signal; print('pid', os.getpid(), flush=True); signal.pause()"
HAS_A_CHILD = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], process_group=0)
print("grandchild", child.pid, flush=True)
signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""


@contextmanager
def supervising(*processes: dict[str, object]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, json.dumps(processes)], stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def said(child: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """Read on until a line matches; fails at the end of the output."""
    output: IO[str] | None = child.stdout
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError(f"{pattern} was not said in: {seen}")


def wait_for_end(pid: int, seconds: float = 20) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def test_every_line_is_passed_on_with_its_speaker() -> None:
    with supervising({"name": "web", "code": WAITS}) as child:
        assert said(child, "up").string == "web        | up\n"


def test_the_next_one_starts_only_when_the_one_before_is_ready(tmp_path: object) -> None:
    flag = f"{tmp_path}/ready"
    first = f"import pathlib, signal; print('first', flush=True); pathlib.Path({flag!r}).touch(); signal.pause()"
    second = f"import os, signal; print('second', os.path.exists({flag!r}), flush=True); signal.pause()"
    with supervising({"name": "a", "code": first, "ready": flag}, {"name": "b", "code": second}) as child:
        assert said(child, "second (.*)")[1] == "True"


def test_a_one_time_step_ends_before_the_next_one_starts() -> None:
    with supervising(
        {"name": "migrate", "code": "print('done')", "once": True}, {"name": "web", "code": WAITS}
    ) as child:
        said(child, "migrate .*done")
        said(child, "up")


def test_a_one_time_step_that_fails_ends_everything() -> None:
    with supervising(
        {"name": "web", "code": WAITS}, {"name": "seed", "code": "raise SystemExit(3)", "once": True}
    ) as child:
        said(child, "seed failed")
        assert child.wait(20) == 1


def test_a_server_that_dies_before_it_is_ready_ends_everything() -> None:
    with supervising({"name": "db", "code": "raise SystemExit(1)", "ready": "/no/such/file"}) as child:
        said(child, "db did not become ready")
        assert child.wait(20) == 1


def test_a_command_that_is_not_there_is_reported(tmp_path: object) -> None:
    with supervising({"name": "db", "code": WAITS, "cwd": f"{tmp_path}/gone", "ready": "/no/such/file"}) as child:
        said(child, "cannot be started")
        assert child.wait(20) == 1


def test_what_dies_is_started_again() -> None:
    with supervising({"name": "worker", "code": FOLLOWS}) as child:
        first = int(said(child, r"pid (\d+)")[1])
        os.kill(first, signal.SIGKILL)
        said(child, r"ended \(signal SIGKILL\); starting it again in 0.2 s")
        assert int(said(child, r"pid (\d+)")[1]) != first


def test_one_that_keeps_dying_is_started_less_and_less_often() -> None:
    with supervising({"name": "worker", "code": "raise SystemExit(7)"}) as child:
        pauses = [said(child, r"ended \(exit code 7\); starting it again in ([\d.]+) s")[1] for _ in range(3)]
    assert pauses == ["0.2", "0.4", "0.8"]


def test_a_very_long_line_does_not_stop_the_ones_after_it() -> None:
    code = "import signal; print('x' * 3_000_000); print('after', flush=True); signal.pause()"
    with supervising({"name": "web", "code": code}) as child:
        said(child, r"\| after")


def test_ctrl_c_stops_everything_and_ends_with_success() -> None:
    with supervising({"name": "a", "code": FOLLOWS}, {"name": "b", "code": FOLLOWS}) as child:
        pids = [int(said(child, r"pid (\d+)")[1]) for _ in range(2)]
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 0
        assert all(wait_for_end(pid) for pid in pids)


def test_grandchildren_in_groups_of_their_own_end_too() -> None:
    with supervising({"name": "worker", "code": HAS_A_CHILD}) as child:
        grandchild = int(said(child, r"grandchild (\d+)")[1])
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
        assert wait_for_end(grandchild)


def test_whoever_does_not_listen_is_stopped_by_force() -> None:
    with supervising({"name": "deaf", "code": DEAF, "grace": 0.2}) as child:
        said(child, r"\| deaf")
        child.send_signal(signal.SIGTERM)
        said(child, "stopping it by force")
        assert child.wait(20) == 0


def test_a_second_ctrl_c_does_not_wait() -> None:
    with supervising({"name": "first", "code": DEAF, "grace": 90}) as child:
        said(child, r"\| deaf")
        child.send_signal(signal.SIGINT)
        # Signals that come together are one signal, so ask again until the supervisor has heard the second.
        while child.poll() is None:
            child.send_signal(signal.SIGINT)
            select.select([], [], [], 0.1)
        assert child.returncode == 0


def test_children_end_when_the_supervisor_is_killed() -> None:
    with supervising({"name": "a", "code": FOLLOWS}) as child:
        pid = int(said(child, r"pid (\d+)")[1])
        child.kill()
        assert wait_for_end(pid)
