"""The test and load interface, JSON under /sim/: place calls, look at them, press keys, make trouble."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator import load, wishes
from simulator.call import Call, HangUp
from simulator.faults import Faults
from simulator.network import Network, UnknownNumberError
from simulator.rest import calls as rest_calls
from simulator.trace import line
from simulator.virtual import VirtualLeg

W = TypeVar("W", bound=wishes.Wish)
Endpoint = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is refused, with its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def refusing(endpoint: Endpoint) -> Endpoint:
    """Answer refusals and unreadable bodies as problem JSON."""

    @wraps(endpoint)
    async def wrapped(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as error:
            return JSONResponse({"status": error.status, "title": str(error)}, error.status)
        except ValidationError as error:
            body = {"status": 422, "title": "The body is not as it should be", "faults": wishes.faults_of(error)}
            return JSONResponse(body, 422)

    return wrapped


class Bench:
    """The endpoints of one network's test interface."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.runs: dict[str, load.Run] = {}
        self.sip: tuple[str, int] | None = None
        """Where SIP phones find the network."""

    def routes(self) -> list[Route]:
        """List the routes."""
        table: list[tuple[str, str, Endpoint]] = [
            ("GET", "/sim/health", self.health),
            ("GET", "/sim/errors", self.errors),
            ("POST", "/sim/calls", self.dial),
            ("GET", "/sim/calls", self.calls),
            ("GET", "/sim/calls/{sid}", self.call),
            ("GET", "/sim/calls/{sid}/stream", self.stream),
            ("POST", "/sim/calls/{sid}/press", self.press),
            ("POST", "/sim/calls/{sid}/say", self.say),
            ("POST", "/sim/calls/{sid}/hangup", self.hang_up),
            ("PUT", "/sim/faults", self.set_faults),
            ("GET", "/sim/faults", self.faults),
            ("PUT", "/sim/clients/{identity}", self.set_client),
            ("DELETE", "/sim/clients/{identity}", self.drop_client),
            ("PUT", "/sim/phones/{number}", self.set_client),
            ("DELETE", "/sim/phones/{number}", self.drop_client),
            ("POST", "/sim/load", self.start_load),
            ("GET", "/sim/load/{id}", self.load),
        ]
        return [Route(path, refusing(endpoint), methods=[method]) for method, path, endpoint in table]

    async def health(self, _request: Request) -> Response:
        """Say that the network is up, and how busy it is."""
        living = sum(not call.is_over for call in self.network.calls.values())
        sip = {"host": self.sip[0], "port": self.sip[1]} if self.sip else None
        return JSONResponse({"status": "ok", "living": living, "numbers": sorted(self.network.lines), "sip": sip})

    async def errors(self, request: Request) -> Response:
        """List what went wrong, newest first; of one call when asked so."""
        wanted = request.query_params.get("call")
        found = [entry.as_json() for entry in reversed(self.network.complaints) if wanted in {None, entry.call_sid}]
        return JSONResponse({"errors": found})

    async def dial(self, request: Request) -> Response:
        """Let a virtual caller dial."""
        wish = await self._read(request, wishes.NewCall)
        try:
            phone = self.network.dial(wish.from_, wish.to, policy=wish.policy(), parameters=wish.parameters)
        except UnknownNumberError as error:
            raise Refused(404, f"Nobody is at {error}") from error
        return JSONResponse({"id": phone.sid, "sid": phone.sid}, 201)

    async def calls(self, _request: Request) -> Response:
        """List the calls, newest first."""
        return JSONResponse({"calls": [_brief(call) for call in reversed(self.network.calls.values())]})

    async def call(self, request: Request) -> Response:
        """Tell everything about one call."""
        call = self._call(request)
        trace = [entry.as_json() for entry in call.trace.entries]
        return JSONResponse({**_brief(call), "trace": trace, "transcript": call.trace.transcript()})

    async def stream(self, request: Request) -> Response:
        """Tell a call as it happens, as server-sent events; the last one is `end`."""
        return StreamingResponse(_events(self._call(request)), media_type="text/event-stream")

    async def press(self, request: Request) -> Response:
        """Press keys on a call now."""
        call, keys = self._living(request), await self._read(request, wishes.Keys)
        for key in keys.digits:
            call.leg.digits.put_nowait(key)
        return JSONResponse(_brief(call))

    async def say(self, request: Request) -> Response:
        """Let a virtual end say something."""
        call, words = self._living(request), await self._read(request, wishes.Words)
        if not isinstance(call.leg, VirtualLeg):
            raise Refused(409, "This end speaks for itself")
        call.leg.spoke(words.text)
        return JSONResponse(_brief(call))

    async def hang_up(self, request: Request) -> Response:
        """Let the end of a call hang up."""
        call = self._living(request)
        if isinstance(call.leg, VirtualLeg):
            call.leg.gone.set()
        else:
            self.network.order(call, HangUp())
        await call.done.wait()
        return JSONResponse(_brief(call))

    async def set_faults(self, request: Request) -> Response:
        """Make trouble, or end it."""
        wish = await self._read(request, wishes.Troubles)
        self.network.trouble(Faults(tuple(wish.webhooks), tuple(wish.rest), wish.seed))
        return JSONResponse(wish.model_dump(mode="json"))

    async def faults(self, _request: Request) -> Response:
        """Tell the trouble in force."""
        now = self.network.faults
        wish = wishes.Troubles(webhooks=list(now.webhooks), rest=list(now.rest), seed=now.seed)
        return JSONResponse(wish.model_dump(mode="json"))

    async def set_client(self, request: Request) -> Response:
        """Put a virtual softphone or telephone at an address."""
        wish = await self._read(request, wishes.Behavior)
        self.network.directory.behave(_address(request), wish.policy())
        return JSONResponse({"address": _address(request), **wish.model_dump(mode="json")})

    async def drop_client(self, request: Request) -> Response:
        """Take the end at an address away."""
        if not self.network.directory.knows(_address(request)):
            raise Refused(404, f"Nobody is at {_address(request)}")
        self.network.directory.unregister(_address(request))
        return Response(status_code=204)

    async def start_load(self, request: Request) -> Response:
        """Begin a load."""
        wish = await self._read(request, wishes.Load)
        if wish.seconds is None and wish.calls is None:
            raise Refused(422, "A load needs an end: seconds or calls")
        run = load.Run(uuid.uuid4().hex, wish)
        self.runs[run.id] = run
        self.network.spawn(load.run(self.network, run))
        return JSONResponse(run.as_json(), 201)

    async def load(self, request: Request) -> Response:
        """Tell how a load goes."""
        run = self.runs.get(request.path_params["id"])
        if run is None:
            raise Refused(404, "There is no such load")
        return JSONResponse(run.as_json())

    def _call(self, request: Request) -> Call:
        call = self.network.calls.get(request.path_params["sid"])
        if call is None:
            raise Refused(404, "There is no such call")
        return call

    def _living(self, request: Request) -> Call:
        call = self._call(request)
        if call.is_over:
            raise Refused(409, "The call is over")
        return call

    @staticmethod
    async def _read(request: Request, kind: type[W]) -> W:
        return kind.model_validate_json(await request.body() or b"{}")


def _brief(call: Call) -> dict[str, Any]:
    return rest_calls.shape(call) | {"state": call.status.value, "id": call.sid}


def _address(request: Request) -> str:
    identity = request.path_params.get("identity")
    return f"client:{identity.removeprefix('client:')}" if identity else str(request.path_params["number"])


async def _events(call: Call) -> AsyncIterator[str]:
    async for entry in call.trace.follow():
        spoken = line(entry, call.trace.network_name, call.trace.end_name)
        data = json.dumps({**entry.as_json(), "line": spoken}, ensure_ascii=False)
        yield f"event: {entry.kind}\ndata: {data}\n\n"
    yield "event: end\ndata: {}\n\n"
    await asyncio.sleep(0)
