"""One HTTP exchange over shared connections: no retries, no redirects, no cookies but the call's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from simulator.failures import Failure

KEPT_S = 2.0
"""How long an idle connection is kept: shorter than servers keep theirs, so that none is closed under a request."""


def jar() -> aiohttp.CookieJar:
    """Make a call's own cookie jar; addresses without names may set cookies too."""
    return aiohttp.CookieJar(unsafe=True)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: the URL goes out byte for byte. Times are seconds."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    cookies: aiohttp.CookieJar
    connect_s: float
    read_s: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    content_type: str
    location: str
    body: bytes


@dataclass(slots=True)
class Web:
    """The connections of one network."""

    _session: aiohttp.ClientSession = field(init=False)

    def __post_init__(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S)
        nothing_kept = aiohttp.DummyCookieJar()
        untimed = aiohttp.ClientTimeout(total=None)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=nothing_kept, timeout=untimed)

    async def exchange(self, request: Request) -> Response:
        """Send one request and read its answer whole; Failure says why there is none."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=request.connect_s, sock_read=request.read_s)
        try:
            url = URL(request.url, encoded=True)
            async with self._session.request(
                request.method,
                url,
                headers={**request.headers, **_cookies(request.cookies, url)},
                data=request.body or None,
                timeout=timeout,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Content-Type"),
            ) as answer:
                request.cookies.update_cookies(answer.cookies, url)
                body = await _read(answer, request.most_bytes, request.url)
                headers = answer.headers
                return Response(answer.status, headers.get("Content-Type", ""), headers.get("Location", ""), body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _failure(error, request.url) from error

    async def close(self) -> None:
        """Let every connection go."""
        await self._session.close()


async def _read(answer: aiohttp.ClientResponse, most: int, url: str) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most:
            raise Failure(11750, "The response body is too large", url)
    return bytes(body)


def _cookies(kept: aiohttp.CookieJar, url: URL) -> dict[str, str]:
    found = kept.filter_cookies(url) if len(kept) else {}
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in found.items())} if found else {}


def _failure(error: Exception, url: str) -> Failure:
    match error:
        case aiohttp.InvalidURL():
            return Failure(11100, "Invalid URL format", url)
        case aiohttp.ConnectionTimeoutError():
            return Failure(11205, "No connection in time", url, kind="ct")
        case aiohttp.ClientConnectorDNSError():
            return Failure(11210, "Bad host name", url, kind="ct")
        case aiohttp.ClientConnectorCertificateError():
            return Failure(11235, "The certificate is not valid", url, kind="ct")
        case aiohttp.ClientConnectorSSLError():
            return Failure(11220, "TLS could not be agreed on", url, kind="ct")
        case aiohttp.ClientConnectorError():
            return Failure(11202, "Connection refused", url, kind="ct")
        case TimeoutError():
            return Failure(11205, "No answer in time", url, kind="rt")
    return Failure(11205, f"The exchange broke off: {type(error).__name__}", url, kind="rt")
