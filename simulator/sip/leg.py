"""A SIP telephone as the network sees it: the half that is the same whoever called whom."""

import asyncio
from abc import ABC, abstractmethod

from simulator.leg import Answer
from simulator.room import Room
from simulator.sip.media import Media
from simulator.sip.offers import Agreement
from simulator.sip.studio import Studio


class SipLeg(ABC):
    """One telephone end with sound and keys; how its call begins and ends is left to the two kinds of it."""

    def __init__(self, address: str, studio: Studio) -> None:
        self.address = address
        self.digits: asyncio.Queue[str] = asyncio.Queue()
        self.gone = asyncio.Event()
        self._studio = studio
        self._media: Media | None = None
        self._port: int | None = None

    def __repr__(self) -> str:
        return f"<{self.address} by SIP>"

    @abstractmethod
    async def ring(self) -> Answer:
        """Ring this end until it decides."""

    @abstractmethod
    async def answer(self) -> None:
        """Answer this end's own call."""

    @abstractmethod
    def end_dialog(self, reason: str) -> None:
        """Tell the phone that the call is over, in the way that its state asks for."""

    async def say(self, text: str, language: str, voice: str | None) -> None:  # noqa: ARG002  (one voice per language)
        """Speak the text and return when it has been spoken."""
        await self._tell(await self._studio.spoken(text, language))

    async def play(self, url: str) -> None:
        """Play a WAV file and return when it has ended."""
        await self._tell(await self._studio.fetched(url))

    async def tones(self, digits: str) -> None:
        """Send keys towards the phone; `w` is half a second of silence."""
        if self._media is not None:
            await self._media.press(digits)

    async def pause(self, seconds: float) -> None:
        """Be silent for so many seconds: a real telephone's seconds are always real."""
        await asyncio.sleep(seconds)

    def asked(self) -> None:  # noqa: B027  (nothing to do: whoever holds a real telephone knows that it is their turn)
        """Take note that the network now waits for keys."""

    async def bridge(self, room: Room | None) -> None:
        """Exchange sound with this room, or with none."""
        if self._media is not None:
            self._media.enter(room)

    async def hang_up(self, reason: str) -> None:
        """End the call from the network's side; harmless when it is over."""
        if not self.gone.is_set():
            self.end_dialog(reason)
            self.gone.set()
        await self.close()

    async def close(self) -> None:
        """Stop the sound and give its port back."""
        media, port = self._media, self._port
        self._media = self._port = None
        if media is not None and port is not None:
            await self._studio.close(media, port)
        elif port is not None:
            await self._studio.release(port)

    def renegotiated(self, agreed: Agreement) -> None:
        """Follow the phone which put the call on hold, took it back, or moved its media."""
        if self._media is not None:
            self._media.held = agreed.held
            if not agreed.held:
                self._media.point_to(agreed.remote)

    @property
    def port(self) -> int | None:
        """The RTP port of this end while it has one."""
        return self._port

    async def _tell(self, pcm: bytes) -> None:
        if self._media is not None:
            await self._media.tell(pcm)

    async def _open_media(self, agreed: Agreement) -> None:
        """Start the sound on the port set aside; raises OSError when the port was lost to another program."""
        if self._port is None:
            raise OSError("No port was set aside for this call.")
        media = await self._studio.open(self, agreed, self._port)
        media.on_key = self.digits.put_nowait
        media.on_lost = self._lost
        self._media = media
        if self.gone.is_set():
            # The phone hung up while its answer was being prepared.
            await self.close()

    def _lost(self) -> None:
        self.end_dialog("completed")
        self.gone.set()
