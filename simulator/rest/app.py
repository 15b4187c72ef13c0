"""The REST interface as a web application: who may ask, what is asked, what goes wrong on purpose."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulator.network import Network
from simulator.rest import calls, conferences, numbers, participants, queues, recordings
from simulator.rest.asked import Answer, Asked
from simulator.rest.errors import RestError, not_found

ROOT: Final = "/2010-04-01/Accounts/{account}"
Act = Callable[[Asked], Awaitable[Answer]]

RESOURCES: Final[dict[str, dict[str, Act]]] = {
    "": {"GET": numbers.account},
    "/Calls": {"GET": calls.browse, "POST": calls.create},
    "/Calls/{sid}": {"GET": calls.fetch, "POST": calls.update, "DELETE": calls.delete},
    "/Calls/{call}/Recordings": {"GET": recordings.browse},
    "/Conferences": {"GET": conferences.browse},
    "/Conferences/{sid}": {"GET": conferences.fetch, "POST": conferences.update},
    "/Conferences/{conference}/Participants": {"GET": participants.browse, "POST": participants.create},
    "/Conferences/{conference}/Participants/{call}": {
        "GET": participants.fetch,
        "POST": participants.update,
        "DELETE": participants.delete,
    },
    "/Queues": {"GET": queues.browse, "POST": queues.create},
    "/Queues/{queue}": {"GET": queues.fetch, "POST": queues.update, "DELETE": queues.delete},
    "/Queues/{queue}/Members": {"GET": queues.members},
    "/Queues/{queue}/Members/{call}": {"GET": queues.member, "POST": queues.dequeue},
    "/IncomingPhoneNumbers": {"GET": numbers.browse},
    "/IncomingPhoneNumbers/{sid}": {"GET": numbers.fetch, "POST": numbers.update},
    "/Recordings": {"GET": recordings.browse},
    "/Recordings/{sid}": {"GET": recordings.fetch, "DELETE": recordings.delete},
}


class Cut(Response):
    """An answer that breaks off after its head, on purpose: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the head only."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


def routes(network: Network) -> list[Route]:
    """List the routes of a network's REST interface."""
    sound = [Route(f"{ROOT}/Recordings/{{sid}}{ending}", _sound(network)) for ending in (".wav", "")]
    made = [
        Route(f"{ROOT}{path}.json", _endpoint(network, acts), methods=list(acts)) for path, acts in RESOURCES.items()
    ]
    return [*made, *sound]


def _endpoint(network: Network, acts: dict[str, Act]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        spoiled = network.faults.request(request.url.path, request.method)
        await asyncio.sleep(spoiled.slow_s)
        if spoiled.drop:
            return Cut()
        if spoiled.fail:
            return _refusal(_on_purpose(spoiled.status))
        answer = await _answered(network, acts, request)
        return _refusal(_on_purpose(spoiled.status)) if spoiled.unheard else answer

    return endpoint


async def _answered(network: Network, acts: dict[str, Act], request: Request) -> Response:
    try:
        _check(network, request)
        act = acts["GET" if request.method == "HEAD" else request.method]
        status, body = await act(await _asked(network, request))
    except RestError as error:
        return _refusal(error)
    return Response(status_code=status) if body is None else JSONResponse(body, status_code=status)


def _sound(network: Network) -> Callable[[Request], Awaitable[Response]]:
    async def sound(request: Request) -> Response:
        try:
            _check(network, request)
            recording = recordings.find(await _asked(network, request))
        except RestError as error:
            return _refusal(error)
        return Response(recordings.wav(recording), media_type="audio/x-wav")

    return sound


async def _asked(network: Network, request: Request) -> Asked:
    raw = request.url.query.encode() if request.method in {"GET", "HEAD"} else await request.body()
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError as error:
        raise RestError(400, 20001, f"The form cannot be read: {error}") from error
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return Asked(network, request.url.path, request.path_params, fields)


def _check(network: Network, request: Request) -> None:
    """Refuse whoever is not the account, and other accounts' resources."""
    account = network.settings.account
    name, secret = _credentials(request.headers.get("Authorization", ""))
    known = {account.sid: account.auth_token, **network.settings.api_keys}
    if not (name in known and compare_digest(secret.encode(), known[name].encode())):
        raise RestError(401, 20003, "Authenticate")
    if request.path_params["account"] != account.sid:
        raise not_found(request.url.path)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _on_purpose(status: int) -> RestError:
    code = {429: 20429, 404: 20404}.get(status, 20500)
    return RestError(status, code, "A fault set on purpose")


def _refusal(error: RestError) -> Response:
    headers: dict[str, Any] = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else {}  # noqa: PLR2004
    return JSONResponse(error.as_json(), status_code=error.status, headers=headers)
