"""What the door promises to any SIP phone that dials in, a faulty one included."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiosipua import OutgoingCall, SipRequest, SipResponse, serialize_sdp

from simulator.leg import Leg
from simulator.sip import serve
from simulator.voice import Voice
from tests.simulator.sip.exchange import OneNumber, answer_and_wait, door_to, until
from tests.simulator.sip.handset import Handset, handset, raw_socket, request
from tests.simulator.sip.ports import rtp_port, udp_port

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def refused(call: OutgoingCall) -> str:
    with pytest.raises(RuntimeError) as refusal:
        await call.wait_answered(5)
    return str(refusal.value)


async def status_of(replies: asyncio.Queue[SipRequest | SipResponse]) -> int:
    """The first final status that comes."""
    async with asyncio.timeout(5):
        while True:
            answer = await replies.get()
            if isinstance(answer, SipResponse) and answer.status_code >= 200:
                return answer.status_code


async def test_a_number_nobody_has_is_not_found(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        assert "404" in await refused(phone.invite("119"))
        assert exchange.all == []


async def test_a_call_without_a_common_codec_is_not_acceptable(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        assert "488" in await refused(phone.invite(sdp=phone.offer("G729", 18)))


@pytest.mark.parametrize(("reason", "status"), [("rejected", "603"), ("busy", "486"), ("failed", "503")])
async def test_a_refused_call_hears_why(tmp_path: Path, reason: str, status: str) -> None:
    async def refuse(leg: Leg) -> None:
        await leg.hang_up(reason)

    async with door_to(refuse, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        assert status in await refused(phone.invite())


@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("+821012345678", "+821012345678"),
        ("0212345678", "0212345678"),
        ("anonymous", "anonymous"),
        ("bob", "sip:bob@127.0.0.1"),
    ],
)
async def test_the_caller_is_named_as_the_phone_says(tmp_path: Path, user: str, address: str) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port(), user) as phone:
        await phone.dial(headers={"X-Ward": "3"})
        arrival = await exchange.arrivals.get()
        assert arrival.leg.address == address
        assert arrival.to == "120"
        assert arrival.parameters["SipHeader_X-Ward"] == "3"
        assert arrival.parameters["SipSourceIp"] == "127.0.0.1"


async def test_a_caller_who_gives_up_while_it_rings_is_gone(tmp_path: Path) -> None:
    async def ring_on(leg: Leg) -> None:
        await leg.gone.wait()

    async with door_to(ring_on, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        call = phone.invite()
        arrival = await exchange.arrivals.get()
        call.cancel(phone.uac)
        async with asyncio.timeout(5):
            await arrival.over.wait()
        await until(lambda: door.calls == 0)


async def test_a_repeated_invite_is_one_call_and_gets_the_same_answer(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), raw_socket(door.address) as (wire, replies):
        body = serialize_sdp(Handset(door.address, rtp_port(), "a").offer())
        invite = request("INVITE", door.address, "Content-Type: application/sdp", body=body)
        wire.sendto(invite)
        assert await status_of(replies) == 200
        wire.sendto(invite)
        assert await status_of(replies) == 200
        assert len(exchange.all) == 1


async def test_options_are_told_and_what_the_door_cannot_do_is_refused(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), raw_socket(door.address) as (wire, replies):
        for at, (method, status) in enumerate({"OPTIONS": 200, "PUBLISH": 405, "BYE": 481, "INFO": 481}.items()):
            wire.sendto(request(method, door.address, branch=f"z9hG4bK{at}"))
            assert await status_of(replies) == status


@pytest.mark.parametrize(
    "lines",
    [
        ["From: <sip:a@h>;tag=1", "To: <sip:120@h>"],
        ["From: <sip:a@h>;tag=1", "To: <sip:120@h>", "Call-ID: z", "CSeq: one INVITE"],
    ],
)
async def test_a_malformed_invite_is_a_bad_request(tmp_path: Path, lines: list[str]) -> None:
    via = "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKbad;rport"
    message = "\r\n".join(["INVITE sip:120@h SIP/2.0", via, *lines, "", ""]).encode()
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), raw_socket(door.address) as (wire, replies):
        wire.sendto(message)
        assert await status_of(replies) == 400
        assert exchange.all == []


async def test_noise_on_the_port_disturbs_nobody(tmp_path: Path) -> None:
    async with (
        door_to(answer_and_wait, tmp_path) as (door, exchange),
        raw_socket(door.address) as (wire, _),
        handset(door.address, rtp_port()) as phone,
    ):
        for noise in (b"", b"\r\n\r\n", b"\0" * 1500, bytes(range(256)), b"SIP/2.0 abc def\r\n\r\n", "안녕".encode()):
            wire.sendto(noise)
        await phone.dial()
        assert (await exchange.arrivals.get()).to == "120"


async def test_a_taken_port_moves_the_door_to_the_next_free_one(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", udp_port()))
        port = taken.getsockname()[1]
        door = await serve(OneNumber(answer_and_wait), "127.0.0.1", port, Voice(tmp_path))
        try:
            assert door.address[1] > port
        finally:
            await door.close()


async def test_closing_the_door_hangs_up_on_everybody(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        await phone.dial()
        await door.close()
        async with asyncio.timeout(5):
            await phone.hung_up.wait()
