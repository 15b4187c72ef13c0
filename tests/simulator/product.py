"""A product made of a script: a web application that answers webhooks as a test tells it, and remembers them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

METHODS = ["GET", "POST", "HEAD"]


@dataclass(frozen=True)
class Seen:
    """One request that arrived."""

    method: str
    url: str
    path: str
    headers: dict[str, str]
    body: bytes
    fields: dict[str, str]


Reply = str | Response | Callable[[Seen], "str | Response"]


@dataclass
class Product:
    """What to answer by path; the last answer given for a path repeats."""

    base: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    """Requests to /slow are answered when this is set."""

    def on(self, path: str, *replies: Reply) -> str:
        """Answer a path so, one after the other; gives its URL."""
        self.replies[path] = list(replies)
        return self.base + path

    def at(self, path: str) -> list[Seen]:
        """List the requests to a path."""
        return [seen for seen in self.seen if seen.path == path]

    async def got(self, path: str, count: int = 1, within_s: float = 5) -> Seen:
        """Wait for the request number `count` to a path."""
        async with asyncio.timeout(within_s):
            while len(self.at(path)) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.at(path)[count - 1]

    async def answer(self, request: Request) -> Response:
        """Answer one request as told, 204 when nothing was."""
        body = await request.body()
        raw = body.decode() if request.method == "POST" else request.url.query
        fields = dict(parse_qsl(raw, keep_blank_values=True))
        path = request.url.path
        seen = Seen(request.method, str(request.url), path, dict(request.headers), body, fields)
        self.seen.append(seen)
        self.arrived.set()
        if path == "/slow":
            await self.release.wait()
        told = self.replies.get(path, [Response(status_code=204)])
        reply = told.pop(0) if len(told) > 1 else told[0]
        made = reply(seen) if callable(reply) and not isinstance(reply, Response) else reply
        return twiml(made) if isinstance(made, str) else made


def twiml(inside: str) -> Response:
    """Answer with a document."""
    return Response(f"<Response>{inside}</Response>", media_type="text/xml")


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free port; gives its base URL."""
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - The server tells nobody when it is ready.
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def running() -> AsyncIterator[Product]:
    """Have a product."""
    product = Product()
    app = Starlette(routes=[Route("/{path:path}", product.answer, methods=METHODS)])
    async with served(app) as base:
        product.base = base
        yield product
        product.release.set()
