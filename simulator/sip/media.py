"""One telephone's sound over RTP: what it is told, what it says to its room, and the keys it presses."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from aiortp import RTPSession

from simulator.room import Room
from simulator.voice.pcm import FRAME_BYTES, SILENCE, frames
from simulator.voice.tones import key_tone

_log = logging.getLogger(__name__)

_KEYS: Final = frozenset("0123456789*#ABCD")
_KEY_MS: Final = 160
_KEY_GAP_S: Final = 0.1
_TICK_S: Final = 0.02
# A phone which has really spoken (five seconds and more) and then sends nothing for a minute has lost its power.
_SPEAKING_FRAMES: Final = 250
_LOST_AFTER_TICKS: Final = int(60 / _TICK_S)


class Media:
    """The RTP stream of one call, fed by a clock of 50 ticks a second; it never stops sending while the call lasts."""

    def __init__(self, member: object, session: RTPSession, *, rfc_keys: bool) -> None:
        self.on_key: Callable[[str], None] = lambda _: None
        self.on_lost: Callable[[], None] = lambda: None
        self.held = False
        """The phone asked for silence (a hold by re-INVITE): nothing is sent, and its silence is no loss."""
        self._member = member
        self._session = session
        self._rfc_keys = rfc_keys
        self._room: Room | None = None
        self._prompt: deque[bytes] = deque()
        self._spoken: asyncio.Future[None] | None = None
        self._heard = bytearray()
        self._frames_heard = 0
        self._quiet_ticks = 0
        self._timestamp = 0
        session.on_audio = self._on_audio
        session.on_dtmf = self._on_dtmf

    async def tell(self, pcm: bytes) -> None:
        """Play samples and return when the last one has been sent; when canceled, fall silent at once."""
        self._prompt.extend(frames(pcm))
        if not self._prompt:
            return
        self._spoken = asyncio.get_running_loop().create_future()
        try:
            await self._spoken
        finally:
            self._prompt.clear()
            self._spoken = None

    async def press(self, digits: str) -> None:
        """Send keys to the phone: as RFC 4733 events if it takes them, else as tones; `w` waits half a second."""
        for digit in digits:
            if digit.lower() == "w":
                await asyncio.sleep(0.5)
            elif digit.upper() in _KEYS:
                await self._press(digit.upper())

    async def _press(self, digit: str) -> None:
        if not self._rfc_keys:
            await self.tell(key_tone(digit, (_KEY_MS + _KEY_GAP_S * 1000) / 1000))
            return
        # Every event needs a timestamp of its own, or the second 5 of "55" would be taken for the first one's echo.
        self._session.send_dtmf(digit, _KEY_MS, timestamp=self._timestamp)
        await asyncio.sleep(_KEY_MS / 1000 + _KEY_GAP_S)

    def enter(self, room: Room | None) -> None:
        """Exchange sound with this room, or with none."""
        self._room = room
        self._heard.clear()

    def point_to(self, addr: tuple[str, int]) -> None:
        """Send to another address from now on (the phone moved its media by re-INVITE)."""
        self._session.update_remote(addr)

    def tick(self) -> None:
        """Send the next 20 ms; the clock calls this."""
        self._watch_for_loss()
        # The room goes on while a prompt is heard: what was said meanwhile is not heard late, it is not heard.
        frame = self._room.listen(self._member) if self._room else SILENCE
        if self._prompt:
            frame = self._prompt.popleft()
        elif self._spoken is not None and not self._spoken.done():
            self._spoken.set_result(None)
        if not self.held:
            self._timestamp = self._session.send_audio_pcm_auto(frame)

    async def close(self) -> None:
        """Stop sending and receiving; whoever waits for a prompt's end goes on."""
        self._room = None
        if self._spoken is not None and not self._spoken.done():
            self._spoken.set_result(None)
        await self._session.close()

    @property
    def stats(self) -> dict[str, Any]:
        """Packets sent, received and lost, as RTCP counts them."""
        return dict(self._session.stats)

    def _on_audio(self, pcm: bytes, _timestamp: int) -> None:
        self._frames_heard += 1
        self._quiet_ticks = 0
        if self._room is None:
            return
        # Phones choose their own packet length; the room takes frames of exactly 20 ms.
        self._heard += pcm
        while len(self._heard) >= FRAME_BYTES:
            self._room.feed(self._member, bytes(self._heard[:FRAME_BYTES]))
            del self._heard[:FRAME_BYTES]

    def _on_dtmf(self, digit: str, _duration: int) -> None:
        self._quiet_ticks = 0
        if digit in _KEYS:
            self.on_key(digit)

    def _watch_for_loss(self) -> None:
        if self.held or self._frames_heard < _SPEAKING_FRAMES:
            return
        self._quiet_ticks += 1
        if self._quiet_ticks == _LOST_AFTER_TICKS:
            _log.warning("No sound has come from %s for a minute: the phone is taken for lost", self._member)
            self.on_lost()
