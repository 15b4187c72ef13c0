"""What a claim costs when ten callers wait, and when a hundred thousand do."""

import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
from redis import Redis

from app.embedded import start_valkey
from core.ids import named_id
from routing import scripts
from routing.board import Board
from routing.policy import millis
from routing.records import Place

LINES = tuple(int(n) for n in os.environ.get("LINES_WAITING", "10,1000,100000").split(","))
SEATS, CLAIMS, ROUNDS, PACK = 200, 400, 5, 2000
TARGET = 2.0


def fill(board: Board, waiting: int, at: datetime) -> None:
    """Let so many callers wait: nine of ten in the normal class, some in each of the others."""
    board.clear()
    board.open(1)
    node_key = scripts.keys(board.site)[0]
    source = scripts.source("enqueue", board.site, board.config)
    sha = board.redis.script_load(source)
    for start in range(0, waiting, PACK):
        with board.redis.pipeline(transaction=False) as pipe:
            for n in range(start, min(start + PACK, waiting)):
                klass = board.config.classes[n % 50 // 10] if n % 10 == 0 else "normal"
                key, entered = named_id("claims", n), at - timedelta(seconds=60, milliseconds=n)
                record = Place("waiting", klass, "ko", millis(entered), n, 0).record(key)
                pipe.evalsha(str(sha), 1, node_key, str(key), orjson.dumps(record))
            pipe.execute()
    for n in range(SEATS):
        board.seat(UUID(int=n + 1), at, activity="available", groups=["ko"])


def claim_us(board: Board, at: datetime) -> float:
    """Claim and release again and again; give the median microseconds of a claim in the server, asked one by one."""
    took = []
    for n in range(CLAIMS):
        offer = named_id("offer", n, str(at))
        began = time.perf_counter()
        claim = board.claim(offer, at)
        took.append((time.perf_counter() - began) * 1e6)
        if claim is None:
            raise RuntimeError("nobody was claimed")
        board.release(claim)
    return statistics.median(took)


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory(prefix="g120b-") as folder:
        valkey = start_valkey(Path(folder) / "vk")
        try:
            with Redis.from_url(valkey.url) as redis:
                _measure(Board(redis, "bench"))
        finally:
            valkey.stop()


def _measure(board: Board) -> None:
    at, cost = datetime.now(UTC), {waiting: list[float]() for waiting in LINES}
    for _ in range(ROUNDS):
        for waiting in LINES:
            fill(board, waiting, at)
            cost[waiting].append(claim_us(board, at))
    print("| waiting | one claim, us (median of rounds) | to the shortest line |\n|---|---|---|")
    for waiting, found in cost.items():
        ratio = statistics.median(a / b for a, b in zip(found, cost[LINES[0]], strict=True))
        print(f"| {waiting:,} | {statistics.median(found):.0f} | {ratio:.2f} |")
    print(f"target: at most {TARGET} times")


if __name__ == "__main__":
    main()
