"""The telephone network in miniature in a thread of its own, and callers that a test holds in its hand."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette

from simulator.call import Call
from simulator.network import Network
from simulator.phone import PhoneCall
from simulator.rest.app import routes
from simulator.settings import Account, Line, Settings, Target
from simulator.virtual import Policy, VirtualLeg
from tests.house import Server, waited_for

T = TypeVar("T")
PATIENCE = 30.0


@dataclass
class Caller:
    """A caller on the line: press, hear, hang up; each waits until it has happened."""

    telephone: "Telephone"
    phone: PhoneCall

    def press(self, *keys: str) -> None:
        """Press keys, each when asked for one."""
        for key in keys:
            self.telephone.do(self.phone.press(key, PATIENCE))

    def hears(self, words: str) -> str:
        """Wait until these words are said."""
        return self.telephone.do(self.phone.heard(words, PATIENCE))

    def talks(self) -> None:
        """Wait until somebody is there to talk to."""
        self.telephone.do(self.phone.connected(PATIENCE))

    def hangs_up(self) -> None:
        """Hang up."""
        self.telephone.do(self.phone.hang_up())

    def loses_signal(self) -> None:
        """Be cut off by the network."""
        self.telephone.do(self.phone.lose_signal())

    def ended(self) -> str:
        """Wait until the call is over, and give the provider's word for how."""
        return self.telephone.do(self.phone.ended(PATIENCE))

    @property
    def play(self) -> str:
        """Give the conversation so far."""
        return self.phone.transcript()


class Telephone:
    """The network, from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, network: Network) -> None:
        self._loop, self.network = loop, network

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the network's own thread, and wait for what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE + 5)

    def call(self, act: Callable[[], T]) -> T:
        """Call a plain function in the network's own thread."""

        async def acting() -> T:
            return act()

        return self.do(acting())

    def dial(self, caller: str = "+821012345678", **more: Any) -> Caller:
        """Dial 120."""
        return Caller(self, self.call(lambda: self.network.dial(caller, "120", **more)))

    def softphone(self, login: str, **policy: Any) -> None:
        """Put a counselor's softphone on the network; without `rung` it answers."""
        self.call(lambda: self.network.directory.behave(f"client:{login}", Policy(**policy)))

    def person(self, number: str, **policy: Any) -> None:
        """Put somebody at a number; without `rung` they pick up and wait for what is said."""
        self.call(lambda: self.network.directory.behave(number, Policy(**policy)))

    def called(self, number: str, nth: int = 1) -> Caller:
        """Wait until somebody is called for the nth time, and take their telephone in hand."""
        waited_for(lambda: len(self.calls_to(number)) >= nth, PATIENCE)
        call = self.calls_to(number)[nth - 1]
        assert isinstance(call.leg, VirtualLeg)
        return Caller(self, PhoneCall(self.network, call, call.leg))

    def calls_to(self, number: str) -> list[Call]:
        """List the calls to a number, in order."""
        return self.call(lambda: [call for call in self.network.calls.values() if call.to == number])

    def drop(self, address: str) -> None:
        """Cut the line of everybody who is on it at an address."""
        living = [call for call in self.calls_to(address) if not call.is_over]
        assert living
        for call in living:
            self.call(call.leg.gone.set)

    def settled(self) -> None:
        """Wait until every callback has been delivered."""
        self.do(self.network.settled())


def line(public_url: str) -> Line:
    """Give what the city's number is set to."""
    return Line(
        Target(f"{public_url}/ivr/voice"), Target(f"{public_url}/ivr/fallback"), Target(f"{public_url}/ivr/status")
    )


@contextmanager
def network_at(port: int, public_url: str, account: str, token: str, **more: Any) -> Iterator[Telephone]:
    """Run the network until the end of the test."""
    chosen = {"speed": 0.02, "lap_s": 0.05, "seed": 7, **more}
    settings = Settings(
        account=Account(account, token),
        numbers={"120": line(public_url)},
        base_url=f"http://127.0.0.1:{port}",
        **chosen,
    )
    box: list[Any] = []

    async def live() -> None:
        network = Network(settings)
        server = Server(uvicorn.Config(Starlette(routes=routes(network)), port=port, log_level="error"))
        box.extend((asyncio.get_running_loop(), network, server))
        await server.serve()
        await network.close()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        waited_for(lambda: len(box) == 3)
        assert box[2].ready.wait(10)
        yield Telephone(box[0], box[1])
    finally:
        box[2].should_exit = True
        thread.join(10)
