"""A whole helpline of real processes for a bench: as `script/server` runs it, with an outside partner that listens."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from app.demo import PASSWORD
from app.local import Local, plan, seat_softphones
from app.process import Process, command_of, options_of


@dataclass
class Partner:
    """An outside endpoint: what it heard and when; it can be told to hang."""

    heard: dict[str, float] = field(default_factory=dict)
    hang: threading.Event = field(default_factory=threading.Event)
    hung: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, body: dict[str, Any]) -> None:
        """Write down when a request arrived."""
        with self.news:
            self.heard.setdefault(str(body["id"]), time.perf_counter())
            self.news.notify_all()

    def arrival(self, request: str, patience: float = 30) -> float:
        """Wait for a request, and give when it arrived."""
        with self.news:
            if not self.news.wait_for(lambda: request in self.heard, patience):
                raise TimeoutError(request)
            return self.heard[request]


@contextmanager
def listening() -> Iterator[tuple[Partner, str]]:
    """Run a partner's endpoint on a free port."""
    partner = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if partner.hang.is_set():
                partner.hung.set()
                time.sleep(10)
                return
            partner.hear(body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield partner, f"http://127.0.0.1:{server.server_address[1]}/requests"
    finally:
        server.shutdown()


@dataclass
class City:
    """The running processes, by name, and where they answer."""

    local: Local
    running: dict[str, subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        """Give where the web service answers."""
        return f"http://127.0.0.1:{self.local.environment['PORT']}"

    def client(self, login: str) -> httpx.Client:
        """Sign somebody in."""
        client = httpx.Client(base_url=self.url, timeout=10)
        token = client.post("/api/session", json={"login": login, "password": PASSWORD}).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def start(self, process: Process) -> None:
        """Start one process, and wait until it is ready or, if it is to end, has ended."""
        child = subprocess.Popen(command_of(process), stderr=subprocess.DEVNULL, **options_of(process))
        self.running[process.name] = child
        if process.once:
            child.wait(60)
        for _ in range(600):
            if process.ready is None or process.ready():
                return
            time.sleep(0.05)
        raise RuntimeError(f"{process.name} does not become ready")


@contextmanager
def city(folder: Path, endpoint: str, change: Callable[[Process], Process] = lambda process: process) -> Iterator[City]:
    """Run everything until the end of the bench; `change` says what of a process shall be otherwise."""
    endpoints = ",".join(f"{kind}={endpoint}" for kind in ("visit", "119", "112", "joint"))
    os.environ |= {"ENDPOINTS": endpoints, "PARTNER_SECRET": "a secret of the bench", "LOG_LEVEL": "warning"}
    # Nobody's browser beats here, and nobody writes a record before the next call.
    os.environ |= {"LEASE_SECONDS": "3600", "OUTCOME_REQUIRED": "false"}
    local = plan(folder)
    made = City(replace(local, processes=[change(process) for process in local.processes]), {})
    try:
        for process in made.local.processes:
            made.start(process)
        seat_softphones(made.local)
        yield made
    finally:
        for child in reversed(made.running.values()):
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(15)
