"""The network behind one port: the provider's REST interface, the test interface, and the SIP door beside it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from simulator import api
from simulator.network import Network
from simulator.rest import app as rest
from simulator.settings import Settings
from simulator.sip import door
from simulator.voice import Voice

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the network can be reached. A SIP port of None means no SIP door."""

    host: str = "127.0.0.1"
    port: int = 8130
    sip_host: str = "127.0.0.1"
    sip_port: int | None = None
    cache: Path = Path("var/voice")
    sip_passwords: dict[str, str] = field(default_factory=dict)


def application(network: Network, bench: api.Bench | None = None) -> Starlette:
    """Make the web application of a network that somebody else closes."""
    known = bench or api.Bench(network)
    return Starlette(routes=[*rest.routes(network), *known.routes()])


@asynccontextmanager
async def opened(settings: Settings, doors: Doors) -> AsyncIterator[tuple[Network, api.Bench]]:
    """Have a network, with its SIP door open when there is to be one."""
    network = Network(settings)
    bench = api.Bench(network)
    sip = None
    try:
        if doors.sip_port is not None:
            voice = Voice(doors.cache)
            sip = await door.serve(network, doors.sip_host, doors.sip_port, voice, doors.sip_passwords or None)
            network.directory.finders.append(sip.reach)
            bench.sip = sip.address
            log.info("SIP phones dial sip:NUMBER@%s:%s; prompts are spoken by %s", *sip.address, voice.name)
        yield network, bench
    finally:
        if sip is not None:
            await sip.close()
        await network.close()


async def serve(settings: Settings, doors: Doors) -> None:
    """Serve until told to stop (SIGINT or SIGTERM)."""
    async with opened(settings, doors) as (network, bench):
        app = application(network, bench)
        config = uvicorn.Config(app, host=doors.host, port=doors.port, log_level="warning", timeout_graceful_shutdown=2)
        log.info("The telephone network answers at http://%s:%s", doors.host, doors.port)
        await uvicorn.Server(config).serve()


def run(settings: Settings, doors: Doors) -> None:
    """Serve in a new event loop."""
    asyncio.run(serve(settings, doors))
