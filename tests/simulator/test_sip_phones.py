"""Real telephones (baresip, sipp) dial in, are heard, press keys, and hang up."""

import asyncio
from pathlib import Path

import pytest

from simulator.leg import Answer, Leg
from simulator.room import Room
from tests.simulator.sip import baresip as phones
from tests.simulator.sip import sipp as load
from tests.simulator.sip.exchange import answer_and_wait, door_to, meet, until
from tests.simulator.sip.listening import loudness, tone_share

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

with_baresip = pytest.mark.skipif(bool(phones.MISSING), reason=phones.MISSING)
with_sipp = pytest.mark.skipif(bool(load.MISSING), reason=load.MISSING)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def greet_until_five(leg: Leg) -> None:
    """Speak, take keys until a 5, and hang up."""
    await leg.answer()
    await leg.say("안녕하세요. 오 번을 눌러 주세요.", "ko-KR", None)
    while await leg.digits.get() != "5":
        pass


@with_baresip
async def test_a_caller_hears_the_prompt_and_the_network_hangs_up_after_the_key(tmp_path: Path) -> None:
    async with (
        door_to(greet_until_five, tmp_path) as (door, exchange),
        phones.baresip(tmp_path / "phone", door.address, "01012345678") as phone,
    ):
        phone.dial(f"sip:120@{door.address[0]}:{door.address[1]}")
        await phone.told("CALL_ESTABLISHED")
        arrival = await exchange.arrivals.get()
        phone.press("5")
        await phone.told("CALL_CLOSED")
        await arrival.over.wait()
        assert arrival.leg.address == "01012345678"
        assert arrival.parameters["SipCallId"]
        assert loudness(phone.heard()) > 500


@with_baresip
async def test_a_caller_who_hangs_up_is_gone(tmp_path: Path) -> None:
    async with (
        door_to(answer_and_wait, tmp_path) as (door, exchange),
        phones.baresip(tmp_path / "phone", door.address, "anonymous") as phone,
    ):
        phone.dial(f"sip:120@{door.address[0]}:{door.address[1]}")
        await phone.told("CALL_ESTABLISHED")
        arrival = await exchange.arrivals.get()
        phone.command("hangup")
        async with asyncio.timeout(5):
            await arrival.leg.gone.wait()
        assert arrival.leg.address == "anonymous"


@with_baresip
async def test_two_phones_in_one_conference_hear_each_other_and_not_themselves(tmp_path: Path) -> None:
    async with (
        door_to(meet(Room("both")), tmp_path) as (door, _),
        phones.baresip(tmp_path / "one", door.address, "0101", hertz=440) as one,
        phones.baresip(tmp_path / "two", door.address, "0102", hertz=1000) as two,
    ):
        for phone in (one, two):
            phone.dial(f"sip:120@{door.address[0]}:{door.address[1]}")
            await phone.told("CALL_ESTABLISHED")
        await asyncio.sleep(2)  # Two seconds of conversation are what is listened to below.
        for phone in (one, two):
            phone.command("hangup")
            await phone.told("CALL_CLOSED")
        for phone, own, others in ((one, 440, 1000), (two, 1000, 440)):
            heard = phone.heard()[-16_000:-2_000]
            assert tone_share(heard, others) > 0.5
            assert tone_share(heard, own) < 0.05


@with_baresip
async def test_a_registered_phone_is_called_answers_and_hears(tmp_path: Path) -> None:
    async with (
        door_to(answer_and_wait, tmp_path) as (door, _),
        phones.baresip(tmp_path / "phone", door.address, "alice", account="regint=60") as phone,
    ):
        await until(lambda: door.registrar.find("alice"))
        leg = door.reach("client:alice", "120")
        assert leg is not None
        assert await leg.ring() is Answer.ANSWERED
        await phone.told("CALL_ESTABLISHED")
        await leg.say("A caller is waiting for you.", "en-US", None)
        await leg.hang_up("completed")
        await phone.told("CALL_CLOSED")
        assert loudness(phone.heard()) > 500
        assert door.reach("client:bob", "120") is None


@with_baresip
async def test_a_phone_registers_with_its_password_and_not_with_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    passwords = {"alice": "right", "bob": "right"}
    async with (
        door_to(answer_and_wait, tmp_path, passwords) as (door, _),
        phones.baresip(tmp_path / "alice", door.address, "alice", account="regint=60;auth_pass=right"),
        phones.baresip(tmp_path / "bob", door.address, "bob", account="regint=60;auth_pass=wrong"),
    ):
        await until(lambda: door.registrar.find("alice"))
        await until(lambda: "did not prove to be bob" in caplog.text)
        assert door.registrar.find("bob") is None


@with_sipp
async def test_twenty_callers_at_once_press_five_and_none_is_lost(tmp_path: Path) -> None:
    pressed: list[str] = []

    async def take_keys(leg: Leg) -> None:
        await leg.answer()
        while True:
            pressed.append(await leg.digits.get())

    async with door_to(take_keys, tmp_path) as (door, exchange):
        outcome = await load.sipp("press_five.xml", door.address, tmp_path, calls=20, rate=20)
        assert outcome.code == 0, outcome.report
        for arrival in exchange.all:
            await arrival.over.wait()
    assert len(exchange.all) == 20
    assert pressed == ["5"] * 20


@with_sipp
async def test_the_network_hangs_up_on_a_caller_who_waits_for_it(tmp_path: Path) -> None:
    async with door_to(greet_until_five, tmp_path) as (door, _):
        outcome = await load.sipp("be_hung_up_on.xml", door.address, tmp_path, calls=3, rate=3)
        assert outcome.code == 0, outcome.report
