"""SIP over UDP, with the retransmissions that the SIP library leaves to its transport (RFC 3261, section 17)."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiosipua import SipRequest, SipResponse, SipTransport

from simulator.sip.messages import Address, acknowledgment, key_of, reply

_log = logging.getLogger(__name__)

_T1_S: Final = 0.5
_T2_S: Final = 4.0
_LIFE_OF_A_REPLY_S: Final = 32.0
_LIFE_OF_A_REQUEST_S: Final = 600.0
_REFUSED: Final = 300
_KEEP_ALIVE: Final = b"\r\n\0 "

_Upward = Callable[[SipRequest | SipResponse, Address], Any]


@dataclass(slots=True)
class _Asked:
    """A request of ours which may have to be sent again."""

    request: SipRequest
    addr: Address
    since: float
    timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class _Receiver(asyncio.DatagramProtocol):
    """The library's own protocol asserts `isinstance(transport, asyncio.DatagramTransport)`.

    CPython's selector transport derives from that class from 3.12 on only, so on 3.11 the assertion is false although
    all is well. `SipTransport` is made to be extended: a receiver of our own needs no assertion, and no `-O`.
    """

    def __init__(self, received: Callable[[bytes, Address], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._received(data, (str(addr[0]), int(addr[1])))

    def error_received(self, exc: Exception) -> None:
        _log.debug("A SIP datagram was not delivered: %s", exc)


class Wire(SipTransport):
    """One UDP socket for SIP.

    A request that comes twice gets the same reply and is not shown to the user agent again; a request of ours is sent
    again until it is answered; a refused INVITE of ours is acknowledged.
    """

    def __init__(self, host: str, port: int) -> None:
        super().__init__(local_addr=(host, port))
        self.extra: dict[str, Callable[[SipRequest, Address], None]] = {}
        """Methods that are handled here and not by the user agent, such as REGISTER."""
        self._socket: asyncio.DatagramTransport | None = None
        self._replied: OrderedDict[tuple[str, str], tuple[float, bytes, Address]] = OrderedDict()
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()

    async def start(self) -> None:
        """Bind the socket; raises OSError when the port is taken."""
        upward = self.on_message
        loop = asyncio.get_running_loop()
        socket, _ = await loop.create_datagram_endpoint(lambda: _Receiver(self._received), local_addr=self.local_addr)
        if upward is not None:
            self.on_message = partial(self._sift, upward)
        self._socket = socket
        bound = socket.get_extra_info("sockname")
        self.local_addr = (str(bound[0]), int(bound[1]))

    async def stop(self) -> None:
        """Close the socket and forget everything that was to be sent again."""
        for asked in self._asked.values():
            asked.stop()
        self._asked.clear()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            # The event loop closes the socket itself in its next round.
            await asyncio.sleep(0)

    def send(self, message: SipRequest | SipResponse, addr: Address) -> None:
        """Send a message; a request other than ACK is sent again until something answers it."""
        if self._socket is None:
            return
        data = bytes(message)
        self._socket.sendto(data, addr)
        if isinstance(message, SipResponse):
            self._remember_reply(message, data, addr)
        elif message.method != "ACK":
            self._remember_request(message, addr)

    def _remember_reply(self, response: SipResponse, data: bytes, addr: Address) -> None:
        now = asyncio.get_running_loop().time()
        key = key_of(response)
        if not key[0]:
            return  # Without a branch two phones' requests cannot be told apart, so none counts as a repetition.
        self._replied[key] = (now, data, addr)
        self._replied.move_to_end(key)
        while self._replied and now - next(iter(self._replied.values()))[0] > _LIFE_OF_A_REPLY_S:
            self._replied.popitem(last=False)

    def _remember_request(self, request: SipRequest, addr: Address) -> None:
        loop = asyncio.get_running_loop()
        asked = _Asked(request, addr, loop.time())
        self._asked[key_of(request)] = asked
        asked.timer = loop.call_later(_T1_S, self._again, asked, _T1_S)
        while self._asked and loop.time() - next(iter(self._asked.values())).since > _LIFE_OF_A_REQUEST_S:
            self._asked.popitem(last=False)[1].stop()

    def _again(self, asked: _Asked, waited: float) -> None:
        loop = asyncio.get_running_loop()
        asked.timer = None
        if self._socket is None or loop.time() - asked.since > _LIFE_OF_A_REPLY_S:
            return
        self._socket.sendto(bytes(asked.request), asked.addr)
        pause = min(waited * 2, _T2_S)
        asked.timer = loop.call_later(pause, self._again, asked, pause)

    def _received(self, data: bytes, addr: Address) -> None:
        # Phones keep their way through a NAT open with empty datagrams and bare line ends.
        if data.strip(_KEEP_ALIVE):
            self._dispatch(data, addr)

    def _sift(self, upward: _Upward, message: SipRequest | SipResponse, addr: Address) -> None:
        if isinstance(message, SipResponse):
            self._on_response(message)
            upward(message, addr)
        elif not self._repeated(message):
            self._on_request(upward, message, addr)

    def _on_request(self, upward: _Upward, request: SipRequest, addr: Address) -> None:
        try:
            self.extra.get(request.method.upper(), upward)(request, addr)
        except ValueError as problem:
            # What cannot be parsed deep inside (an address, a description of media) is the sender's mistake.
            _log.warning("A malformed %s came from %s: %s", request.method, addr, problem)
            self._refuse_malformed(request)

    def _refuse_malformed(self, request: SipRequest) -> None:
        if request.method.upper() == "ACK":
            return
        try:
            self.send_reply(reply(request, 400, "Bad Request"))
        except ValueError:
            _log.warning("The malformed %s cannot even be answered", request.method)

    def _repeated(self, request: SipRequest) -> bool:
        """Answer a repeated request as before; an ACK is never answered and so never a repetition."""
        known = self._replied.get(key_of(request)) if request.method != "ACK" else None
        if known is None or self._socket is None:
            return False
        self._socket.sendto(known[1], known[2])
        return True

    def _on_response(self, response: SipResponse) -> None:
        asked = self._asked.get(key_of(response))
        if asked is None:
            return
        asked.stop()
        if asked.request.method == "INVITE" and response.status_code >= _REFUSED:
            self.send(acknowledgment(asked.request, response), asked.addr)
