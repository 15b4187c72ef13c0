"""How the network asks the product for documents, and what it does when the answer is bad or does not come."""

import pytest
from starlette.responses import RedirectResponse, Response
from twilio.request_validator import RequestValidator, get_signature_algorithm

from simulator.network import Network
from simulator.settings import Account, Limits, Line, Target
from tests.simulator.conftest import network_of
from tests.simulator.product import Product, twiml

pytestmark = pytest.mark.anyio

STANDARD = {"AccountSid", "ApiVersion", "CallSid", "CallStatus", "Called", "Caller", "Direction", "From", "To"}


def codes(network: Network) -> list[int]:
    return [complaint.code for complaint in network.complaints]


async def test_the_first_request_carries_the_standard_fields_signed(product: Product, network: Network) -> None:
    product.on("/voice", "<Hangup/>")
    phone = network.dial("+821012345678", "120", parameters={"SipCallId": "x@y"})
    await phone.ended()
    seen = await product.got("/voice")
    assert set(seen.fields) > STANDARD
    assert len(seen.fields) >= 17
    assert (seen.fields["From"], seen.fields["To"], seen.fields["Direction"]) == ("+821012345678", "120", "inbound")
    assert (seen.fields["CallStatus"], seen.fields["FromCountry"]) == ("ringing", "KR")
    assert seen.fields["SipCallId"] == "x@y"
    validator = RequestValidator(network.settings.account.auth_token)
    assert validator.validate(seen.url, seen.fields, seen.headers["x-twilio-signature"])
    assert seen.headers["user-agent"] == "TwilioProxy/1.1"
    assert seen.headers["i-twilio-idempotency-token"]


async def test_get_puts_the_fields_into_the_query_and_signs_the_url(product: Product) -> None:
    url = product.on("/asked", "<Hangup/>")
    network = network_of(product, numbers={"120": Line(voice=Target(f"{url}?a=%2B1", "GET"))})
    await network.dial("+821012345678", "120").ended()
    seen = await product.got("/asked")
    assert seen.fields["CallStatus"] == "ringing"
    assert "a=%2B1&" in seen.url
    validator = RequestValidator(network.settings.account.auth_token)
    assert validator.validate(seen.url, {}, seen.headers["x-twilio-signature"])
    await network.close()


async def test_a_shared_key_is_used_when_there_is_one(product: Product) -> None:
    product.on("/voice", "<Hangup/>")
    network = network_of(product, account=Account(shared_key_id="SK9", shared_key="s3"))
    await network.dial("+821012345678", "120").ended()
    seen = await product.got("/voice")
    validator = RequestValidator("s3")
    algorithm = get_signature_algorithm(seen.headers["x-twilio-webhooks-signature-settings"])
    assert validator.validate(seen.url, seen.fields, seen.headers["x-twilio-signature"], algorithm=algorithm)
    await network.close()


async def test_cookies_last_for_the_call_and_no_longer(product: Product, network: Network) -> None:
    first = twiml("<Redirect>/second</Redirect>")
    first.set_cookie("caller", "7")
    product.on("/voice", first)
    product.on("/second", "<Hangup/>")
    for _ in range(2):
        await network.dial("+821012345678", "120").ended()
    assert [seen.headers.get("cookie") for seen in product.at("/second")] == ["caller=7", "caller=7"]
    assert [seen.headers.get("cookie") for seen in product.at("/voice")] == [None, None]


async def test_redirects_are_followed_and_signed_anew(product: Product, network: Network) -> None:
    product.on("/voice", RedirectResponse("/next", 307))
    product.on("/next", RedirectResponse("/last", 302))
    product.on("/last", "<Hangup/>")
    await network.dial("+821012345678", "120").ended()
    kept, turned = await product.got("/next"), await product.got("/last")
    assert (kept.method, turned.method, kept.fields["To"]) == ("POST", "GET", "120")
    validator = RequestValidator(network.settings.account.auth_token)
    assert validator.validate(kept.url, kept.fields, kept.headers["x-twilio-signature"])


BAD: list[tuple[str, str | Response, int]] = [
    ("server error", Response("no", 500), 11217),
    ("too many requests", Response("no", 429), 11217),
    ("endless redirects", RedirectResponse("/voice", 307), 11215),
    ("not XML", Response("<Response><Say>", media_type="text/xml"), 12100),
    ("blank first line", Response("\n<Response/>", media_type="text/xml"), 12100),
    ("byte order mark", Response(b"\xef\xbb\xbf<Response/>", media_type="text/xml"), 12100),
    ("entities", Response('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', media_type="text/xml"), 12100),
    ("nothing", Response(status_code=204), 12300),
    ("another root", Response("<Reply/>", media_type="text/xml"), 12102),
    ("JSON", Response("{}", media_type="application/json"), 12300),
    ("64 kB and more", Response(b"<Response>" + b" " * 65536, media_type="text/xml"), 11750),
    ("an unknown verb", "<Speak>hi</Speak>", 12200),
    ("an unknown attribute", '<Say tone="soft">hi</Say>', 12200),
    ("an unknown noun", "<Dial><Fax>1</Fax></Dial>", 12200),
    ("a bad value", '<Pause length="long"/>', 12200),
    ("speech input", '<Gather input="speech"/>', 12200),
    ("Leave outside a queue", "<Leave/>", 12200),
]


@pytest.mark.parametrize(("reply", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
async def test_a_bad_answer_goes_to_the_fallback_with_its_number(
    product: Product, network: Network, reply: str | Response, code: int
) -> None:
    url = product.on("/voice", reply)
    product.on("/fallback", "<Say>잠시만요</Say>")
    phone = network.dial("+821012345678", "120")
    assert await phone.ended() == "completed"
    seen = await product.got("/fallback")
    assert (seen.fields["ErrorCode"], seen.fields["ErrorUrl"]) == (str(code), url)
    assert phone.leg.heard == ["잠시만요"]
    assert codes(network) == [code]


async def test_a_lenient_network_leaves_out_what_it_does_not_know(product: Product) -> None:
    network = network_of(product, lenient=True)
    product.on("/voice", '<Speak/><Say tone="soft">hi</Say>')
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert phone.leg.heard == ["hi"]
    assert codes(network) == [12200, 12200]
    await network.close()


async def test_when_the_fallback_fails_too_the_caller_hears_regret(product: Product, network: Network) -> None:
    product.on("/voice", Response("no", 500))
    product.on("/fallback", Response("no", 500))
    phone = network.dial("+821012345678", "120")
    assert await phone.ended() == "completed"
    assert phone.leg.heard == ["We are sorry, an application error has occurred. Goodbye."]
    assert codes(network) == [11217, 11217]


async def test_a_slow_answer_is_given_up_and_not_tried_again(product: Product) -> None:
    network = network_of(product, limits=Limits(total_s=0.2, read_s=0.2))
    product.on("/voice", "<Redirect>/slow</Redirect>")
    product.on("/fallback", "<Hangup/>")
    await network.dial("+821012345678", "120").ended()
    assert (await product.got("/fallback")).fields["ErrorCode"] == "11205"
    assert len(product.at("/slow")) == 1
    await network.close()


async def test_overrides_retry_a_server_error_with_the_same_token_and_are_not_signed(product: Product) -> None:
    url = product.on("/again", Response("no", 503), Response("no", 503), twiml("<Hangup/>"))
    network = network_of(product, numbers={"120": Line(voice=Target(f"{url}#rc=2&rp=5xx"))})
    await network.dial("+821012345678", "120").ended()
    first, _, third = product.at("/again")
    assert first.headers["i-twilio-idempotency-token"] == third.headers["i-twilio-idempotency-token"]
    validator = RequestValidator(network.settings.account.auth_token)
    assert validator.validate(url, third.fields, third.headers["x-twilio-signature"])
    assert codes(network) == []
    await network.close()


@pytest.mark.parametrize("fragment", ["rc=9", "rp=sometimes", "ct=soon", "zz=1", "tt=99999", "ct=10001"])
async def test_a_bad_override_is_a_failure(product: Product, fragment: str) -> None:
    network = network_of(product, numbers={"120": Line(voice=Target(f"{product.base}/voice#{fragment}"))})
    await network.dial("+821012345678", "120").ended()
    assert codes(network) == [11243]
    assert product.at("/voice") == []
    await network.close()


async def test_a_closed_port_is_refused(product: Product) -> None:
    network = network_of(product, numbers={"120": Line(voice=Target("http://127.0.0.1:1/voice"))})
    await network.dial("+821012345678", "120").ended()
    assert codes(network) == [11202]
    await network.close()


@pytest.mark.parametrize("url", ["/relative", "ftp://example.com/x", "http://[bad/x"])
async def test_a_url_that_is_none_is_a_failure_and_not_a_crash(product: Product, url: str) -> None:
    network = network_of(product, numbers={"120": Line(voice=Target(url))})
    phone = network.dial("+821012345678", "120")
    assert await phone.ended() == "completed"
    assert codes(network)[0] == 11100
    await network.close()


async def test_text_is_read_aloud_and_audio_is_played(product: Product, network: Network) -> None:
    url = product.on("/voice", Response("안녕", media_type="text/plain"), Response(b"RIFF", media_type="audio/wav"))
    first, second = network.dial("+821012345678", "120"), None
    await first.ended()
    second = network.dial("+821012345678", "120")
    await second.ended()
    assert (first.leg.heard, second.leg.heard) == (["안녕"], [url])


async def test_the_status_callback_tells_the_end_once(product: Product, network: Network) -> None:
    product.on("/voice", "<Say>hi</Say>")
    await network.dial("+821012345678", "120").ended()
    await network.settled()
    [seen] = product.at("/status")
    assert (seen.fields["CallStatus"], seen.fields["SequenceNumber"]) == ("completed", "0")
    assert (seen.fields["CallbackSource"], seen.fields["Duration"]) == ("call-progress-events", "1")
    assert int(seen.fields["CallDuration"]) >= 0
    assert seen.fields["Timestamp"].endswith("+0000")


@pytest.mark.parametrize("caller", ["anonymous", "client:alice", "sip:bob@example.com", "+821012345678", "12"])
async def test_any_kind_of_caller_is_told_as_it_is(product: Product, network: Network, caller: str) -> None:
    product.on("/voice", lambda seen: f"<Say>{seen.fields['From']}</Say>")
    phone = network.dial(caller, "120")
    await phone.ended()
    assert phone.leg.heard == [caller]


async def test_every_request_is_signed(product: Product, network: Network) -> None:
    product.on("/voice", '<Enqueue waitUrl="/wait" action="/left">q</Enqueue>')
    product.on("/wait", "<Leave/>")
    product.on("/left", "<Hangup/>")
    await network.dial("+821012345678", "120").ended()
    await network.settled()
    validator = RequestValidator(network.settings.account.auth_token)
    for seen in product.seen:
        assert validator.validate(seen.url, seen.fields, seen.headers["x-twilio-signature"]), seen.path
