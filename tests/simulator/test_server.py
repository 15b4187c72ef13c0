"""The network as it is served: with its SIP door, and as a program of its own."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import pytest

from simulator.server import Doors, opened
from simulator.settings import Line, Settings, Target
from tests.simulator.product import Product
from tests.simulator.sip.handset import handset
from tests.simulator.sip.listening import loudness
from tests.simulator.sip.ports import rtp_port, tcp_port, udp_port

pytestmark = pytest.mark.anyio

MENU = '<Gather numDigits="1" action="/key" timeout="20"><Say language="ko-KR">안녕하세요 누르세요</Say></Gather>'


async def test_a_sip_phone_hears_the_document_presses_a_key_and_talks_in_a_conference(
    product: Product, tmp_path: Path
) -> None:
    product.on("/voice", MENU)
    product.on("/key", '<Dial action="/bye"><Conference>r</Conference></Dial>')
    settings = Settings(numbers={"120": Line(voice=Target(f"{product.base}/voice"))})
    doors = Doors(sip_port=udp_port(), cache=tmp_path)
    async with opened(settings, doors) as (network, bench):
        assert bench.sip is not None
        async with handset(bench.sip, rtp_port(), "01012345678") as phone:
            call = await phone.dial()
            assert loudness(await phone.hears(1.0)) > 100
            phone.press("5", timestamp=4000)
            key = await product.got("/key")
            assert (key.fields["Digits"], key.fields["From"]) == ("5", "01012345678")
            assert key.fields["SipUsername"] == "01012345678"
            other = network.dial("client:alice", "120", script=[{"press": "5"}])
            await other.connected()
            phone.uac.send_bye(call.dialog, bench.sip)
            await product.got("/bye")
        await other.hang_up()
        [sip] = [call for call in network.calls.values() if call.from_ == "01012345678"]
        await sip.done.wait()
        assert sip.status == "completed"


async def test_as_a_program_it_serves_calls_and_stops_when_told(product: Product, tmp_path: Path) -> None:
    product.on("/voice", "<Say>hello</Say>")
    port = tcp_port()
    arguments = ["--port", str(port), "--number", f"120={product.base}/voice", "--speed", "0", "--cache", str(tmp_path)]
    program = await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator", *arguments)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
        while True:
            try:
                assert (await web.get("/sim/health")).json()["numbers"] == ["120"]
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
        sid = (await web.post("/sim/calls", json={})).json()["sid"]
        await product.got("/voice")
        async with asyncio.timeout(10), web.stream("GET", f"/sim/calls/{sid}/stream") as stream:
            told = [row async for row in stream.aiter_lines()]
        assert "event: end" in told
    program.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await program.wait() in {0, -signal.SIGTERM}
