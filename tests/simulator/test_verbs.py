"""What each simple verb does to a call."""

import pytest

from simulator.network import Network
from simulator.virtual import Policy, VirtualLeg
from tests.simulator.conftest import network_of
from tests.simulator.product import Product

pytestmark = pytest.mark.anyio

MENU = '<Gather numDigits="1" action="/key"><Say language="ko-KR">누르세요</Say></Gather><Say>Nobody pressed</Say>'


async def test_what_is_said_is_heard_and_the_call_ends_with_the_document(product: Product, network: Network) -> None:
    product.on(
        "/voice", '<Say language="ko-KR">안녕하세요</Say><Say voice="Polly.Seoyeon">또 만나요</Say><Say>Bye</Say>'
    )
    phone = network.dial("+821012345678", "120")
    assert await phone.ended() == "completed"
    assert phone.leg.heard == ["안녕하세요", "또 만나요", "Bye"]
    assert phone.transcript().splitlines()[:3] == [
        "120        | (voice, ko) 안녕하세요",
        "120        | (voice, ko) 또 만나요",
        "120        | (voice, en) Bye",
    ]


async def test_a_pressed_key_goes_to_the_action(product: Product, network: Network) -> None:
    product.on("/voice", MENU)
    product.on("/key", "<Hangup/>")
    phone = network.dial("+821012345678", "120", script=[{"press": "5"}])
    await phone.ended()
    key = await product.got("/key")
    assert (key.fields["Digits"], key.fields["msg"]) == ("5", "Gather End")
    assert "Caller     | presses 5\n" in phone.transcript()


async def test_silence_goes_on_with_the_document(product: Product, network: Network) -> None:
    product.on("/voice", MENU)
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert phone.leg.heard[-1] == "Nobody pressed"
    assert product.at("/key") == []


async def test_silence_may_go_to_the_action_without_digits(product: Product, network: Network) -> None:
    product.on("/voice", '<Gather action="/key" actionOnEmptyResult="true"/>')
    product.on("/key", "<Hangup/>")
    await network.dial("+821012345678", "120").ended()
    assert "Digits" not in (await product.got("/key")).fields


async def test_a_key_during_the_prompt_stops_it(product: Product) -> None:
    slow = network_of(product, speed=1)
    product.on("/voice", f'<Gather numDigits="1" action="/key"><Say>{"long " * 200}</Say></Gather>')
    product.on("/key", "<Hangup/>")
    phone = slow.dial("+821012345678", "120")
    await phone.heard("long")
    phone.leg.press("7")
    assert await phone.ended() == "completed"
    assert (await product.got("/key")).fields["Digits"] == "7"
    await slow.close()


@pytest.mark.parametrize(
    ("attributes", "pressed", "digits", "finished"),
    [
        ('numDigits="3"', "123", "123", None),
        ("", "12#", "12", "#"),
        ('finishOnKey="*"', "1#*", "1#", "*"),
        ('finishOnKey=""', "1#", "1#", None),
        ("", "42", "42", None),
    ],
)
async def test_keys_are_collected_until_enough_or_the_finishing_one_or_silence(
    product: Product, network: Network, attributes: str, pressed: str, digits: str, finished: str | None
) -> None:
    product.on("/voice", f'<Gather {attributes} timeout="1" action="/key"/>')
    product.on("/key", "<Hangup/>")
    await network.dial("+821012345678", "120", script=[{"press": pressed}]).ended()
    key = await product.got("/key")
    assert (key.fields["Digits"], key.fields.get("FinishedOnKey")) == (digits, finished)


async def test_the_finishing_key_alone_is_an_empty_result(product: Product, network: Network) -> None:
    product.on("/voice", MENU)
    phone = network.dial("+821012345678", "120", script=[{"press": "#"}])
    await phone.ended()
    assert phone.leg.heard[-1] == "Nobody pressed"


async def test_keys_nobody_asked_for_are_thrown_away(product: Product, network: Network) -> None:
    product.on("/voice", "<Say>Listen</Say>" + MENU)
    product.on("/key", "<Hangup/>")
    phone = network.dial("+821012345678", "120", script=[{"interrupt": "9"}, {"press": "5"}])
    await phone.ended()
    assert (await product.got("/key")).fields["Digits"] == "5"
    assert "presses 9 (nobody asked)" in phone.transcript()


async def test_without_an_action_gather_asks_the_same_document(product: Product, network: Network) -> None:
    product.on("/voice", '<Gather numDigits="1"/>', "<Hangup/>")
    await network.dial("+821012345678", "120", script=[{"press": "1"}]).ended()
    assert [seen.fields.get("Digits") for seen in product.at("/voice")] == [None, "1"]


async def test_a_redirect_resolves_against_the_document(product: Product, network: Network) -> None:
    product.on("/voice", '<Redirect method="GET">deeper/here?a=1&amp;b=2</Redirect><Say>never</Say>')
    product.on("/deeper/here", "<Hangup/>")
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    seen = await product.got("/deeper/here")
    assert (seen.method, seen.fields["a"], seen.fields["CallSid"]) == ("GET", "1", phone.sid)


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "busy")])
async def test_a_rejected_call_was_never_answered(product: Product, network: Network, reason: str, status: str) -> None:
    product.on("/voice", f'<Reject reason="{reason}"/>')
    phone = network.dial("+821012345678", "120")
    assert await phone.ended() == status
    assert not phone.leg.on_line.is_set()


async def test_a_hang_up_before_the_answer_is_no_answer(product: Product, network: Network) -> None:
    product.on("/voice", "<Redirect>/slow</Redirect>")
    phone = network.dial("+821012345678", "120")
    await product.got("/slow")
    await phone.hang_up()
    assert phone.call.status == "no-answer"


async def test_audio_is_played_and_keys_are_sent_as_tones(product: Product, network: Network) -> None:
    product.on("/voice", '<Play loop="2">/hello.wav</Play><Play digits="12w3"/><Pause length="3"/>')
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert phone.leg.heard == [f"{product.base}/hello.wav"] * 2 + ["12w3"]


async def test_a_message_is_recorded_until_a_key(product: Product, network: Network) -> None:
    product.on("/voice", '<Record action="/recorded" recordingStatusCallback="/kept" finishOnKey="#"/>')
    product.on("/recorded", "<Hangup/>")
    script = [{"say": "메시지입니다"}, {"press": "#"}]
    phone = network.dial("+821012345678", "120", script=script)
    await phone.ended()
    recorded, kept = await product.got("/recorded"), await product.got("/kept")
    assert recorded.fields["Digits"] == "#"
    assert recorded.fields["RecordingUrl"].endswith(f"/Recordings/{kept.fields['RecordingSid']}")
    assert (kept.fields["RecordingStatus"], kept.fields["CallSid"]) == ("completed", phone.sid)


async def test_a_message_ends_with_silence_or_with_the_call(product: Product, network: Network) -> None:
    product.on("/voice", '<Record action="/recorded" timeout="1"/>')
    product.on("/recorded", "<Hangup/>")
    await network.dial("+821012345678", "120").ended()
    assert (await product.got("/recorded")).fields["Digits"] == ""
    product.on("/voice", '<Record action="/cut" timeout="600"/>')
    patient = network_of(product, speed=1)
    phone = patient.dial("+821012345678", "120", policy=Policy())
    await phone.connected()
    await phone.hang_up()
    cut = await product.got("/cut")
    assert (cut.fields["Digits"], cut.fields["CallStatus"]) == ("hangup", "completed")
    await patient.close()


async def test_a_caller_who_loses_patience_hangs_up(product: Product, network: Network) -> None:
    product.on("/voice", "<Enqueue>line</Enqueue>")
    phone = network.dial("+821012345678", "120", policy=Policy(patience_s=0.05))
    assert await phone.ended() == "completed"
    assert isinstance(phone.leg, VirtualLeg)
    assert "the caller hung up" in phone.transcript()
