"""Voice webhooks a second on one core, signed, decided, committed: against a bare hello and the usual way."""

import asyncio
import os
import random
import statistics
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from app.embedded import start_postgres, start_valkey
from app.local import free_port
from app.migrate import upgrade
from bench.load import (
    ACCOUNT,
    LOAD_CORE,
    SERVER_CORE,
    TOKEN,
    Closed,
    calls,
    closed_loop,
    open_loop,
    percentile,
    serving,
)
from ivr.spot import Spot

ROUNDS, SECONDS = 3, 4
KEY = "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="


def environment(database: str, redis: str, port: int, folder: Path) -> dict[str, str]:
    """Give the settings of a server under test."""
    return {
        "DATABASE_URL": database, "REDIS_URL": redis, "PUBLIC_URL": f"http://127.0.0.1:{port}", "PORT": str(port),
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "DATA_KEYS": f"k1={KEY}", "FINGERPRINT_KEY": KEY,
        "SPOOL_DIR": str(folder / "spool"), "LOG_LEVEL": "warning",
    }  # fmt: skip


def confine(pid: int, core: str) -> None:
    """Keep a server and its children on one core."""
    subprocess.run(["taskset", "-a", "-c", "-p", core, str(pid)], check=True, capture_output=True)


def pressed_path() -> str:
    """Give the address that the menu's first question names."""
    return f"/ivr/pressed?{Spot(1, 'door', 1, reachable=True).query}"


def main() -> None:
    """Measure and print a table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres, valkey = start_postgres(folder / "pg"), start_valkey(folder / "vk")
        stack.callback(valkey.stop)
        stack.callback(postgres.stop)
        upgrade(postgres.url)
        for server in (postgres, valkey):
            confine(server.pid, LOAD_CORE)
        rates = {name: list[float]() for name in ("hello", "ours", "usual")}
        tails = {name: list[float]() for name in rates}
        for number in range(ROUNDS):
            for name, module in (
                ("hello", "bench.peers:hello"),
                ("ours", "app.main:create"),
                ("usual", "bench.peers:usual"),
            ):
                measured = _round(name, module, (postgres.url, valkey.url), number, folder)
                rates[name].append(measured.per_second)
                tails[name].append(measured.p99_ms)
        _print(rates, tails)
        for server in (postgres, valkey):
            confine(server.pid, SERVER_CORE)
        _open(postgres.url, valkey.url, folder)


def _round(name: str, module: str, urls: tuple[str, str], number: int, folder: Path) -> Closed:
    port = free_port(18200 + random.randrange(500))
    with serving(module, port, environment(*urls, port, folder)) as base:
        wanted = {"hello": 90_000, "ours": 30_000, "usual": 4_000}[name] * SECONDS // 4
        requests = calls(base, wanted // (60 if name == "hello" else 1), pressed_path(), seed=hash((name, number)))
        if name == "hello":
            requests *= 60
        closed_loop(base, requests[: len(requests) // 8], seconds=1, folder=folder)
        done = closed_loop(base, requests[len(requests) // 8 :], seconds=SECONDS, folder=folder)
        if done.errors:
            raise RuntimeError(f"{name}: {done.errors} answers were no success")
        return done


def _print(rates: dict[str, list[float]], tails: dict[str, list[float]]) -> None:
    ratio = [ours / hello for ours, hello in zip(rates["ours"], rates["hello"], strict=True)]
    times = [ours / usual for ours, usual in zip(rates["ours"], rates["usual"], strict=True)]
    print("| one server core, 32 connections | requests/s (median of rounds) | p99 ms |\n|---|---|---|")
    for name, found in rates.items():
        print(f"| {name} | {statistics.median(found):,.0f} | {statistics.median(tails[name]):.1f} |")
    print(f"\nours / bare hello: {statistics.median(ratio):.3f} ({min(ratio):.3f} to {max(ratio):.3f}); target 0.20")
    print(f"ours / usual way: {statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f}); target 10")


def _open(database: str, redis: str, folder: Path) -> None:
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    port = free_port(19000)
    for rate in (200, 1000):
        with serving("app.main:create", port, environment(database, redis, port, folder)) as base:
            requests = calls(base, rate * 4, pressed_path(), seed=rate)
            delays = asyncio.run(open_loop(base, requests, rate))[rate:]
        print(
            f"open loop, {rate}/s, everything on one core: p50 {percentile(delays, 0.5):.2f} ms,"
            f" p99 {percentile(delays, 0.99):.2f} ms (target 10)"
        )


if __name__ == "__main__":
    main()
