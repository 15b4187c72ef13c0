"""A SIP telephone that the network rings."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiosipua import DialogState, OutgoingCall, SipUAC

from simulator.leg import Answer
from simulator.sip import offers
from simulator.sip.leg import SipLeg
from simulator.sip.studio import Studio

_log = logging.getLogger(__name__)

_OK: Final = 200
_UNREACHABLE: Final = 503
_AFTERLIFE_S: Final = 33.0
_BUSY: Final = frozenset({486, 600, 603})
_NOBODY: Final = frozenset({408, 480, 487})


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite: the phone's URI, where its datagrams go, and the URI of who calls."""

    uri: str
    remote: tuple[str, int]
    caller: str


class OutboundLeg(SipLeg):
    """The called end of an INVITE that goes out to a registered phone or to a SIP address."""

    def __init__(self, address: str, studio: Studio, uac: SipUAC, invitation: Invitation) -> None:
        super().__init__(address, studio)
        self._uac = uac
        self._invitation = invitation
        self.on_invited: Callable[[OutgoingCall], None] = lambda _: None
        self.call: OutgoingCall | None = None

    async def ring(self) -> Answer:
        """Invite the phone and wait for what it says; a canceled ring takes the invitation back."""
        if self.gone.is_set():
            return Answer.FAILED
        try:
            status = await self._decision()
            return await self._connected() if status == _OK else await self._refused(status)
        except asyncio.CancelledError:
            await self.hang_up("canceled")
            raise

    async def _decision(self) -> int:
        """Give the status that ended the ringing."""
        remote = await _resolved(self._invitation.remote)
        if remote is None:
            return _UNREACHABLE
        self._port = await self._studio.port()
        ours = offers.offer(self._studio.advertised, self._port)
        asked = self._invitation
        self.call = call = self._uac.send_invite(asked.caller, asked.uri, remote, ours)
        decided: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        call.on_answer = lambda _: _decide(decided, _OK)
        call.on_rejected = lambda _call, status, _reason: _decide(decided, status)
        self.on_invited(call)
        return await decided

    async def answer(self) -> None:
        """Do nothing: this end answers itself."""

    async def _connected(self) -> Answer:
        agreed = offers.accept(self.call.sdp_answer) if self.call else None
        if agreed is None or not await self._sounds(agreed):
            await self.hang_up("failed")
        return Answer.FAILED if self.gone.is_set() else Answer.ANSWERED

    async def _sounds(self, agreed: offers.Agreement) -> bool:
        try:
            await self._open_media(agreed)
        except OSError:
            _log.exception("No sound for the call to %s", self.address)
            return False
        return True

    async def _refused(self, status: int) -> Answer:
        self.gone.set()
        await self.close()
        if status in _BUSY:
            return Answer.BUSY
        return Answer.NO_ANSWER if status in _NOBODY else Answer.FAILED

    def end_dialog(self, reason: str) -> None:  # noqa: ARG002  (CANCEL and BYE carry no reason)
        """Send CANCEL to a phone that rings, BYE to one that answered."""
        call = self.call
        if call is None:
            return
        if call.cancel(self._uac) is None:
            call.hangup(self._uac)
            return
        # The phone may have answered while the CANCEL was on its way. The library has forgotten the call by now: it is
        # told of it again, so that a late 200 is acknowledged, and hung up.
        call.dialog.state = DialogState.EARLY
        call.on_answer = lambda late: late.hangup(self._uac)
        self._uac._calls[call.call_id] = call  # noqa: SLF001
        asyncio.get_running_loop().call_later(_AFTERLIFE_S, self._uac.remove_call, call.call_id)


def _decide(decided: asyncio.Future[int], status: int) -> None:
    """Let the first final answer count; a phone may repeat it, or nobody may be waiting any more."""
    if not decided.done():
        decided.set_result(status)


async def _resolved(remote: tuple[str, int]) -> tuple[str, int] | None:
    """Find the IPv4 address of a host without stopping the event loop for it."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(*remote, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return None
    return (str(found[0][4][0]), remote[1]) if found else None
