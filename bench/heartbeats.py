"""How many heartbeats a second one web process hears from 1,000 desks, which need 667 at one each 1.5 s."""

import os
import random
import re
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.embedded import start_postgres, start_valkey
from app.local import free_port
from app.migrate import upgrade
from bench.load import LOAD_CORE, pin, serving
from bench.voice_webhook import environment
from core import db
from core.ids import new_id
from core.security import new_token, token_hash
from core.staff import Staff, StaffSession

DESKS, SECONDS, NEEDED = 1000, 20, 667
LUA = """
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
local n = 0
request = function()
  n = n % #tokens + 1
  return wrk.format("POST", "/api/seat/heartbeat", {["Authorization"]="Bearer " .. tokens[n],
    ["Content-Type"]="application/json"}, '{"softphone": true}')
end
"""


def hire(database: str) -> list[str]:
    """Add counselors who are signed in, and give their tokens."""
    at, tokens = datetime.now(UTC), [new_token() for _ in range(DESKS)]
    engine = db.connect(database)
    with db.sessions(engine).begin() as tx:
        for n, token in enumerate(tokens):
            key = new_id(at)
            tx.add(Staff(id=key, login=f"c{n}", name="C", role="counselor", password_hash="-"))  # noqa: S106 - opens nothing
            tx.flush()
            ends = at + timedelta(hours=1)
            tx.add(StaffSession(token_hash=token_hash(token), staff_id=key, started_at=at, ends_at=ends))
    engine.dispose()
    return tokens


def measure(base: str, folder: Path, seconds: int) -> tuple[float, str]:
    """Beat as fast as 32 connections can; gives good answers a second and the 99th percentile."""
    command = [*pin(LOAD_CORE), "wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", "-s", str(folder / "b.lua"), base]
    told = os.environ | {"TOKENS": str(folder / "tokens")}
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=told).stdout
    bad = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", out)))
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", out)[0])
    return rate - bad / seconds, re.findall(r"99%\s+(\S+)", out)[0]


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres, valkey = start_postgres(folder / "pg"), start_valkey(folder / "vk")
        stack.callback(valkey.stop)
        stack.callback(postgres.stop)
        upgrade(postgres.url)
        (folder / "tokens").write_text("\n".join(hire(postgres.url)) + "\n")
        (folder / "b.lua").write_text(LUA)
        port = free_port(18200 + random.randrange(500))
        env = environment(postgres.url, valkey.url, port, folder)
        base = stack.enter_context(serving("app.main:create", port, env))
        # The first beats take the seats, with rows, and some find the index being made; all others ask the index.
        measure(base, folder, 15)
        rate, tail = measure(base, folder, SECONDS)
    print(f"{DESKS:,} desks, one web process: {rate:,.0f} heartbeats/s, p99 {tail} (needed: {NEEDED})")


if __name__ == "__main__":
    main()
