"""Full queue cycles a second, Redis alone and with PostgreSQL committed: against a bare EVALSHA of ten commands.

One cycle is enqueue, claim, confirm, accept, connected, finish. The bare rate is redis-benchmark's, with 50 clients.
Our 50 clients are two connections that each carry a step of 25 calls together, as 25 connections in step would, from
two threads: one packs requests while the other's are answered. Both ask the same Valkey, in turn, in one run. With
PostgreSQL a cycle is five transactions and the offer's own, each flushed to the disk: mostly, the disk is measured.
"""

import itertools
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID, uuid4

import orjson
from redis import Redis

import routing.service as queue
from app.embedded import start_postgres, start_valkey
from app.migrate import upgrade
from core import db
from core.staff import Actor
from routing import scripts
from routing.board import Board
from routing.config import RoutingConfig
from routing.policy import millis
from routing.records import Place
from routing.tables import QueueEntry

CLIENTS, HANDS, ROUNDS, SECONDS = 50, 2, 5, 2.0
DATABASE_SECONDS, DATABASE_CALLERS = 4.0, 4
TARGET = 0.10
CONFIG = RoutingConfig(wrap_up_seconds=0, lease_seconds=3600)
TEN_COMMANDS = """
redis.call('HSET', KEYS[1], 'a', ARGV[1]) redis.call('HGET', KEYS[1], 'a') redis.call('HSET', KEYS[1], 'b', ARGV[1])
redis.call('HGET', KEYS[1], 'b') redis.call('ZADD', KEYS[2], 1, ARGV[1]) redis.call('ZRANGE', KEYS[2], 0, 0)
redis.call('ZADD', KEYS[3], 1, ARGV[1]) redis.call('ZREM', KEYS[3], ARGV[1]) redis.call('GET', KEYS[4])
redis.call('SET', KEYS[4], ARGV[1]) return 1
"""


class Line:
    """One connection that sends packed requests and reads their answers."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)

    def ask(self, requests: list[bytes], size: int) -> list[list[bytes]]:
        """Send all, and give the parts of each answer, every one of which has `size` parts."""
        self._socket.sendall(b"".join(requests))
        # An array of n bulk strings is 1 + 2n lines, each ended by CRLF; no part holds one itself.
        lines, wanted, heard = len(requests) * (1 + 2 * size), 0, bytearray()
        while wanted < lines:
            some = self._socket.recv(1 << 20)
            wanted += some.count(b"\n")
            heard += some
        found = bytes(heard).split(b"\r\n")
        step = 1 + 2 * size
        return [found[n + 2 : n + step : 2] for n in range(0, lines, step)]


def bulk(parts: Iterable[bytes]) -> bytes:
    return b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def packer(redis: Redis, name: str, count: int) -> Callable[..., bytes]:
    """Give what packs one transition with `count` arguments."""
    sha = str(redis.script_load(scripts.source(name, "bench", CONFIG)))
    parts = [b"EVALSHA", sha.encode(), b"1", scripts.keys("bench")[0].encode()]
    head = b"*%d\r\n" % (len(parts) + count) + bulk(parts)
    return lambda *args: head + bulk(args)


def redis_cycles(redis: Redis, path: str, seconds: float) -> float:
    """Run whole cycles for 50 callers and 50 seats, two hands with 25 each; gives cycles a second."""
    redis.flushdb()
    board, at = Board(redis, "bench", CONFIG), datetime.now(UTC)
    board.clear()
    board.open(1)
    for n in range(CLIENTS):
        board.seat(UUID(int=n + 1), at, activity="available", groups=["ko"])
    sizes = {"enqueue": 2, "claim": 3, "confirm": 4, "accept": 5, "connected": 4, "finish": 6}
    pack = {name: packer(redis, name, count) for name, count in sizes.items()}
    numbers, end = itertools.count(), time.perf_counter() + seconds

    def hand(_: int) -> int:
        line, done = Line(path), 0
        while time.perf_counter() < end:
            done += in_step(line, pack, numbers, CLIENTS // HANDS)
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        done = sum(pool.map(hand, range(HANDS)))
    rate = done / (time.perf_counter() - began)
    assert board.contacts() == {}
    return rate


def in_step(line: Line, pack: dict[str, Callable[..., bytes]], numbers: Iterator[int], count: int) -> int:
    """Bring `count` callers through the queue, all of them one step at a time; gives how many that were."""
    at = datetime.now(UTC)
    now, deadline = b"%d" % millis(at), b"%d" % millis(at + timedelta(seconds=CONFIG.offer_seconds))
    keys = [uuid4() for _ in range(count)]
    places = [orjson.dumps(Place("waiting", "normal", "ko", millis(at), next(numbers), 0).record(key)) for key in keys]
    line.ask([pack["enqueue"](str(key).encode(), place) for key, place in zip(keys, places, strict=True)], 2)
    offers = [str(uuid4()).encode() for _ in keys]
    # Whoever stands first is claimed, which may be a caller that the other hand brought.
    claims = line.ask([pack["claim"](now, offer, deadline) for offer in offers], 5)
    held = [(claim[1], offer, b"1") for claim, offer in zip(claims, offers, strict=True)]
    for name, version, more in (("confirm", b"1", ()), ("accept", b"2", (now,)), ("connected", b"3", ()),
                                ("finish", b"4", (now, now))):  # fmt: skip
        answers = line.ask([pack[name](*fence, version, *more) for fence in held], 2)
        assert all(answer[0] == b"ok" for answer in answers)
    return count


def bare_rate(redis: Redis, program: str, path: str) -> float:
    """Ask redis-benchmark for the rate of a bare EVALSHA of ten commands with 50 clients."""
    sha = str(redis.script_load(TEN_COMMANDS))
    asked = ["EVALSHA", sha, "4", "{b}h", "{b}z", "{b}y", "{b}s", "value"]
    command = [program, "-s", path, "-c", str(CLIENTS), "-n", "120000", "--csv", *asked]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(told.stdout.strip().splitlines()[-1].split('","')[1].strip('"'))


def database_cycles(sessions: db.Sessions, redis: Redis, callers: int, seconds: float) -> float:
    """Run whole cycles through the service, every step committed in PostgreSQL; gives cycles a second."""
    redis.flushdb()
    board = Board(redis, "bench", CONFIG)
    for n in range(callers):
        actor = Actor(uuid4(), f"c{n}-{uuid4().hex[:6]}", "C", "counselor", None, ("ko",))
        with sessions.begin() as tx:
            queue.set_activity(tx, actor, "available", board=board, at=datetime.now(UTC))
    counts = [0] * callers
    end = time.perf_counter() + seconds

    def run(number: int) -> None:
        while time.perf_counter() < end:
            one_cycle(sessions, board)
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(n,)) for n in range(callers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def one_cycle(sessions: db.Sessions, board: Board) -> None:
    """Bring one caller through the queue, each step committed."""
    key, at = uuid4(), datetime.now(UTC)
    with sessions.begin() as tx:
        entry = QueueEntry(contact_id=key, queue="q", priority="normal", language="ko", provider_ref="CA")
        entry.state, entry.entered_at = "waiting", at
        tx.add(entry)
    with sessions.begin() as tx:
        queue.enter(tx, key, board=board, at=at)
    # Another thread may be about to commit this caller's offer.
    offer = None
    while offer is None:
        with sessions.begin() as tx:
            offer = queue.current_offer(tx, key)
            if offer is not None:
                queue.accept(tx, offer.id, offer.counselor_id, board=board, at=at)
    with sessions.begin() as tx:
        queue.connected(tx, key, board=board, at=at)
    with sessions.begin() as tx:
        queue.finish(tx, key, "caller", board=board, at=at)


def main() -> None:
    """Measure and print a table."""
    program = shutil.which("redis-benchmark") or shutil.which("valkey-benchmark")
    if program is None:
        raise SystemExit("Install redis-benchmark first (Debian: redis-tools).")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres, valkey = start_postgres(folder / "pg"), start_valkey(folder / "vk")
        stack.callback(valkey.stop)
        stack.callback(postgres.stop)
        path = unquote(valkey.url.removeprefix("unix://"))
        redis = stack.enter_context(Redis.from_url(valkey.url))
        bare, cycles = [], []
        for _ in range(ROUNDS):
            bare.append(bare_rate(redis, program, path))
            cycles.append(redis_cycles(redis, path, SECONDS))
        upgrade(postgres.url)
        engine = db.connect(postgres.url, pool=DATABASE_CALLERS)
        committed = {n: database_cycles(db.sessions(engine), redis, n, DATABASE_SECONDS) for n in (1, DATABASE_CALLERS)}
        engine.dispose()
    report(bare, cycles, committed)


def report(bare: list[float], cycles: list[float], committed: dict[int, float]) -> None:
    base = statistics.median(bare)
    ratio = statistics.median(c / b for c, b in zip(cycles, bare, strict=True))
    print(f"{'':<52}{'per second':>12}{'ratio':>8}")
    print(f"{'bare EVALSHA of ten commands (redis-benchmark, 50)':<52}{base:>12,.0f}{1:>8.2f}")
    print(f"{'queue cycles in Redis (6 scripts each, 50 in step)':<52}{statistics.median(cycles):>12,.0f}{ratio:>8.3f}")
    for callers, rate in committed.items():
        name = f"queue cycles with PostgreSQL committed, {callers} at once"
        print(f"{name:<52}{rate:>12,.0f}{rate / base:>8.4f}")
    print(f"target {TARGET:.2f}: {'met' if ratio >= TARGET else 'NOT met'}")


if __name__ == "__main__":
    main()
