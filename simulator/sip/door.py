"""The door itself: one UDP port where SIP phones register, dial in, and are called from."""

import asyncio
import logging
import random
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from aiosipua import DialogState, IncomingCall, SipRequest, SipUAC, SipUAS

from simulator.leg import Leg
from simulator.sip import callers, directory, offers
from simulator.sip.exchange import Exchange
from simulator.sip.inbound import InboundLeg
from simulator.sip.leg import SipLeg
from simulator.sip.messages import Address, keys_of, reply, user_of
from simulator.sip.outbound import Invitation, OutboundLeg
from simulator.sip.registrar import Registrar
from simulator.sip.studio import Studio
from simulator.sip.wire import Wire
from simulator.voice import Voice

_log = logging.getLogger(__name__)

_AGENT: Final = "Goodbye Loneliness 120 simulator"
_PORTS_TRIED: Final = 50
_RTP_FIRST, _RTP_LAST, _RTP_SPAN = 16_384, 32_000, 4_000
_FAREWELL_S: Final = 1.0
_AFTERLIFE_S: Final = 33.0


class Door:
    """Phones on one side, the network on the other."""

    def __init__(self, exchange: Exchange, wire: Wire, studio: Studio, registrar: Registrar) -> None:
        self.registrar = registrar
        self._exchange = exchange
        self._wire = wire
        self._studio = studio
        self._legs: dict[str, SipLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._uac = SipUAC(wire)
        self._uas = SipUAS(wire, uac=self._uac, user_agent=_AGENT)
        self._listen()

    def _listen(self) -> None:
        self._uas.on_invite = self._on_invite
        self._uas.on_reinvite = self._on_reinvite
        self._uas.on_bye = lambda call, _request: self._on_gone(call.call_id)
        self._uas.on_cancel = lambda request, _addr: self._on_gone(request.call_id or "")
        self._uas.on_ack_timeout = lambda call: self._on_gone(call.call_id)
        self._wire.extra = {"REGISTER": self._on_register, "INFO": self._on_info}

    @property
    def address(self) -> Address:
        """The host and port where phones find the door."""
        return self._studio.advertised, self._wire.local_addr[1]

    @property
    def calls(self) -> int:
        """How many phones are on the line."""
        return len(self._legs)

    async def open(self) -> None:
        """Start to listen; raises OSError when the port is taken."""
        await self._uas.start()
        self._uas.advertised_addr = self._uac.advertised_addr = self.address
        self._studio.start()

    async def close(self) -> None:
        """Hang up on everybody, wait a moment for their replies, and give all ports back."""
        self._closing = True
        await asyncio.gather(*(leg.hang_up("failed") for leg in list(self._legs.values())))
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=_FAREWELL_S)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._studio.stop()
        await self._uas.stop()

    def reach(self, address: str, caller: str) -> Leg | None:
        """Find the phone of `client:<name>`, of a name on this door, or of any other SIP address."""
        place = directory.find(address, self.registrar, self.address)
        if place is None:
            return None
        invitation = Invitation(place.uri, place.addr, callers.uri_of(caller, self.address))
        leg = OutboundLeg(address, self._studio, self._uac, invitation)
        leg.on_invited = lambda call: self._keep(call.call_id, leg)
        return leg

    def _keep(self, call_id: str, leg: SipLeg) -> None:
        self._legs[call_id] = leg
        self._spawn(self._until_gone(call_id, leg))

    async def _until_gone(self, call_id: str, leg: SipLeg) -> None:
        await leg.gone.wait()
        await leg.close()
        self._legs.pop(call_id, None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_invite(self, call: IncomingCall) -> None:
        try:
            number = user_of(call.invite.uri)
            refusal = self._refusal(call, number)
            leg = InboundLeg(self._address_of(call), self._studio, call, self._forget)
            parameters = callers.parameters_of(call)
        except ValueError:
            refusal = 400, "Bad Request"
        if refusal is not None:
            call.reject(*refusal)
            return
        self._keep(call.call_id, leg)
        call.ringing()
        self._spawn(self._carry(leg, number, parameters))

    def _address_of(self, call: IncomingCall) -> str:
        """Give the caller's address: a phone registered here is a softphone of the network, `client:<name>`.

        Anybody may write a name into an INVITE, so it counts only when it comes from where that name is registered.
        """
        user = user_of(call.caller)
        phone = self.registrar.find(user)
        return f"client:{user}" if phone and phone.addr == call.source_addr else callers.address_of(call)

    def _refusal(self, call: IncomingCall, number: str) -> tuple[int, str] | None:
        if self._closing:
            return 503, "Service Unavailable"
        if call.call_id in self._legs:
            return 482, "Loop Detected"
        if not self._exchange.serves(number):
            return 404, "Not Found"
        if offers.answer(call.sdp_offer, *self.address) is None:
            return 488, "Not Acceptable Here"
        return None

    async def _carry(self, leg: InboundLeg, number: str, parameters: Mapping[str, str]) -> None:
        try:
            await self._exchange.arrive(leg, number, parameters)
        except Exception:  # noqa: BLE001  (whatever broke, the phone must hear the call end)
            _log.exception("The call from %s broke", leg.address)
        finally:
            await leg.hang_up("completed")

    def _on_gone(self, call_id: str) -> None:
        leg = self._legs.get(call_id)
        if leg is None:
            return
        # A CANCEL can cross our answer: then the call is up, and only a BYE ends it.
        if isinstance(leg, InboundLeg) and leg.call.dialog.state is DialogState.CONFIRMED:
            leg.end_dialog("canceled")
        leg.gone.set()

    def _on_reinvite(self, call: IncomingCall) -> None:
        leg = self._legs.get(call.call_id)
        port = leg.port if leg else None
        agreed = offers.answer(call.sdp_offer, self._studio.advertised, port) if port else None
        if leg is None or agreed is None:
            self._wire.send_reply(reply(call.invite, 488, "Not Acceptable Here"))
            return
        call.accept(agreed[0])
        leg.renegotiated(agreed[1])

    def _on_register(self, request: SipRequest, addr: Address) -> None:
        self._wire.send_reply(self.registrar.handle(request, addr))

    def _on_info(self, request: SipRequest, _addr: Address) -> None:
        """Take keys from a phone that sends them as INFO instead of telephone events."""
        leg = self._legs.get(request.call_id or "")
        if leg is None:
            self._wire.send_reply(reply(request, 481, "Call/Transaction Does Not Exist"))
            return
        for key in keys_of(request):
            leg.digits.put_nowait(key)
        self._wire.send_reply(reply(request, 200, "OK"))

    def _forget(self, call_id: str) -> None:
        """Let go of a call that we ended.

        The library does so by itself only when the phone ends a call. It has to know ours for a while yet: the ACK of a
        call that was hung up at once, or a BYE that crosses ours, would otherwise find nobody.
        """
        known = self._uas._calls  # noqa: SLF001
        asyncio.get_running_loop().call_later(_AFTERLIFE_S, known.pop, call_id, None)


async def serve(
    exchange: Exchange,
    host: str,
    port: int,
    voice: Voice,
    passwords: Mapping[str, str] | None = None,
) -> Door:
    """Open the door on a UDP port, or on the next free one (see `Door.address`); raises OSError when none is free."""
    first = random.randrange(_RTP_FIRST, _RTP_LAST, 2)
    for tried in range(port, port + _PORTS_TRIED):
        studio = Studio(voice, host, (first, first + _RTP_SPAN))
        registrar = Registrar(asyncio.get_running_loop().time, passwords)
        door = Door(exchange, Wire(host, tried), studio, registrar)
        try:
            await door.open()
        except OSError as problem:
            _log.info("UDP port %s is not free: %s", tried, problem)
            continue
        _log.info("SIP phones find the network at %s:%s", *door.address)
        return door
    raise OSError(f"No UDP port is free from {port} to {port + _PORTS_TRIED - 1}.")
