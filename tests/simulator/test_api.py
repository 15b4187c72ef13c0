"""The test and load interface under /sim/."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from httpx_sse import aconnect_sse

from simulator import server
from simulator.network import Network
from tests.simulator.product import Product, served

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web(network: Network) -> AsyncIterator[httpx.AsyncClient]:
    async with served(server.application(network)) as base, httpx.AsyncClient(base_url=base) as client:
        yield client


async def dial(web: httpx.AsyncClient, **body: object) -> str:
    answer = await web.post("/sim/calls", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_call_is_placed_watched_and_read_as_a_play(
    product: Product, network: Network, web: httpx.AsyncClient
) -> None:
    product.on("/voice", '<Gather numDigits="1" action="/key"><Say language="ko-KR">안녕하세요</Say></Gather>')
    product.on("/key", '<Gather numDigits="1" action="/last"/>')
    product.on("/last", '<Say language="ko-KR">고맙습니다</Say>')
    sid = await dial(web, **{"from": "+821011112222", "to": "120", "press": "5 1"})
    lines = []
    async with aconnect_sse(web, "GET", f"/sim/calls/{sid}/stream") as source:
        async for event in source.aiter_sse():
            if event.event == "end":
                break
            lines.append(json.loads(event.data)["line"])
    call = (await web.get(f"/sim/calls/{sid}")).json()
    assert (call["state"], call["from"]) == ("completed", "+821011112222")
    assert call["transcript"] == (
        "120        | (voice, ko) 안녕하세요\n"
        "Caller     | presses 5\n"
        "Caller     | presses 1\n"
        "120        | (voice, ko) 고맙습니다\n"
        "           | (the call ends: completed, the application hung up)\n"
    )
    assert [line for line in lines if line] == call["transcript"].splitlines()
    assert [entry["url"] for entry in call["trace"] if entry["kind"] == "request"] == [
        f"{product.base}{path}" for path in ("/voice", "/key", "/last")
    ]
    assert (await web.get("/sim/calls")).json()["calls"][0]["id"] == sid


async def test_keys_words_and_the_hang_up_come_from_outside(product: Product, web: httpx.AsyncClient) -> None:
    product.on("/voice", '<Gather numDigits="1" timeout="600" action="/key"/>')
    product.on("/key", "<Enqueue>q</Enqueue>")
    sid = await dial(web, speed=1)
    await product.got("/voice")
    for _ in range(100):
        assert (await web.post(f"/sim/calls/{sid}/press", json={"digits": "7"})).status_code == 200
        if product.at("/key"):
            break
    assert (await product.got("/key")).fields["Digits"] == "7"
    assert (await web.post(f"/sim/calls/{sid}/say", json={"text": "여보세요"})).status_code == 200
    ended = await web.post(f"/sim/calls/{sid}/hangup")
    assert ended.json()["state"] == "completed"
    assert (await web.post(f"/sim/calls/{sid}/hangup")).status_code == 409
    assert "Caller     | 여보세요" in (await web.get(f"/sim/calls/{sid}")).json()["transcript"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sim/calls", "{", 422),
        ("POST", "/sim/calls", '{"to": "119"}', 404),
        ("POST", "/sim/calls", '{"whom": "120"}', 422),
        ("POST", "/sim/calls", '{"press": "five"}', 422),
        ("POST", "/sim/calls", '{"script": [{"dance": true}]}', 422),
        ("POST", "/sim/calls", '{"script": [{"press": "1", "wait": 2}]}', 422),
        ("POST", "/sim/calls", '{"script": [{"wait": -1}]}', 422),
        ("POST", "/sim/calls", '{"patience_s": "long"}', 422),
        ("GET", "/sim/calls/CA0", "", 404),
        ("POST", "/sim/calls/CA0/press", '{"digits": "5"}', 404),
        ("PUT", "/sim/faults", '{"webhooks": [{"path": "*", "oops": 1}]}', 422),
        ("PUT", "/sim/clients/alice", '{"rung": "perhaps"}', 422),
        ("DELETE", "/sim/clients/ghost", "", 404),
        ("POST", "/sim/load", "{}", 422),
        ("POST", "/sim/load", '{"per_second": -1, "calls": 1}', 422),
        ("GET", "/sim/load/none", "", 404),
    ],
)
async def test_bad_requests_are_refused_with_a_reason(
    network: Network, web: httpx.AsyncClient, method: str, path: str, body: str, status: int
) -> None:
    answer = await web.request(method, path, content=body)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["title"]
    assert network.calls == {}


async def test_clients_come_behave_and_go(product: Product, network: Network, web: httpx.AsyncClient) -> None:
    put = await web.put("/sim/clients/alice", json={"rung": "busy"})
    assert put.json()["address"] == "client:alice"
    product.on("/voice", '<Dial action="/done"><Client>alice</Client></Dial>')
    product.on("/done", "<Hangup/>")
    await dial(web)
    assert (await product.got("/done")).fields["DialCallStatus"] == "busy"
    assert (await web.delete("/sim/clients/alice")).status_code == 204
    await dial(web)
    assert (await product.got("/done", 2)).fields["DialCallStatus"] == "failed"
    await web.put("/sim/phones/+8210", json={"rung": "no_answer"})
    assert network.directory.knows("+8210")


async def test_faults_are_set_and_shown_and_errors_are_listed(product: Product, web: httpx.AsyncClient) -> None:
    await web.put("/sim/faults", json={"webhooks": [{"path": "/voice", "refused": 1}], "seed": 3})
    assert (await web.get("/sim/faults")).json()["webhooks"][0]["refused"] == 1
    product.on("/fallback", "<Hangup/>")
    sid = await dial(web)
    await product.got("/fallback")
    [error] = (await web.get("/sim/errors", params={"call": sid})).json()["errors"]
    assert (error["code"], error["call_sid"]) == (11202, sid)
    await web.put("/sim/faults", json={})
    assert (await web.get("/sim/faults")).json() == {"webhooks": [], "rest": [], "seed": None}


async def test_health_says_what_there_is(web: httpx.AsyncClient) -> None:
    assert (await web.get("/sim/health")).json() == {"status": "ok", "living": 0, "numbers": ["120"], "sip": None}


async def over(web: httpx.AsyncClient, run: str) -> dict[str, object]:
    """Wait until a load is over."""
    while True:
        now: dict[str, object] = (await web.get(f"/sim/load/{run}")).json()
        if now["over"]:
            return now


async def test_a_load_places_its_calls_and_counts_what_became_of_them(product: Product, web: httpx.AsyncClient) -> None:
    product.on("/voice", '<Gather numDigits="1" action="/key"/>')
    product.on("/key", "<Dial><Client>c1</Client></Dial>")
    body = {
        "per_second": 200,
        "calls": 30,
        "seed": 7,
        "talk_s": 0.02,
        "counselors": ["c1"],
        "scripts": [{"press": "5"}],
    }
    run = (await web.post("/sim/load", json=body)).json()["id"]
    done = await over(web, run)
    assert (done["placed"], done["connected"], done["endings"]) == (30, 30, {"completed": 30})
    first = sorted(seen.fields["From"] for seen in product.at("/voice"))
    product.seen.clear()
    await over(web, (await web.post("/sim/load", json=body)).json()["id"])
    assert sorted(seen.fields["From"] for seen in product.at("/voice")) == first


async def test_a_load_of_impatient_callers_is_abandoned(product: Product, web: httpx.AsyncClient) -> None:
    product.on("/voice", "<Enqueue>q</Enqueue>")
    body = {"per_second": 100, "seconds": 0.2, "seed": 1, "patience_s": 0.01, "scripts": [{"press": ""}]}
    done = await over(web, (await web.post("/sim/load", json=body)).json()["id"])
    assert done["connected"] == 0
    assert done["endings"] == {"completed": done["placed"]}
