"""A SIP phone in Python, for the tests which need one that errs on purpose or that hears exactly."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiortp import RTPSession
from aiosipua import OutgoingCall, SdpMessage, SipMessage, SipRequest, SipResponse, SipUAC, SipUAS, build_sdp

from simulator.sip.messages import Address
from simulator.sip.wire import Wire

FRAME = 320


class Handset:
    """Calls the door and keeps what it hears."""

    def __init__(self, door: Address, rtp_port: int, user: str) -> None:
        self.door = door
        self.heard = bytearray()
        self.keys: list[str] = []
        self.hung_up = asyncio.Event()
        self.arrived = asyncio.Event()
        self.rtp_port = rtp_port
        self.wire = Wire("127.0.0.1", 0)
        self.uac = SipUAC(self.wire)
        self.uas = SipUAS(self.wire, uac=self.uac)
        self.uas.on_bye = lambda _call, _request: self.hung_up.set()
        self._user = user
        self._session: RTPSession | None = None
        self._microphone: asyncio.Task[None] | None = None

    def offer(self, codec: str = "PCMU", number: int = 0) -> SdpMessage:
        return build_sdp("127.0.0.1", self.rtp_port, number, codec)

    def invite(
        self, to: str = "120", sdp: SdpMessage | None = None, headers: Mapping[str, str] | None = None
    ) -> OutgoingCall:
        host, port = self.door
        return self.uac.send_invite(
            f"sip:{self._user}@127.0.0.1",
            f"sip:{to}@{host}:{port}",
            self.door,
            sdp or self.offer(),
            extra_headers=dict(headers or {}),
        )

    async def dial(self, to: str = "120", headers: Mapping[str, str] | None = None) -> OutgoingCall:
        """Call and wait until the call is up and sound flows."""
        call = self.invite(to, None, headers)
        await call.wait_answered(5)
        assert call.sdp_answer is not None
        assert call.sdp_answer.rtp_address is not None
        self._session = await RTPSession.create(
            ("127.0.0.1", self.rtp_port), call.sdp_answer.rtp_address, 0, jitter_prefetch=0
        )
        self._session.on_audio = self._hear
        self._session.on_dtmf = lambda key, _: self.keys.append(key)
        self._microphone = asyncio.create_task(self._speak())
        return call

    def _hear(self, pcm: bytes, _timestamp: int) -> None:
        self.heard += pcm
        self.arrived.set()

    async def _speak(self, sound: bytes = b"") -> None:
        """Say something, or nothing, at the pace of speech: a phone always sends."""
        assert self._session is not None
        at = 0
        while True:
            frame = sound[at : at + FRAME] if sound else bytes(FRAME)
            at = (at + FRAME) % max(len(sound), 1)
            self._session.send_audio_pcm_auto(frame.ljust(FRAME, b"\0"))
            await asyncio.sleep(0.02)

    def say(self, sound: bytes) -> None:
        """Say this over and over from now on."""
        assert self._microphone is not None
        self._microphone.cancel()
        self._microphone = asyncio.create_task(self._speak(sound))

    def press(self, key: str, timestamp: int) -> None:
        assert self._session is not None
        self._session.send_dtmf(key, 100, timestamp=timestamp)

    async def hears(self, seconds: float) -> bytes:
        """The next so many seconds of what arrives."""
        start = len(self.heard)
        async with asyncio.timeout(seconds * 3 + 5):
            while len(self.heard) - start < seconds * 16_000:
                self.arrived.clear()
                await self.arrived.wait()
        return bytes(self.heard[start:])

    async def close(self) -> None:
        if self._microphone is not None:
            self._microphone.cancel()
            await asyncio.gather(self._microphone, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        await self.uas.stop()


@asynccontextmanager
async def handset(door: Address, rtp_port: int, user: str = "01012345678") -> AsyncIterator[Handset]:
    phone = Handset(door, rtp_port, user)
    await phone.uas.start()
    try:
        yield phone
    finally:
        await phone.close()


class _Once(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.replies: asyncio.Queue[SipRequest | SipResponse] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002  (asyncio tells it)
        self.replies.put_nowait(SipMessage.parse(data))


@asynccontextmanager
async def raw_socket(
    door: Address,
) -> AsyncIterator[tuple[asyncio.DatagramTransport, asyncio.Queue[SipRequest | SipResponse]]]:
    """A socket that says to the door whatever a test makes it say."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Once, remote_addr=door)
    try:
        yield transport, protocol.replies
    finally:
        transport.close()
        await asyncio.sleep(0)


def request(
    method: str, door: Address, *lines: str, body: str = "", user: str = "120", branch: str = "z9hG4bKtest"
) -> bytes:
    """A SIP request as text, with the headers every request needs and those given."""
    uri = f"sip:{user}@{door[0]}:{door[1]}"
    head = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:9;branch={branch};rport",
        "From: <sip:tester@127.0.0.1>;tag=abc",
        f"To: <{uri}>",
        f"Call-ID: {branch}-call",
        f"CSeq: 1 {method}",
        "Contact: <sip:tester@127.0.0.1:9>",
        *lines,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()
