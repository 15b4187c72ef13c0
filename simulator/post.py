"""News nobody waits for: delivered beside everything else, in order where that can be."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from simulator import web
from simulator.call import Call
from simulator.failures import Failure
from simulator.settings import Target
from simulator.webhook import Webhooks

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
Complain = Callable[[Failure, Call | None], None]


class Post:
    """Delivers news. News about the same call or conference goes out one after the other, unless faults are at work."""

    def __init__(self, webhooks: Webhooks, spawn: Spawn, complain: Complain) -> None:
        self._webhooks, self._spawn, self._complain = webhooks, spawn, complain
        self._tails: dict[str, asyncio.Task[None]] = {}

    def send(self, about: str, target: Target, fields: Mapping[str, str], call: Call | None) -> None:
        """Send one piece of news about a SID; the call, if any, notes it in its trace."""
        before = None if self._webhooks.faults.webhooks else self._tails.get(about)
        task = self._spawn(self._delivered(before, target, fields, call))
        self._tails[about] = task
        task.add_done_callback(partial(self._shorten, about))

    async def settle(self, about: str) -> None:
        """Wait until the news about a SID has been delivered or given up."""
        tail = self._tails.get(about)
        if tail is not None:
            await asyncio.wait({tail})

    async def settle_all(self) -> None:
        """Wait until all news on its way has been delivered or given up."""
        while self._tails:
            await asyncio.gather(*self._tails.values(), return_exceptions=True)

    def _shorten(self, about: str, task: asyncio.Task[None]) -> None:
        if self._tails.get(about) is task:
            del self._tails[about]

    async def _delivered(
        self, before: asyncio.Task[None] | None, target: Target, fields: Mapping[str, str], call: Call | None
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        cookies = call.cookies if call else web.jar()
        try:
            reply = await self._webhooks.send(target, fields, cookies, "callback")
        except Failure as failure:
            self._complain(failure, call)
            return
        if call:
            call.trace.add("told", url=target.url, fields=dict(fields), status=reply.status)
