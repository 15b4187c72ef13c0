"""The outside call itself: one signed HTTPS request with a bound on its whole time, and what was answered."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import orjson

from casework.config import Endpoint
from core.words import without_resident_numbers

_LARGEST_REPLY = 65_536


class Undelivered(Exception):
    """The other side did not take the request; it is tried again."""

    def __init__(self, words: str, status: int | None = None) -> None:
        """Keep the HTTP status where there was one."""
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """Everything an attempt needs, read before the transaction ended."""

    attempt_id: UUID
    endpoint: Endpoint
    headers: dict[str, str]
    body: bytes = field(repr=False)
    timeout: float


@dataclass(frozen=True, slots=True)
class Reply:
    """The other side took the request, and perhaps acknowledged it already."""

    attempt_id: UUID
    status: int
    acknowledged: bool
    by: str
    receipt: str | None


def send(request: Request) -> Reply:
    """Deliver a request within its time; raises Undelivered for anything but a 2xx answer."""
    return _read(request.attempt_id, *_delivered(request))


def transcribe(request: Request) -> str:
    """Ask for a recording's words, `{"text": "..."}`; empty where there are none. Raises Undelivered as `send`."""
    _, body = _delivered(request)
    text = _said(body).get("text")
    return text.replace("\x00", "").strip() if isinstance(text, str) else ""


def _delivered(request: Request) -> tuple[int, bytes]:
    try:
        status, body = asyncio.run(_post(request))
    except TimeoutError as error:
        raise Undelivered(f"No whole answer within {request.timeout:g} s.") from error
    except httpx.HTTPError as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from error
    if not 200 <= status < 300:  # noqa: PLR2004 - the HTTP class of success
        raise Undelivered(f"The other side answered {status}.", status)
    return status, body


async def _post(request: Request) -> tuple[int, bytes]:
    # httpx bounds each read but not their sum: a peer that sends one byte a second would hold a worker for ever.
    async with (
        asyncio.timeout(request.timeout),
        httpx.AsyncClient(timeout=request.timeout, trust_env=False, proxy=request.endpoint.proxy) as client,
        client.stream("POST", request.endpoint.url, content=request.body, headers=request.headers) as answer,
    ):
        body = b""
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > _LARGEST_REPLY:
                break
        return answer.status_code, body


def _read(attempt_id: UUID, status: int, body: bytes) -> Reply:
    said = _said(body)
    by, receipt = said.get("by"), said.get("receipt")
    return Reply(
        attempt_id,
        status,
        said.get("acknowledged") is True,
        _short(by) or "the addressee",
        _short(receipt),
    )


def _said(body: bytes) -> dict[str, object]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = {}
    return answer if isinstance(answer, dict) else {}


def _short(value: object) -> str | None:
    return without_resident_numbers(value.replace("\x00", ""))[:80] if isinstance(value, str) and value else None
