"""Dialing other telephones."""

import pytest

from simulator.call import HangUp
from simulator.network import Network
from simulator.phone import PhoneCall
from simulator.virtual import Policy
from tests.simulator.conftest import network_of
from tests.simulator.product import Product

pytestmark = pytest.mark.anyio


async def dialing(product: Product, network: Network, inside: str, attributes: str = "") -> PhoneCall:
    product.on("/voice", f'<Dial action="/done" callerId="120" {attributes}>{inside}</Dial>')
    product.on("/done", "<Say>done</Say>")
    return network.dial("+821012345678", "120")


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ("+82221200001", "+82221200001"),
        ("<Number>+82221200001</Number>", "+82221200001"),
        ("<Client>alice</Client>", "client:alice"),
        ('<Client><Identity>alice</Identity><Parameter name="a" value="b"/></Client>', "client:alice"),
        ("<Sip>sip:bob@example.com</Sip>", "sip:bob@example.com"),
    ],
)
async def test_whoever_is_dialed_talks_and_then_the_action_is_told(
    product: Product, network: Network, inside: str, address: str
) -> None:
    network.directory.behave(address, Policy(talk_s=0.05))
    phone = await dialing(product, network, inside)
    await phone.connected()
    await phone.ended()
    done = await product.got("/done")
    assert (done.fields["DialCallStatus"], done.fields["DialBridged"]) == ("completed", "true")
    child = network.calls[done.fields["DialCallSid"]]
    assert (child.to, child.from_, child.direction) == (address, "120", "outbound-dial")
    assert (child.parent_sid, done.fields["DialCallDuration"]) == (phone.sid, str(child.talked_s))
    assert phone.leg.heard[-1] == "done"


@pytest.mark.parametrize(("rung", "status"), [("busy", "busy"), ("failed", "failed"), ("no_answer", "no-answer")])
async def test_whoever_does_not_answer_is_told_as_such(
    product: Product, network: Network, rung: str, status: str
) -> None:
    network.directory.behave("client:alice", Policy(rung=rung))
    phone = await dialing(product, network, "<Client>alice</Client>", 'timeout="1"')
    await phone.ended()
    assert (await product.got("/done")).fields["DialCallStatus"] == status


async def test_nobody_registered_is_a_failure(product: Product, network: Network) -> None:
    phone = await dialing(product, network, "<Client>ghost</Client>")
    await phone.ended()
    assert (await product.got("/done")).fields["DialCallStatus"] == "failed"


async def test_of_many_the_first_to_answer_is_put_through_and_the_others_stop_ringing(
    product: Product, network: Network
) -> None:
    network.directory.behave("client:quick", Policy(talk_s=0.05))
    network.directory.behave("client:slow", Policy(rung="no_answer"))
    status = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'
    inside = f"<Client {status}>slow</Client><Client>quick</Client>"
    phone = await dialing(product, network, inside)
    await phone.ended()
    await network.settled()
    done = await product.got("/done")
    assert network.calls[done.fields["DialCallSid"]].to == "client:quick"
    told = [(seen.fields["CallStatus"], seen.fields["SequenceNumber"]) for seen in product.at("/leg")]
    assert told == [("initiated", "0"), ("ringing", "1"), ("canceled", "2")]
    assert product.at("/leg")[-1].fields["ParentCallSid"] == phone.sid


async def test_the_caller_may_be_answered_only_when_put_through(product: Product, network: Network) -> None:
    network.directory.behave("client:alice", Policy(rung="busy"))
    phone = await dialing(product, network, "<Client>alice</Client>", 'answerOnBridge="true"')
    await product.got("/done")
    assert (await product.got("/done")).fields["CallStatus"] == "ringing"
    await phone.ended()


async def test_the_one_who_answers_hears_first_who_it_is_and_may_refuse(product: Product, network: Network) -> None:
    product.on("/about", '<Gather numDigits="1" action="/refuse"><Say>Take it?</Say></Gather>')
    product.on("/refuse", "<Hangup/>")
    network.directory.behave("client:alice", Policy(script=()))
    phone = await dialing(product, network, '<Client url="/about">alice</Client>')
    await phone.connected()
    await phone.hang_up()
    assert (await product.got("/done")).fields["CallStatus"] == "completed"
    other = await dialing(product, network, '<Client url="/gone">alice</Client>')
    product.on("/gone", "<Hangup/>")
    await other.ended()
    assert product.at("/done")[-1].fields["DialBridged"] == "false"


async def test_a_caller_who_hangs_up_ends_the_other_leg_too(product: Product, network: Network) -> None:
    network.directory.behave("client:alice", Policy())
    phone = await dialing(product, network, "<Client>alice</Client>")
    await phone.connected()
    await phone.hang_up()
    child = next(call for call in network.calls.values() if call.parent_sid == phone.sid)
    await child.done.wait()
    assert child.status == "completed"


async def test_the_star_key_ends_the_conversation_but_not_the_call(product: Product, network: Network) -> None:
    network.directory.behave("client:alice", Policy())
    phone = await dialing(product, network, "<Client>alice</Client>", 'hangupOnStar="true"')
    await phone.connected()
    phone.leg.press("12*")
    assert await phone.heard("done") == "done"
    await phone.ended()


async def test_a_time_limit_ends_the_conversation(product: Product) -> None:
    network = network_of(product, speed=0)
    network.directory.behave("client:alice", Policy())
    phone = await dialing(product, network, "<Client>alice</Client>", 'timeLimit="1"')
    await phone.ended()
    assert "done" in phone.leg.heard
    await network.close()


async def test_the_dialed_leg_may_be_taken_away(product: Product, network: Network) -> None:
    network.directory.behave("client:alice", Policy())
    phone = await dialing(product, network, "<Client>alice</Client>")
    await phone.connected()
    child = next(call for call in network.calls.values() if call.parent_sid == phone.sid)
    network.order(child, HangUp())
    await phone.ended()
    assert (await product.got("/done")).fields["DialCallStatus"] == "completed"


async def test_two_conferences_in_one_dial_are_refused(product: Product, network: Network) -> None:
    product.on("/fallback", "<Hangup/>")
    phone = await dialing(product, network, "<Conference>a</Conference><Conference>b</Conference>")
    await phone.ended()
    assert (await product.got("/fallback")).fields["ErrorCode"] == "12200"
