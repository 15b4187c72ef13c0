"""A SIP telephone that dialed in."""

import logging
from collections.abc import Callable
from typing import Final

from aiosipua import DialogState, IncomingCall

from simulator.leg import Answer
from simulator.sip import offers
from simulator.sip.leg import SipLeg
from simulator.sip.studio import Studio

_log = logging.getLogger(__name__)

# How a call that was never answered is refused; whatever else the network says is a plain "declined".
_REFUSALS: Final = {
    "busy": (486, "Busy Here"),
    "failed": (503, "Service Unavailable"),
    "no-answer": (480, "Temporarily Unavailable"),
    "canceled": (487, "Request Terminated"),
}
_DECLINED: Final = (603, "Decline")


class InboundLeg(SipLeg):
    """The caller's end of an INVITE that came in."""

    def __init__(self, address: str, studio: Studio, call: IncomingCall, forget: Callable[[str], None]) -> None:
        super().__init__(address, studio)
        self.call = call
        self._forget = forget
        self._answered = False

    async def ring(self) -> Answer:
        """Say what is known: a telephone that dials in does not ring."""
        return Answer.ANSWERED if self._answered else Answer.FAILED

    async def answer(self) -> None:
        """Answer with our side of the media; a call that cannot be answered is refused and gone."""
        if self._answered or self.gone.is_set():
            return
        try:
            accepted = await self._prepare()
        except (OSError, RuntimeError):
            _log.exception("No sound for the call from %s", self.address)
            accepted = False
        if not accepted and not self.gone.is_set():
            await self.hang_up("failed")

    async def _prepare(self) -> bool:
        self._port = await self._studio.port()
        agreed = offers.answer(self.call.sdp_offer, self._studio.advertised, self._port)
        if agreed is None:
            return False
        ours, agreement = agreed
        await self._open_media(agreement)
        if self.gone.is_set():
            return False
        self.call.accept(ours)
        self._answered = True
        return True

    def end_dialog(self, reason: str) -> None:
        """Send BYE to an answered phone, a refusal to one that still rings, and nothing to one that has left."""
        if self.call.dialog.state is DialogState.TERMINATED:
            return
        if not self._answered:
            self.call.reject(*_REFUSALS.get(reason, _DECLINED))
            return  # The library forgets a refused call when its ACK comes.
        self.call.hangup()
        self._forget(self.call.call_id)
