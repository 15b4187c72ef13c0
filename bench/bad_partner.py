"""An emergency partner of whose requests one in twenty is met by a fault: its own, or one of a part of ours."""

import hashlib
import hmac
import itertools
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from bench.moved_clock import MovedClock

SECRET = "a secret of the bench"  # noqa: S105 - of the bench
ONE_IN = 20
OURS = ("workers killed", "relays killed", "Redis killed", "PostgreSQL cut off")
"""What befalls us while a request is in the partner's hands."""
THEIRS = ("answers 500 at first", "hangs at first", "takes it and does nothing", "never does anything", "always 500",
          "answers twice")  # fmt: skip
HANGS, PATIENCE = 5.0, 60.0
FAILURES_AT_FIRST = 3


@dataclass
class Fault:
    """One thing to be done to us, and the word that it was done."""

    name: str
    done: threading.Event = field(default_factory=threading.Event)


@dataclass
class BadPartner:
    """What it heard and what it did: it does nothing a second time for the same key."""

    clock: MovedClock
    heard: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    acted: set[str] = field(default_factory=set)
    fates: dict[str, str] = field(default_factory=dict)
    wanted: queue.Queue[Fault] = field(default_factory=queue.Queue)
    _turn: Iterator[str] = field(default_factory=lambda: itertools.cycle(itertools.chain(OURS, THEIRS)))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, key: str, body: dict[str, Any], page: int) -> tuple[int, bytes]:
        """Meet one request as its fate will have it."""
        with self._lock:
            if key not in self.fates:
                self.fates[key] = next(self._turn) if len(self.fates) % ONE_IN == 0 else "none"
            self.heard[key] += 1
            if key != body["id"]:
                self.strange.append(key)
            fate, times = self.fates[key], self.heard[key]
        if fate == "always 500" or (fate == THEIRS[0] and times <= FAILURES_AT_FIRST):
            return 500, b""
        if fate == "never does anything" or (fate == "takes it and does nothing" and page == 1):
            return 200, b"{}"
        if fate == "hangs at first" and times <= 2:
            time.sleep(HANGS)
        if fate in OURS and times == 1:
            self._befall(fate)
        return 200, self._act(key, body, twice=fate == "answers twice")

    def _befall(self, name: str) -> None:
        fault = Fault(name)
        self.wanted.put(fault)
        if not fault.done.wait(PATIENCE):
            raise TimeoutError(name)

    def _act(self, key: str, body: dict[str, Any], *, twice: bool) -> bytes:
        with self._lock:
            self.acted.add(key)
        said = json.dumps({"acknowledged": True, "by": "the partner", "receipt": key[-8:]}).encode()
        for _ in range(2 if twice else 0):
            moment = str(int(self.clock().timestamp()))
            mac = hmac.new(SECRET.encode(), moment.encode() + b"." + said, hashlib.sha256).hexdigest()
            signed = {"Goodbye120-Signature": f"t={moment},v1={mac}"}
            httpx.post(body["acknowledge_url"], content=said, headers=signed, timeout=PATIENCE)
        return said


@contextmanager
def partnering(clock: MovedClock) -> Iterator[tuple[BadPartner, str]]:
    """Run the partner's endpoint on a free port."""
    partner = BadPartner(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key, page = self.headers["Idempotency-Key"], int(self.headers["Goodbye120-Page"])
            status, words = partner.answer(key, body, page)
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def handle(self) -> None:
            # Whoever asked may have been killed meanwhile.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield partner, f"http://127.0.0.1:{server.server_address[1]}/requests"
    finally:
        server.shutdown()
