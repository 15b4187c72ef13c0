"""The network as a web client: signed requests with the provider's limits, retries, redirects and cookies."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urljoin, urlsplit

from aiohttp import CookieJar

from simulator import overrides, signature
from simulator.failures import Failure
from simulator.faults import Faults, Spoiled
from simulator.settings import Account, Limits, Target
from simulator.web import Request, Web

AGENT: Final = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", "Accept-Encoding": "gzip", "X-Home-Region": "us1"}
CLOSING_S: Final = 0.5
SAFE_REDIRECTS: Final = frozenset({307, 308})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook answered, from the URL where the redirects ended."""

    url: str
    status: int
    content_type: str
    body: bytes


Exchanged = tuple[Reply, str]
"""An answer, and where it redirects to."""


class Webhooks:
    """Sends requests to the product. One per network; connections are shared by all its calls."""

    def __init__(self, account: Account, limits: Limits, faults: Faults) -> None:
        self._account, self._limits = account, limits
        self.faults = faults
        self._going: set[asyncio.Task[Exchanged]] = set()
        self._web = Web()

    async def send(self, target: Target, fields: Mapping[str, str], cookies: CookieJar, kind: str) -> Reply:
        """Send one request and give its answer, whatever its status, or raise Failure.

        Fails with 11100 for a URL that is none, 11205 when nobody answers in time, 11210 for a bad host, 11202 when
        refused, 11215 for too many redirects, 11750 for a long body, 11243 for bad overrides, 11217 for 4xx and 5xx.
        """
        path = _path(target.url)
        url, tries = overrides.read(target.url, self._limits)
        spoiled = self.faults.webhook(path, kind)
        headers = {**AGENT, "I-Twilio-Idempotency-Token": str(uuid.uuid4())}
        errand = _Errand(Target(url, target.method), tuple(fields.items()), headers, cookies, tries)
        return await self._spoiled(errand, spoiled)

    async def close(self) -> None:
        """Let every connection go; what is on its way has a moment to arrive."""
        if self._going:
            await asyncio.wait(self._going, timeout=CLOSING_S)
        for task in tuple(self._going):
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)
        await self._web.close()

    async def _unbroken(self, exchange: Coroutine[Any, Any, Exchanged]) -> Exchanged:
        """Do an exchange that goes on when nobody waits for it any more: a request that was begun arrives whole."""
        task = asyncio.create_task(exchange)
        self._going.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Exchanged]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()

    async def _spoiled(self, errand: "_Errand", spoiled: Spoiled) -> Reply:
        await asyncio.sleep(spoiled.late_s)
        if spoiled.twice and spoiled.together:
            first, _second = await asyncio.gather(
                self._tried(errand, spoiled), self._tried(errand, Spoiled()), return_exceptions=True
            )
            if isinstance(first, BaseException):
                raise first
            return first
        reply = await self._tried(errand, spoiled)
        if spoiled.twice:
            await self._tried(errand, Spoiled())
        return reply

    async def _tried(self, errand: "_Errand", spoiled: Spoiled) -> Reply:
        url = errand.target.url
        try:
            async with asyncio.timeout(errand.tries.total_s):
                for _ in range(errand.tries.retries):
                    try:
                        return await self._once(errand, spoiled)
                    except Failure as failure:
                        if not errand.tries.retries_after(failure.kind):
                            raise
                return await self._once(errand, spoiled)
        except TimeoutError as error:
            raise Failure(11205, "No answer in time", url, kind="rt") from error

    async def _once(self, errand: "_Errand", spoiled: Spoiled) -> Reply:
        url = errand.target.url
        if spoiled.refused:
            raise Failure(11202, "Connection refused (a fault set on purpose)", url, kind="ct")
        if spoiled.lost:
            raise Failure(11205, "The request was lost (a fault set on purpose)", url, kind="ct")
        reply = await self._redirected(errand)
        await asyncio.sleep(spoiled.slow_s)
        if spoiled.unheard:
            raise Failure(11205, "The answer was lost (a fault set on purpose)", url, kind="rt")
        if reply.status >= HTTPStatus.BAD_REQUEST:
            kind = "4xx" if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR else "5xx"
            raise Failure(11217, f"Got HTTP {reply.status} response", reply.url, kind=kind)
        return reply

    async def _redirected(self, errand: "_Errand") -> Reply:
        target, fields = errand.target, errand.fields
        for _ in range(self._limits.redirects + 1):
            reply, location = await self._unbroken(self._exchanged(errand, target, fields))
            if reply.status not in REDIRECTS or not location:
                return reply
            url = urljoin(target.url, location)
            _path(url)
            if reply.status not in SAFE_REDIRECTS:
                target, fields = Target(url, "GET"), ()
            else:
                target = Target(url, target.method)
        raise Failure(11215, "Too many redirects", errand.target.url)

    async def _exchanged(self, errand: "_Errand", target: Target, fields: tuple[tuple[str, str], ...]) -> Exchanged:
        response = await self._web.exchange(self._request(errand, target, fields))
        return Reply(target.url, response.status, response.content_type, response.body), response.location

    def _request(self, errand: "_Errand", target: Target, fields: tuple[tuple[str, str], ...]) -> Request:
        encoded, url, body = urlencode(fields), target.url, b""
        key = (self._account.shared_key_id, self._account.shared_key)
        headers = dict(errand.headers)
        if target.method == "GET":
            url = url + ("&" if urlsplit(url).query else "?") + encoded if encoded else url
            headers |= signature.headers(url, (), self._account.auth_token, key)
        else:
            headers |= signature.headers(url, fields, self._account.auth_token, key)
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            body = encoded.encode()
        tries, most = errand.tries, self._limits.body_bytes
        return Request(target.method, url, headers, body, errand.cookies, tries.connect_s, tries.read_s, most)


@dataclass(frozen=True, slots=True)
class _Errand:
    """One request with everything that stays the same while it is tried again."""

    target: Target
    fields: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    cookies: CookieJar
    tries: overrides.Overrides


def _path(url: str) -> str:
    """Give the path of an absolute web address; what is none is failure 11100."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise Failure(11100, "Invalid URL format", url)
    return parts.path
