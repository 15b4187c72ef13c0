"""The whole house as it runs: the web service on a real port, a relay beside it, and people who sign in."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from app import demo
from app.local import free_port
from app.main import create
from app.relay import Relay
from app.settings import Settings
from app.world import World
from casework.service.places import load_districts
from core import db

ACCOUNT, TOKEN = "AC" + "5" * 32, "a-token-for-tests"
KEY = "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="
CALL = "CA" + "7" * 32
CALLER = "+821012345678"


def settings(database_url: str, redis_url: str, folder: Path, port: int, **more: Any) -> Settings:
    """Give complete settings for a house at a port."""
    values: dict[str, Any] = {
        "database_url": database_url, "redis_url": redis_url, "public_url": f"http://127.0.0.1:{port}", "port": port,
        "twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "data_keys": {"t1": KEY}, "fingerprint_key": KEY,
        "spool_dir": folder / "spool", "desks": {"duty": "+8221200000", "dasan": "+8221200001"}, "caller_id": "+82120",
        "log_level": "error", "lease_seconds": 15, "outcome_required": False, "recovery_seconds": 0, "twilio_api_url": "http://127.0.0.1:9",
    }  # fmt: skip
    return Settings(_env_file=None, **{**values, **more})  # type: ignore[call-arg] # The library's own argument.


def form(call: str = CALL, caller: str = CALLER, **more: str) -> dict[str, str]:
    """Give a webhook's fields as the provider sends them."""
    said = {
        "CallSid": call, "AccountSid": ACCOUNT, "From": caller, "To": "120", "CallStatus": "in-progress",
        "ApiVersion": "2010-04-01", "Direction": "inbound", "Caller": caller, "Called": "120", "ToZip": "",
    }  # fmt: skip
    return {**said, **more}


def worker_port(offset: int = 0) -> int:
    """Give a free port of this test worker's own range, so that two workers never choose the same at once."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw9").removeprefix("gw"))
    return free_port(18000 + 500 * worker + offset)


def waited_for(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something comes true that nobody announces; fail when it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        threading.Event().wait(0.02)


@dataclass
class House:
    """A running house: its address, its provider's hand, its people."""

    settings: Settings
    world: World
    url: str
    provider: httpx.Client
    clients: list[httpx.Client] = field(default_factory=list)

    def webhook(self, path: str, fields: dict[str, str], *, method: str = "POST", token: str = TOKEN) -> httpx.Response:
        """Send a signed webhook; `path` may be a whole URL out of a reply."""
        url = path.partition("#")[0] if path.startswith("http") else self.url + path
        if method == "GET":
            url = str(httpx.URL(url).copy_merge_params(fields))
            return self.provider.get(url, headers={"X-Twilio-Signature": sign(url, {}, token)})
        headers = {"X-Twilio-Signature": sign(url, fields, token)}
        return self.provider.post(url, data=fields, headers=headers)

    def sign_in(self, login: str) -> httpx.Client:
        """Sign a person of the demonstration city in."""
        client = httpx.Client(base_url=self.url, timeout=10)
        reply = client.post("/api/session", json={"login": login, "password": demo.PASSWORD})
        assert reply.status_code == 201, reply.text
        client.headers["Authorization"] = f"Bearer {reply.json()['token']}"
        self.clients.append(client)
        return client


def sign(url: str, fields: dict[str, str] | list[tuple[str, str]], token: str = TOKEN) -> str:
    """Sign as the provider does."""
    validator: Any = RequestValidator
    return str(validator(token).compute_signature(url, FormData(fields)))  # type: ignore[arg-type] # Wider than needed.


class Server(uvicorn.Server):
    """A server that says when it listens, and when it could not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(app: Any, port: int) -> Iterator[None]:
    """Serve an application on a port, in a thread."""
    server = Server(
        uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1, timeout_keep_alive=75)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(10)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def relaying(world: World, **more: Any) -> Iterator[Relay]:
    """Run a relay, in a thread, that delivers the workers' messages too."""
    relay = Relay(world, own_hands=timedelta(0), **more)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join(15)


def settle(sessions: db.Sessions) -> None:
    """Let the demonstration city's people and districts in."""
    with sessions.begin() as tx:
        demo.settle(tx, at=datetime.now(UTC))
        load_districts(tx)


@contextmanager
def open_house(database_url: str, redis_url: str, folder: Path, *, relay: bool = True, **more: Any) -> Iterator[House]:
    """Run a whole house until the end of the test."""
    port = worker_port()
    chosen = settings(database_url, redis_url, folder, port, **more)
    world = World(chosen, pool=24)
    settle(world.sessions)
    with serving(create(chosen), port), httpx.Client(timeout=20) as provider:
        house = House(chosen, world, f"http://127.0.0.1:{port}", provider)
        try:
            if relay:
                with relaying(world):
                    yield house
            else:
                yield house
        finally:
            for client in house.clients:
                client.close()
            world.close()


OpenHouse = Callable[..., House]
