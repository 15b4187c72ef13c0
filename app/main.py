"""The web service: the provider's webhooks in front, the API and the pages behind them."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import redis.asyncio
from fastapi import FastAPI
from fastapi.responses import FileResponse
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError
from starlette.types import ASGIApp

import casework.routes
import console.pages
import console.routes
import ivr.callbacks.routes
import ivr.modes.routes
import ivr.routes
import ivr.voicemails
import routing.routes
import routing.service as queue
from app import grants, session
from app.openapi import describe
from app.settings import Settings, load
from app.world import World, clock
from casework.config import Means
from core import web
from core.errors import NotFound, Refusal
from core.journal import Journal
from ivr import officer, queries
from ivr.catalog import load as load_flows
from ivr.events import Waited
from ivr.modes.service import ModeWatch
from ivr.record import SIDES
from ivr.spool import Spool
from ivr.verbs import Verb
from ivr.webhooks import ANSWERS, Webhooks
from routing.board import outlook as board_outlook
from routing.errors import BoardGone
from routing.hours import load_calendar

SOUNDS = Path(__file__).parent.parent / "ivr" / "sounds"
BEATS = 16
OUTLOOKS = 20
OUTLOOK_PATIENCE = 0.4
"""Seconds; a caller hears comfort without a number rather than wait for one."""


def create(settings: Settings | None = None) -> ASGIApp:
    """Make the whole web service."""
    world = World(settings or load())
    logging.basicConfig(level=world.settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s")
    index = redis.asyncio.Redis.from_url(
        world.settings.redis_url, socket_timeout=OUTLOOK_PATIENCE, max_connections=OUTLOOKS
    )
    modes = ModeWatch(world.sessions, load_calendar())
    hooks = webhooks(world, index, modes)
    _spare_the_collector()
    return Front(hooks, api(world, hooks, index, modes))


def _spare_the_collector() -> None:
    # What is loaded now stays: looking through it again and again would cost callers milliseconds.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


class Front:
    """Looks a path up among the webhooks, and else asks FastAPI: the shortest way for whoever is on the line."""

    def __init__(self, hooks: Webhooks, app: FastAPI) -> None:
        """Join the two."""
        self.hooks, self.app = hooks, app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] in ANSWERS:
            await self.hooks(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def webhooks(world: World, index: redis.asyncio.Redis, modes: ModeWatch) -> Webhooks:
    """Give the webhooks what they need."""
    s = world.settings
    return Webhooks(
        s.keys, s.wording, load_flows(), s.vault, Journal(s.database_url, SIDES), Spool(s.spool_dir), clock,
        partial(_outlook, index, world), partial(_desk_call, world), partial(_recall, world), modes.now,
        partial(_officer, world), partial(_officer_gone, world),
    )  # fmt: skip


async def _outlook(index: redis.asyncio.Redis, world: World, contact_id: UUID) -> Waited:
    try:
        async with asyncio.timeout(OUTLOOK_PATIENCE):
            news = await board_outlook(index, world.settings.site, contact_id, clock(), world.routing)
    except BoardGone:
        # Redis is there, and its index will be again within a second.
        return Waited()
    except (RedisError, OSError, TimeoutError, Refusal):
        return Waited(away=True)
    told = Waited(
        news.place, news.seconds, summoned=news.connecting, within=news.within, waited=news.waited, seats=news.seats
    )
    known = news.standing
    if known is None:
        return told
    return replace(told, size=known.size, staffed=known.staffed, lost=known.lost, danger=known.klass == "danger")


def _desk_call(world: World, login: str) -> tuple[str, str] | None:
    with world.sessions() as tx:
        offer = queue.offer_of_seat(tx, login)
        call = queries.caller_of(tx, offer.contact_id) if offer else None
        return (call.sid, str(offer.id)) if offer and call else None


def _officer(world: World, attempt: str, key: str, times: int) -> tuple[Verb, ...]:
    with world.sessions.begin() as tx:
        return officer.told(tx, load_flows().newest, (attempt, key, times), means=_means(world), at=clock())


def _officer_gone(world: World, attempt: str, status: str) -> None:
    with world.sessions.begin() as tx:
        officer.gone(tx, attempt, status, at=clock())


def _means(world: World) -> Means:
    return Means(world.settings.vault, world.casework)


async def _recall(world: World, source: str, key: str) -> dict[str, Any] | None:
    def read() -> dict[str, Any] | None:
        with world.sessions() as tx:
            return queries.fact(tx, source, key)

    return await asyncio.to_thread(read)


def api(world: World, hooks: Webhooks, index: redis.asyncio.Redis, modes: ModeWatch) -> FastAPI:
    """Make the API and the pages; their life spans the journal's too."""
    beats = _beats(world)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await hooks.journal.open()
        # The first call already begins in the mode that holds.
        await asyncio.to_thread(modes.read)
        watches = [asyncio.create_task(watch) for watch in (hooks.spool.watch(hooks.journal), modes.watch())]
        yield
        for watch in watches:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        await hooks.journal.close()
        await index.aclose()
        await beats.aclose()
        # Whoever still reads in a thread, for a stream that broke off, gives its connection back first.
        await asyncio.get_running_loop().shutdown_default_executor()
        world.close()

    # The library's own documentation pages load their scripts from elsewhere: docs/api.md stands in for them.
    app = FastAPI(
        title="Goodbye Loneliness 120", version="0.1.0", lifespan=lifespan, redirect_slashes=False, docs_url=None,
        redoc_url=None,
    )  # fmt: skip
    _give(app, world)
    app.state.modes, app.state.telephone, app.state.index = modes, world.telephone, beats
    web.explain_errors(app)
    app.state.refusal_page = console.pages.refusal
    rooms = (
        console.routes, session, grants, ivr.routes, ivr.callbacks.routes, ivr.modes.routes, ivr.voicemails,
        routing.routes, casework.routes,
    )  # fmt: skip
    for room in rooms:
        app.include_router(room.router)
    app.add_api_route("/ivr/sounds/{name}.wav", sound, include_in_schema=False, dependencies=[web.public()])
    describe(app)
    return app


def _beats(world: World) -> redis.asyncio.Redis:
    # Connections of their own: a thousand desks must not take those by which waiting callers are answered.
    url = world.settings.redis_url
    pool = BlockingConnectionPool.from_url(url, max_connections=BEATS, timeout=1, socket_timeout=2)
    return redis.asyncio.Redis.from_pool(pool)


def _give(app: FastAPI, world: World) -> None:
    state = app.state
    state.settings, state.clock, state.vault = world.settings, clock, world.settings.vault
    state.log = logging.getLogger("web")
    state.sessions, state.redis, state.board, state.casework = world.sessions, world.redis, world.board, world.casework
    state.callbacks, state.written = world.callbacks, world.written


def sound(name: str) -> FileResponse:
    """Give a sound file to the provider."""
    # Looked up among what there is: a name from outside never becomes a path of its own.
    found = {path.stem: path for path in SOUNDS.glob("*.wav")}.get(name)
    if found is None:
        raise NotFound("There is no such sound.")
    return FileResponse(found, media_type="audio/wav")
