"""Waiting in a queue, and every way out of it."""

import asyncio

import pytest

from simulator.network import Network
from simulator.phone import PhoneCall
from simulator.rest.asked import Asked
from simulator.rest.queues import dequeue
from simulator.virtual import Policy
from tests.simulator.product import Product

pytestmark = pytest.mark.anyio

ENQUEUE = '<Enqueue waitUrl="/wait" action="/left">lonely</Enqueue>'
SAY = '<Say language="ko-KR">기다려 주세요</Say>'


async def waiting(product: Product, network: Network, wait: str = SAY, **more: object) -> PhoneCall:
    """A caller in the queue who has heard something."""
    product.on("/voice", ENQUEUE)
    product.on("/wait", wait)
    product.on("/left", "<Say>left</Say>")
    phone = network.dial("+821012345678", "120", **more)  # type: ignore[arg-type] # A test's own arguments.
    await product.got("/wait")
    return phone


async def result_of(product: Product) -> str:
    return (await product.got("/left")).fields["QueueResult"]


async def test_the_waiting_document_is_asked_again_and_again_with_the_place(product: Product, network: Network) -> None:
    await waiting(product, network)
    seen = await product.got("/wait", 3)
    names = {"QueuePosition", "QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"}
    assert names <= set(seen.fields)
    assert (seen.fields["QueuePosition"], seen.fields["CurrentQueueSize"]) == ("1", "1")
    second = network.dial("+821087654321", "120")
    await second.heard("기다려")
    by_sid = [seen for seen in product.at("/wait") if seen.fields["CallSid"] == second.sid]
    assert by_sid[0].fields["QueuePosition"] == "2"


async def test_a_key_while_waiting_is_acted_on_at_once(product: Product, network: Network) -> None:
    product.on("/choice", "<Leave/>")
    wait = '<Gather numDigits="1" action="/choice"><Say>press 1</Say></Gather>'
    phone = await waiting(product, network, wait, script=[{"press": "1"}])
    assert await result_of(product) == "leave"
    assert (await product.got("/choice")).fields["Digits"] == "1"
    assert await phone.ended() == "completed"
    assert phone.leg.heard[-1] == "left"


async def test_a_caller_who_hangs_up_is_told_as_hangup(product: Product, network: Network) -> None:
    phone = await waiting(product, network)
    await phone.hang_up()
    assert await result_of(product) == "hangup"
    assert (await product.got("/left")).fields["CallStatus"] == "completed"
    assert network.queue("lonely").places == []


async def test_a_waiting_document_may_hang_up(product: Product, network: Network) -> None:
    phone = await waiting(product, network, "<Hangup/>")
    assert await phone.ended() == "completed"


@pytest.mark.parametrize("wait", ["<Dial>1</Dial>", "<Oops/>", "<Enqueue>again</Enqueue>", "<Leave"])
async def test_a_broken_waiting_document_leaves_with_error(product: Product, network: Network, wait: str) -> None:
    phone = await waiting(product, network, wait)
    assert await result_of(product) == "error"
    await phone.ended()
    assert network.complaints
    assert product.at("/fallback") == []


async def test_a_full_queue_takes_nobody(product: Product, network: Network) -> None:
    network.queue("lonely").max_size = 1
    await waiting(product, network)
    second = network.dial("+821087654321", "120")
    await second.ended()
    left = await product.got("/left")
    assert left.fields["QueueResult"] == "queue-full"
    assert "QueueSid" not in left.fields


async def test_the_queue_members_interface_takes_the_first_out(product: Product, network: Network) -> None:
    phone = await waiting(product, network)
    url = product.on("/elsewhere", "<Say>elsewhere</Say>")
    sid = network.queue("lonely").sid
    status, body = await dequeue(Asked(network, "", {"queue": sid, "call": "Front"}, {"Url": (url,)}))
    assert (status, body and body["call_sid"]) == (200, phone.sid)
    assert await result_of(product) == "redirected"
    await phone.ended()
    assert phone.leg.heard[-1] == "elsewhere"


async def test_dialing_a_queue_talks_to_the_first_and_the_action_comes_after(
    product: Product, network: Network
) -> None:
    caller = await waiting(product, network)
    product.on("/voice", '<Dial action="/done"><Queue url="/about">lonely</Queue></Dial>')
    product.on("/about", "<Say>You are next</Say>")
    product.on("/done", "<Hangup/>")
    counselor = network.dial("client:alice", "120")
    await counselor.connected()
    await caller.connected()
    counselor.say("여보세요")
    assert await caller.heard("여보세요") == "여보세요"
    assert "You are next" in caller.leg.heard
    assert (await product.got("/about")).fields["DequeingCallSid"] == counselor.sid
    assert product.at("/left") == []
    await counselor.hang_up()
    assert await result_of(product) == "bridged"
    done = await product.got("/done")
    assert done.fields["DialCallStatus"] == "completed"
    await caller.ended()


async def test_dialing_an_empty_queue_waits_and_gives_up(product: Product, network: Network) -> None:
    product.on("/voice", '<Dial action="/done" timeout="5"><Queue>nobody</Queue></Dial>')
    product.on("/done", "<Hangup/>")
    await network.dial("client:alice", "120").ended()
    assert (await product.got("/done")).fields["DialCallStatus"] == "no-answer"


async def test_an_impatient_caller_leaves_nobody_in_the_queue(product: Product, network: Network) -> None:
    phone = await waiting(product, network, policy=Policy(patience_s=0.1))
    assert await phone.ended() == "completed"
    assert await result_of(product) == "hangup"


async def test_waiting_without_a_document_is_music(product: Product, network: Network) -> None:
    product.on("/voice", "<Enqueue>lonely</Enqueue><Say>out</Say>")
    phone = network.dial("+821012345678", "120")
    await phone.call.trace.first(lambda entry: entry.data.get("text") == "waits in the queue lonely")
    while "music:hold" not in phone.leg.heard:  # noqa: ASYNC110 - Music is not said, so it is not in the trace.
        await asyncio.sleep(0.01)
    await phone.hang_up()
