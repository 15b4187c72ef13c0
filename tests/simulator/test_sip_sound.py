"""What is heard through the SIP door, and which keys come through it."""

import asyncio
from pathlib import Path

import pytest
from aiosipua import SdpMessage

from simulator.room import Room
from simulator.voice.pcm import write_wav
from simulator.voice.tones import tone
from tests.simulator.sip.exchange import answer_and_wait, door_to, meet, until
from tests.simulator.sip.handset import Handset, handset, raw_socket
from tests.simulator.sip.listening import loudness, tone_share
from tests.simulator.sip.ports import rtp_port

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("host", ["nowhere.invalid", "::1", "999.1.1.1"])
async def test_sound_is_sent_to_an_ipv4_address_and_nowhere_else(tmp_path: Path, host: str) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        offer = phone.offer()
        assert offer.connection is not None
        offer.connection.address = host
        with pytest.raises(RuntimeError, match="488"):
            await phone.invite(sdp=offer).wait_answered(5)


async def test_a_key_is_pressed_once_however_often_its_packets_come(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        await phone.dial()
        leg = (await exchange.arrivals.get()).leg
        for at, key in enumerate("55*#0D"):
            phone.press(key, timestamp=1000 * (at + 1))
        async with asyncio.timeout(5):
            assert [await leg.digits.get() for _ in range(6)] == list("55*#0D")
        assert leg.digits.empty()


async def test_a_key_sent_as_info_counts_too(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        call = await phone.dial()
        leg = (await exchange.arrivals.get()).leg
        phone.uac.send_info(call.dialog, "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay", door.address)
        phone.uac.send_info(call.dialog, "nothing", "text/plain", door.address)
        phone.uac.send_info(call.dialog, "9", "application/dtmf", door.address)
        async with asyncio.timeout(5):
            assert [await leg.digits.get(), await leg.digits.get()] == ["5", "9"]


async def test_sound_never_stops_and_a_prompt_falls_silent_when_it_is_cut_off(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        await phone.dial()
        leg = (await exchange.arrivals.get()).leg
        assert loudness(await phone.hears(0.5)) < 20
        saying = asyncio.create_task(leg.say("One moment, please. " * 10, "en-US", None))
        await until(lambda: loudness(bytes(phone.heard[-3200:])) > 500)
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        await phone.hears(0.3)
        assert loudness(await phone.hears(0.5)) < 20


async def test_a_sound_file_is_played_and_the_waiting_tune_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    async def serve_file(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = b"tone.wav" in await reader.readuntil(b"\r\n\r\n")
        body = write_wav(tone(700, 0.5)) if found else b"no such file"
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    web = await asyncio.start_server(serve_file, "127.0.0.1", 0)
    url = "http://{}:{}/".format(*web.sockets[0].getsockname()[:2])
    async with web, door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        await phone.dial()
        leg = (await exchange.arrivals.get()).leg
        await leg.play(url + "tone.wav")
        assert tone_share(bytes(phone.heard[-6400:]), 700) > 0.5
        tune = asyncio.create_task(leg.play(url + "music.mp3"))
        await until(lambda: tone_share(bytes(phone.heard[-3200:]), 262) > 0.5)
        tune.cancel()
        await asyncio.gather(tune, return_exceptions=True)


async def test_the_network_presses_keys_towards_the_phone(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        await phone.dial()
        await (await exchange.arrivals.get()).leg.tones("55w#x")
        await until(lambda: len(phone.keys) == 3)
        assert phone.keys == ["5", "5", "#"]


async def test_two_phones_in_a_room_hear_each_other_and_no_longer_when_one_has_left_it(tmp_path: Path) -> None:
    room = Room("two")
    async with (
        door_to(meet(room), tmp_path) as (door, exchange),
        handset(door.address, rtp_port()) as one,
        handset(door.address, rtp_port(), "0102") as two,
    ):
        await one.dial()
        await two.dial()
        one.say(tone(500, 1))
        await one.hears(0.5)
        assert tone_share((await two.hears(1))[-8000:], 500) > 0.5
        assert loudness((await one.hears(0.5))[-4000:]) < 20
        first = next(each.leg for each in exchange.all if each.leg.address != "0102")
        room.leave(first)
        await first.bridge(None)
        await two.hears(0.6)
        assert loudness((await two.hears(0.5))[-4000:]) < 20


async def test_a_phone_that_holds_the_call_gets_no_sound_until_it_comes_back(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        call = await phone.dial()
        await phone.hears(0.2)
        phone.uac.send_reinvite(call.dialog, directed(phone, "sendonly"), door.address)
        await quiet(phone)
        phone.uac.send_reinvite(call.dialog, directed(phone, "sendrecv"), door.address)
        assert await phone.hears(0.2)


def directed(phone: Handset, direction: str) -> SdpMessage:
    offer = phone.offer()
    offer.media[0].attributes.pop("sendrecv")
    offer.media[0].attributes[direction] = []
    return offer


async def quiet(phone: Handset) -> None:
    """Wait until nothing has arrived for 200 ms."""
    async with asyncio.timeout(5):
        heard = -1
        while heard != len(phone.heard):
            heard = len(phone.heard)
            await asyncio.sleep(0.2)


async def test_noise_in_the_sound_disturbs_nobody(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, exchange), handset(door.address, rtp_port()) as phone:
        call = await phone.dial()
        leg = (await exchange.arrivals.get()).leg
        assert call.sdp_answer is not None
        assert call.sdp_answer.rtp_address is not None
        async with raw_socket(call.sdp_answer.rtp_address) as (wire, _):
            for noise in (b"", b"x", b"\x80", b"\x80\x00" + bytes(10), b"\x80\x03" + bytes(400), bytes(1500)):
                wire.sendto(noise)
            # A telephone event for which there is no key (a hook flash, 16).
            wire.sendto(b"\x80\x65\x00\x01" + bytes(8) + b"\x10\x80\x01\x00")
        phone.press("7", timestamp=4000)
        async with asyncio.timeout(5):
            assert await leg.digits.get() == "7"
        assert leg.digits.empty()
