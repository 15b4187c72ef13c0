"""A counselor's stream of events: how their seat stands, at once and again every few seconds, and news in between.

News come from Redis by one subscription for the whole process. One that is lost is repaired by the next snapshot.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import orjson
import redis.asyncio
from fastapi.sse import format_sse_event
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Refusal
from core.live import CHANNEL

log = logging.getLogger(__name__)
BEAT = 5.0
"""Seconds between two snapshots."""
BACKLOG = 100
"""A reader who is this many news behind loses the rest; the next snapshot tells where things stand."""
AGAIN = 1.0


class Feed:
    """One process's subscription to the news of all seats."""

    def __init__(self, redis_url: str, *, beat: float = BEAT) -> None:
        """Prepare; the subscription begins with the first listener."""
        self.beat = beat
        self._url = redis_url
        self._listeners: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()

    @contextlib.contextmanager
    def listen(self, topic: str) -> Iterator[asyncio.Queue[bytes]]:
        """Collect the news of one topic from now on."""
        news: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self._listeners[topic].add(news)
        if self._task is None or self._task.done():
            self._subscribed.clear()
            self._task = asyncio.create_task(self._subscribe())
        try:
            yield news
        finally:
            self._listeners[topic].discard(news)
            if not self._listeners[topic]:
                del self._listeners[topic]
            if not self._listeners:
                self._task.cancel()

    async def subscribed(self, patience: float = 1.0) -> None:
        """Wait until news are heard, but not for long: a snapshot is worth more than complete news."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._subscribed.wait(), patience)

    async def _subscribe(self) -> None:
        while True:
            try:
                async with redis.asyncio.from_url(self._url, socket_timeout=None) as index, index.pubsub() as ear:
                    await ear.psubscribe(f"{CHANNEL}seat:*")
                    async for heard in ear.listen():
                        self._hear(heard)
            except (RedisError, OSError) as error:
                log.warning("no news from Redis: %s", error)
                self._subscribed.clear()
                await asyncio.sleep(AGAIN)

    def _hear(self, heard: dict[str, Any]) -> None:
        if heard["type"] == "psubscribe":
            self._subscribed.set()
        elif heard["type"] == "pmessage":
            topic = heard["channel"].decode().removeprefix(CHANNEL)
            for news in self._listeners.get(topic, ()):
                with contextlib.suppress(asyncio.QueueFull):
                    news.put_nowait(heard["data"])


async def seat_stream(feed: Feed, topic: str, snapshot: Callable[[], dict[str, Any]]) -> AsyncIterator[bytes]:
    """Give the events of one seat: `snapshot` now and at every beat, then `offer`, `offer_over`, `seat` as they happen.

    `snapshot` runs in a thread, and raises a Refusal where the reader may not read any more.
    """
    with feed.listen(topic) as news:
        await feed.subscribed()
        while True:
            try:
                yield _event("snapshot", orjson.dumps(await asyncio.to_thread(snapshot)))
            except Refusal as refusal:
                yield _event("end", orjson.dumps({"title": refusal.title, "detail": refusal.detail}))
                return
            except (RedisError, SQLAlchemyError) as error:
                log.warning("no snapshot of %s: %s", topic, error)
                yield _event("outage", b'{"detail": "A part of the system is out of order."}')
            async for event in _until_next_beat(news, feed.beat):
                yield event


async def kept(
    events: AsyncIterator[bytes], beat: Callable[[], Awaitable[object]], pause: float
) -> AsyncIterator[bytes]:
    """Pass events on, and `beat` every `pause` seconds for as long as somebody is connected."""
    beating = asyncio.create_task(_beat(beat, pause))
    try:
        async for event in events:
            yield event
    finally:
        beating.cancel()


async def _beat(beat: Callable[[], Awaitable[object]], pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        try:
            await beat()
        except (Refusal, RedisError, SQLAlchemyError, OSError) as error:
            log.warning("a stream could not keep its seat: %s", error)


async def _until_next_beat(news: "asyncio.Queue[bytes]", beat: float) -> AsyncIterator[bytes]:
    end = asyncio.get_running_loop().time() + beat
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            raw = await asyncio.wait_for(news.get(), left)
        except TimeoutError:
            break
        body = orjson.loads(raw)
        yield _event(body.pop("kind"), orjson.dumps(body))
    yield format_sse_event(comment="still here")


def _event(name: str, data: bytes) -> bytes:
    return format_sse_event(event=name, data_str=data.decode())
