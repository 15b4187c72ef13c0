"""Where all calls of one door get their sound: the voice, the RTP ports, and one clock that drives every stream."""

import asyncio
import logging
import socket
from typing import Final

import httpx
from aiortp import PortAllocator, RTPSession
from aiortp.clock import MediaClock

from simulator.sip.media import Media
from simulator.sip.offers import Agreement
from simulator.voice import Voice
from simulator.voice.pcm import read_wav
from simulator.voice.tones import waiting_tune

_log = logging.getLogger(__name__)

_FRAME_S: Final = 0.02
_FETCH_S: Final = 10.0
_LARGEST_SOUND: Final = 10 * 1024 * 1024


class Studio:
    """Opens and closes media, and turns texts and URLs into samples."""

    def __init__(self, voice: Voice, host: str, ports: tuple[int, int]) -> None:
        self.host = host
        self.advertised = advertised_host(host)
        self._voice = voice
        self._ports = PortAllocator(ports)
        self._open: set[Media] = set()
        self._clock = MediaClock(_FRAME_S, self._tick)

    def start(self) -> None:
        """Start the clock."""
        self._clock.start()

    async def stop(self) -> None:
        """Stop the clock and close what is still open."""
        await self._clock.stop()
        await asyncio.gather(*(media.close() for media in list(self._open)))
        self._open.clear()

    async def port(self) -> int:
        """Set an even RTP port aside (the next one is for RTCP); raises RuntimeError when all are taken."""
        port, _ = await self._ports.allocate()
        return port

    async def release(self, port: int) -> None:
        """Give a port back that was set aside."""
        await self._ports.release(port)

    async def open(self, member: object, agreed: Agreement, port: int) -> Media:
        """Start the RTP stream of one call on a port set aside for it; raises OSError when another program took it."""
        session = await RTPSession.create(
            local_addr=(self.host, port),
            remote_addr=agreed.remote,
            payload_type=agreed.payload_type,
            dtmf_payload_type=agreed.key_type,
            cname="goodbye120",
            jitter_prefetch=2,
            # A lost packet must not hold the words behind it back.
            skip_audio_gaps=True,
        )
        media = Media(member, session, rfc_keys=agreed.rfc_keys)
        media.held = agreed.held
        self._open.add(media)
        return media

    async def close(self, media: Media, port: int) -> None:
        """End a stream and give its port back."""
        self._open.discard(media)
        await media.close()
        await self.release(port)

    async def spoken(self, text: str, language: str) -> bytes:
        """Give the samples of a text."""
        return await self._voice.speak(text, language)

    async def fetched(self, url: str) -> bytes:
        """Give the samples of a WAV file on the web.

        What cannot be fetched or read (an MP3 file, a provider's own music on a machine without the Internet) is
        replaced by the tune of somebody waiting: silence would sound like a lost call.
        """
        try:
            return await asyncio.to_thread(read_wav, await _fetch(url))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            _log.warning("%s is not played, the waiting tune is: %s", url, problem)
            return waiting_tune()

    def _tick(self) -> None:
        for media in list(self._open):
            try:
                media.tick()
            except Exception:  # noqa: BLE001  (one broken stream must not silence all the others)
                _log.exception("A frame was lost")


async def _fetch(url: str) -> bytes:
    """Fetch at most ten megabytes; raises ValueError when there is more."""
    data = bytearray()
    async with (
        httpx.AsyncClient(timeout=_FETCH_S, follow_redirects=True) as client,
        client.stream("GET", url) as response,
    ):
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > _LARGEST_SOUND:
                raise ValueError("This sound is longer than ten megabytes.")
    return bytes(data)


def advertised_host(host: str) -> str:
    """Say under which address phones reach a socket bound to `host`; for "every address", that of the way out."""
    if host not in {"0.0.0.0", ""}:  # noqa: S104  (compared, not bound)
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only asks the routing table (192.0.2.1 is nobody).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
