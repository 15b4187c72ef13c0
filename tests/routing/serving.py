"""The queue's routes on a real server, at the moment a test says it is."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import redis.asyncio
import uvicorn
from fastapi import FastAPI

from core import web
from core.security import new_token, token_hash
from core.staff import Staff, StaffSession
from routing.routes import router
from routing.stream import Feed
from routing.written import NOTHING
from tests.routing.desk import Desk, actor


def routes_of(desk: Desk, redis_url: str) -> FastAPI:
    """Give the queue's routes alone, at the desk's moment."""
    index = redis.asyncio.from_url(redis_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await index.aclose()

    app = FastAPI(lifespan=lifespan)
    app.state.sessions, app.state.board, app.state.redis = desk.sessions, desk.board, desk.redis
    app.state.clock, app.state.log = lambda: desk.at, SimpleNamespace(error=lambda *_, **__: None)
    app.state.settings = SimpleNamespace(redis_url=redis_url, metrics_token="scrape-me")
    app.state.index, app.state.written = index, NOTHING
    app.state.feed = Feed(redis_url, beat=0.2)
    web.explain_errors(app)
    app.include_router(router)
    return app


def hire(desk: Desk, login: str, role: str) -> str:
    """Add a person and sign them in; gives the token."""
    token = new_token()
    with desk.sessions.begin() as tx:
        key = actor(login).id
        tx.add(Staff(id=key, login=login, name=login.title(), role=role, password_hash="-"))
        tx.flush()
        ends = desk.at + timedelta(hours=8)
        tx.add(StaffSession(token_hash=token_hash(token), staff_id=key, started_at=desk.at, ends_at=ends))
    return token


class Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Serve on a free port, in a thread; gives the address."""
    server = Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.ready.wait(10)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
