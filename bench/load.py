"""What the benches share: pinned servers, signed requests, a closed loop by wrk and an open one of our own."""

import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

SERVER_CORE, LOAD_CORE = "0", "1"
ACCOUNT, TOKEN = "AC" + "0" * 32, "bench-token"
LUA = """
local file = io.open(os.getenv("REQUESTS"), "r")
request = function()
  local path, signature, body = file:read("l", "l", "l")
  if not body then return wrk.format("GET", "/exhausted") end
  return wrk.format("POST", path, {["Content-Type"]="application/x-www-form-urlencoded",
    ["X-Twilio-Signature"]=signature, ["User-Agent"]="TwilioProxy/1.1", ["Accept"]="*/*"}, body)
end
"""


def pin(core: str) -> list[str]:
    """Give the words that put a command on one core."""
    return ["taskset", "-c", core] if shutil.which("taskset") else []


@contextmanager
def serving(module: str, port: int, env: Mapping[str, str], core: str = SERVER_CORE) -> Iterator[str]:
    """Run an ASGI factory under uvicorn, one process on one core, and give its address."""
    words = ["uvicorn", module, "--factory", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    command = [
        *pin(core),
        sys.executable,
        "-m",
        *words,
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-proxy-headers",
        "--timeout-keep-alive",
        "75",
    ]
    process = subprocess.Popen(command, env={**os.environ, **env})
    try:
        base = f"http://127.0.0.1:{port}"
        _await(f"{base}/health")
        yield base
    finally:
        process.terminate()
        process.wait(10)


def _await(url: str) -> None:
    for _ in range(200):
        try:
            with urlopen(url, timeout=1):  # noqa: S310 - loopback
                return
        except OSError as error:
            if getattr(error, "code", None):
                return
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


def fields(sid: str, caller: str, **more: str) -> list[tuple[str, str]]:
    """Give a form as the provider sends it: 26 fields, 850 bytes, empty where nothing is known."""
    place = {f"{side}{part}": "" for side in ("From", "To", "Caller", "Called") for part in ("City", "State", "Zip")}
    said = {
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": sid, "CallStatus": "ringing", "Called": "120",
        "Caller": caller, "Direction": "inbound", "From": caller, "FromCountry": "KR", "To": "120", "ToCountry": "KR",
        "CallerCountry": "KR", "CalledCountry": "KR", "StirVerstat": "", **place, **more,
    }  # fmt: skip
    return list(said.items())


def sign(base: str, path: str, form: Sequence[tuple[str, str]]) -> tuple[str, str, str]:
    """Give a request as path, signature and body."""
    signature = RequestValidator(TOKEN).compute_signature(base + path, FormData(list(form)))
    return path, signature, urlencode(form)


def calls(base: str, count: int, second: str, *, seed: int = 1) -> list[tuple[str, str, str]]:
    """Make calls of two webhooks each: the call comes in, and a key is pressed (`second` is the path of that)."""
    luck = random.Random(seed)
    made = []
    for _ in range(count):
        sid = f"CA{luck.getrandbits(128):032x}"
        caller = f"+8210{luck.randrange(10**8):08d}"
        made.append(sign(base, "/ivr/voice", fields(sid, caller)))
        made.append(sign(base, second, [*fields(sid, caller), ("Digits", "5"), ("msg", "Gather End")]))
    return made


@dataclass(frozen=True, slots=True)
class Closed:
    """What wrk measured."""

    per_second: float
    p99_ms: float
    errors: int


def closed_loop(base: str, requests: Sequence[tuple[str, str, str]], *, seconds: int, folder: Path) -> Closed:
    """Send as fast as 32 connections can, from the other core."""
    script, listed = folder / "load.lua", folder / "requests.txt"
    script.write_text(LUA)
    listed.write_text("".join("\n".join(request) + "\n" for request in requests))
    command = [*pin(LOAD_CORE), "wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", "-s", str(script), base]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "REQUESTS": str(listed)}
    )
    out = ran.stdout
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", out)[0])
    p99, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", out)[0]
    bad = re.findall(r"Non-2xx or 3xx responses: (\d+)", out)
    return Closed(rate, float(p99) * {"us": 0.001, "ms": 1, "s": 1000}[unit], int(bad[0]) if bad else 0)


async def open_loop(base: str, requests: Sequence[tuple[str, str, str]], rate: float, *, seed: int = 2) -> list[float]:
    """Send at random moments, `rate` a second, whatever the server does; give each answer's delay in ms."""
    host, port = base.removeprefix("http://").split(":")
    luck, delays = random.Random(seed), list[float]()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(request: tuple[str, str, str], due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, int(port))
        path, signature, body = request
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        head += f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((head + body).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer[:20]:
            raise RuntimeError(answer[:60])
        length = int(re.findall(rb"content-length: (\d+)", answer)[0])
        await reader.readexactly(length)
        delays.append((time.perf_counter() - due) * 1000)
        idle.append((reader, writer))

    due = time.perf_counter() + 0.2
    async with asyncio.TaskGroup() as group:
        for request in requests:
            due += luck.expovariate(rate)
            await asyncio.sleep(max(0, due - time.perf_counter()))
            group.create_task(send(request, due))
    return delays


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which `share` of the values lie."""
    return statistics.quantiles(values, n=1000)[round(share * 1000) - 1]
