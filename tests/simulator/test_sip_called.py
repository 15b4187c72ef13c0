"""A SIP phone is called: it answers, refuses, hangs up, or is given up on."""

import asyncio
from pathlib import Path

import pytest
from aiosipua import IncomingCall, Registration, SipRequest, SipResponse, serialize_sdp

from simulator.leg import Answer
from simulator.sip import Door
from simulator.sip.messages import reply
from tests.simulator.sip.exchange import answer_and_wait, door_to, until
from tests.simulator.sip.handset import Handset, handset, raw_socket
from tests.simulator.sip.ports import rtp_port

pytestmark = pytest.mark.anyio


def anyio_backend() -> str:
    return "asyncio"


async def register(door: Door, phone: Handset, user: str) -> None:
    Registration(phone.uac, f"sip:{user}@127.0.0.1", door.address, registrar_uri="sip:127.0.0.1").register()
    await until(lambda: door.registrar.find(user))


async def test_a_registered_phone_calls_under_its_name_and_nobody_else_does(tmp_path: Path) -> None:
    async with (
        door_to(answer_and_wait, tmp_path) as (door, exchange),
        handset(door.address, rtp_port(), "carol") as phone,
        handset(door.address, rtp_port(), "carol") as impostor,
    ):
        await register(door, phone, "carol")
        await phone.dial()
        assert (await exchange.arrivals.get()).leg.address == "client:carol"
        await impostor.dial()
        assert (await exchange.arrivals.get()).leg.address == "sip:carol@127.0.0.1"


async def test_a_registered_phone_rings_until_the_network_gives_up(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port(), "carol") as phone:
        rung = asyncio.Event()
        canceled = asyncio.Event()

        def ring(call: IncomingCall) -> None:
            call.ringing()
            rung.set()

        phone.uas.on_invite = ring
        phone.uas.on_cancel = lambda _request, _addr: canceled.set()
        await register(door, phone, "carol")
        leg = door.reach("client:carol", "anonymous")
        assert leg is not None
        ringing = asyncio.create_task(leg.ring())
        await rung.wait()
        ringing.cancel()
        async with asyncio.timeout(5):
            await canceled.wait()
        await until(lambda: door.calls == 0)


@pytest.mark.parametrize(("status", "answer"), [(486, Answer.BUSY), (480, Answer.NO_ANSWER), (500, Answer.FAILED)])
async def test_a_called_phone_that_refuses_is_understood(tmp_path: Path, status: int, answer: Answer) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:
        phone.uas.on_invite = lambda call: call.reject(status)
        leg = door.reach("sip:desk@{}:{}".format(*phone.wire.local_addr), "client:alice")
        assert leg is not None
        assert await leg.ring() is answer
        assert leg.gone.is_set()


async def test_an_address_on_no_host_fails_and_other_kinds_of_address_are_not_ours(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _):
        leg = door.reach("sip:a@no-such-host.invalid", "120")
        assert leg is not None
        assert await leg.ring() is Answer.FAILED
        for nowhere in ("+821012345678", "client:", "sip:", "mailto:a@b", ""):
            assert door.reach(nowhere, "120") is None
        assert door.reach("sip:nobody@{}:{}".format(*door.address), "120") is None


async def test_a_called_phone_that_hangs_up_is_gone(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), handset(door.address, rtp_port()) as phone:

        def pick_up(call: IncomingCall) -> None:
            call.accept(phone.offer())

        phone.uas.on_invite = pick_up
        leg = door.reach("sip:desk@{}:{}".format(*phone.wire.local_addr), "120")
        assert leg is not None
        assert await leg.ring() is Answer.ANSWERED
        for call in phone.uas.active_calls.values():
            call.hangup()
        async with asyncio.timeout(5):
            await leg.gone.wait()
        await until(lambda: door.calls == 0)


async def test_a_phone_that_answers_while_it_is_being_canceled_is_hung_up_on(tmp_path: Path) -> None:
    async with door_to(answer_and_wait, tmp_path) as (door, _), raw_socket(door.address) as (wire, asked):
        leg = door.reach("sip:desk@{}:{}".format(*wire.get_extra_info("sockname")), "120")
        assert leg is not None
        ringing = asyncio.create_task(leg.ring())
        async with asyncio.timeout(5):
            invite = await asked.get()
            assert isinstance(invite, SipRequest)
            wire.sendto(bytes(reply(invite, 180, "Ringing")))
            ringing.cancel()
            assert (await method_of(asked)) == "CANCEL"
            answer = reply(invite, 200, "OK")
            answer.set_header("Content-Type", "application/sdp")
            answer.text = serialize_sdp(Handset(door.address, rtp_port(), "a").offer())
            wire.sendto(bytes(answer))
            assert [await method_of(asked), await method_of(asked)] == ["ACK", "BYE"]


async def method_of(asked: asyncio.Queue[SipRequest | SipResponse]) -> str:
    message = await asked.get()
    assert isinstance(message, SipRequest)
    return message.method
