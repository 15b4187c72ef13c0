"""The load generator sipp, which keeps to the letter of SIP and counts every message it did not expect."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from simulator.sip.messages import Address
from tests.simulator.sip.ports import rtp_port, udp_port

MISSING = "" if shutil.which("sipp") else "sipp is not installed (Debian package sip-tester)"
SCENARIOS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went: 0 when every call went as the scenario says."""

    code: int
    report: str


async def sipp(scenario: str, door: Address, folder: Path, calls: int = 1, rate: int = 1) -> Outcome:
    """Make so many calls to 120, so many new ones a second, all at the same time if they last long enough."""
    command = [
        *("sipp", "-sf", str(SCENARIOS / scenario), "-s", "120", "-i", "127.0.0.1", "-mi", "127.0.0.1"),
        *("-p", str(udp_port()), "-mp", str(rtp_port()), "-m", str(calls), "-l", str(calls), "-r", str(rate)),
        *("-timeout", "60", "-timeout_error", "-nostdin", "-trace_err", "-error_file", str(folder / "errors")),
        f"{door[0]}:{door[1]}",
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    errors = folder / "errors"
    report = output.decode(errors="replace") + (errors.read_text(errors="replace") if errors.exists() else "")
    return Outcome(process.returncode or 0, report)
