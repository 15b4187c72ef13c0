"""The REST interface, driven by the provider's own client and judged by the provider's own description."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from simulator import server
from simulator.network import Network
from simulator.phone import PhoneCall
from simulator.virtual import Policy
from tests.simulator.openapi_check import check_answer, check_request
from tests.simulator.product import Product, served

pytestmark = pytest.mark.anyio

T = TypeVar("T")


class Judged(TwilioHttpClient):  # type: ignore[misc] # The library has no types.
    """The client's transport; every request and every good answer is held against the description."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        data = args[1] if len(args) > 1 else kwargs.get("data")
        body = urlencode([(k, v) for k, v in (data or {}).items()], doseq=True)
        check_request(method, url, body)
        response = super().request(method, url, *args, **kwargs)
        if response.status_code < 400:
            check_answer(method, urlsplit(url).path, response.status_code, response.text)
        return response


@pytest.fixture
async def base(network: Network) -> AsyncIterator[str]:
    async with served(server.application(network)) as url:
        yield url


@pytest.fixture
def client(network: Network, base: str) -> Client:
    account = network.settings.account
    made = Client(account.sid, account.auth_token, http_client=Judged(timeout=5))
    made.api.base_url = base
    return made


async def ask(what: Callable[[], T]) -> T:
    """Ask in a thread: the client waits, the network must not."""
    return await asyncio.to_thread(what)


async def refused(what: Callable[[], Any]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as refusal:
        await ask(what)
    return refusal.value.status, refusal.value.code


async def waiting(product: Product, network: Network) -> PhoneCall:
    product.on("/voice", '<Enqueue waitUrl="/wait" action="/left">lonely</Enqueue>')
    product.on("/wait", "<Say>wait</Say>")
    phone = network.dial("+821012345678", "120")
    await phone.heard("wait")
    return phone


async def test_a_call_is_made_and_its_progress_told_in_order(
    product: Product, network: Network, client: Client
) -> None:
    url = product.on("/hello", "<Say>hello</Say>")
    made = await ask(
        lambda: client.calls.create(
            to="+821099998888",
            from_="120",
            url=url,
            status_callback=product.base + "/progress",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
    )
    assert made.sid is not None
    assert (made.status, made.direction) == ("queued", "outbound-api")
    await network.calls[made.sid].done.wait()
    await network.settled()
    told = [(seen.fields["CallStatus"], seen.fields["SequenceNumber"]) for seen in product.at("/progress")]
    assert told == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    assert (await product.got("/hello")).fields["Direction"] == "outbound-api"
    fetched = await ask(lambda: client.calls(made.sid).fetch())
    assert (fetched.status, fetched.sid) == ("completed", made.sid)
    listed = await ask(lambda: client.calls.list(to="+821099998888"))
    assert [call.sid for call in listed] == [made.sid]


@pytest.mark.parametrize(
    ("rung", "status", "code"),
    [("busy", "busy", "486"), ("failed", "failed", "404"), ("no_answer", "no-answer", "487")],
)
async def test_a_call_nobody_answers_says_why(
    product: Product, network: Network, client: Client, rung: str, status: str, code: str
) -> None:
    network.directory.behave("client:alice", Policy(rung=rung))
    made = await ask(
        lambda: client.calls.create(
            to="client:alice", from_="120", twiml="<Response/>", timeout=1, status_callback=product.base + "/progress"
        )
    )
    await product.got("/progress")
    [seen] = product.at("/progress")
    assert (seen.fields["CallSid"], seen.fields["CallStatus"]) == (made.sid, status)
    assert seen.fields["SipResponseCode"] == code


async def test_a_ringing_call_may_be_canceled(network: Network, client: Client) -> None:
    network.directory.behave("client:alice", Policy(rung="no_answer"))
    made = await ask(lambda: client.calls.create(to="client:alice", from_="120", twiml="<Response/>"))
    assert made.sid
    await ask(lambda: client.calls(made.sid).update(status="canceled"))
    await network.calls[made.sid].done.wait()
    assert network.calls[made.sid].status == "canceled"


async def test_a_waiting_caller_is_redirected_by_url_and_by_document(
    product: Product, network: Network, client: Client
) -> None:
    phone = await waiting(product, network)
    url = product.on("/moved", "<Say>moved</Say><Pause/><Enqueue>silent</Enqueue>")
    await ask(lambda: client.calls(phone.sid).update(url=url, method="POST"))
    await phone.heard("moved")
    assert (await product.got("/left")).fields["QueueResult"] == "redirected"
    await ask(lambda: client.calls(phone.sid).update(twiml="<Response><Say>bye</Say></Response>"))
    assert await phone.ended() == "completed"
    assert phone.leg.heard[-1] == "bye"


async def test_an_ended_call_can_not_be_redirected(product: Product, network: Network, client: Client) -> None:
    product.on("/voice", "<Hangup/>")
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert await refused(lambda: client.calls(phone.sid).update(url=product.base + "/x")) == (400, 21220)
    assert await refused(lambda: client.calls(phone.sid).update(status="completed")) == (400, 21220)


async def test_bad_requests_are_refused_with_the_providers_numbers(client: Client, network: Network) -> None:
    create = client.calls.create
    absent = "CA" + "0" * 32
    assert await refused(lambda: create(to="+8210", from_="120")) == (400, 21205)
    assert await refused(lambda: create(to="", from_="120", url="http://x/")) == (400, 21201)
    assert await refused(lambda: create(to="+8210", from_="", url="http://x/")) == (400, 21213)
    assert await refused(lambda: create(to="+8210", from_="120", url="nowhere")) == (400, 21205)
    assert await refused(lambda: create(to="+8210", from_="120", twiml="<Response><Fly/></Response>")) == (400, 12200)
    assert await refused(lambda: create(to="+8210", from_="120", twiml="<" * 4001)) == (400, 32018)
    assert await refused(lambda: create(to="+8210", from_="120", url="http://x/", record=True)) == (400, 20001)
    assert await refused(lambda: client.calls(absent).fetch()) == (404, 20404)
    assert await refused(lambda: client.conferences("CF" + "0" * 32).fetch()) == (404, 20404)
    assert network.calls == {}


async def test_only_the_account_and_its_keys_may_ask(base: str, network: Network) -> None:
    path = f"{base}/2010-04-01/Accounts/{network.settings.account.sid}/Calls.json"
    async with httpx.AsyncClient() as web:
        for headers in ({}, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"}):
            answer = await web.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        wrong = await web.get(path, auth=(network.settings.account.sid, "wrong"))
        assert wrong.status_code == 401


async def test_numbers_are_listed_and_pointed_elsewhere(product: Product, network: Network, client: Client) -> None:
    [number] = await ask(lambda: client.incoming_phone_numbers.list(phone_number="120", limit=1))
    assert (number.phone_number, number.voice_url) == ("120", f"{product.base}/voice")
    url = product.on("/new", "<Say>new</Say>")
    changed = await ask(lambda: client.incoming_phone_numbers(str(number.sid)).update(voice_url=url))
    assert changed.voice_url == url
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert phone.leg.heard == ["new"]
    account = await ask(lambda: client.api.accounts(network.settings.account.sid).fetch())
    assert account.status == "active"


async def test_queues_and_their_members_are_shown_and_taken_out(
    product: Product, network: Network, client: Client
) -> None:
    made = await ask(lambda: client.queues.create(friendly_name="lonely", max_size=7))
    phone = await waiting(product, network)
    sid = str(made.sid)
    assert (await ask(lambda: client.queues(sid).fetch())).current_size == 1
    [member] = await ask(client.queues(sid).members.list)
    assert (member.call_sid, member.position) == (phone.sid, 1)
    url = product.on("/next", "<Say>next</Say>")
    taken = await ask(lambda: client.queues(sid).members("Front").update(url=url))
    assert taken.call_sid == phone.sid
    await phone.ended()
    assert phone.leg.heard[-1] == "next"
    assert await refused(lambda: client.queues(sid).members(phone.sid).fetch()) == (404, 20404)
    assert (await ask(lambda: client.queues(sid).update(max_size=9))).max_size == 9
    assert await ask(client.queues(sid).delete)


async def test_lists_come_in_pages(product: Product, network: Network, client: Client) -> None:
    product.on("/voice", "<Hangup/>")
    phones = [network.dial(f"+8210000000{n:02d}", "120") for n in range(7)]
    for phone in phones:
        await phone.ended()
    listed = await ask(lambda: client.calls.list(page_size=3))
    assert {call.sid for call in listed} == {phone.sid for phone in phones}


async def test_recordings_are_listed_and_heard(product: Product, network: Network, client: Client, base: str) -> None:
    product.on("/voice", '<Record action="/done" timeout="1"/>')
    product.on("/done", "<Hangup/>")
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    [recording] = await ask(lambda: client.recordings.list(call_sid=phone.sid))
    account = network.settings.account
    url = f"{base}/2010-04-01/Accounts/{account.sid}/Recordings/{recording.sid}.wav"
    async with httpx.AsyncClient() as web:
        sound = await web.get(url, auth=(account.sid, account.auth_token))
    assert sound.content[:4] == b"RIFF"
    assert (await ask(lambda: client.recordings(str(recording.sid)).fetch())).call_sid == phone.sid
    assert await ask(lambda: client.recordings(str(recording.sid)).delete())
    assert await ask(lambda: client.recordings.list(call_sid=phone.sid)) == []
