"""Trouble made on purpose, at the webhooks and at the REST interface."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator.faults import Faults, RestFault, WebhookFault
from simulator.network import Network
from tests.simulator.product import Product
from tests.simulator.test_rest import ask, base, client

__all__ = ["base", "client"]
pytestmark = pytest.mark.anyio


async def call(product: Product, network: Network, *rules: WebhookFault, seed: int = 1) -> list[str]:
    """The paths a whole call asks for, in the order of their arrival."""
    network.trouble(Faults(rules, seed=seed))
    product.on("/voice", '<Gather numDigits="1" action="/key"/>')
    product.on("/key", "<Hangup/>")
    product.on("/fallback", "<Hangup/>")
    await network.dial("+821012345678", "120", script=[{"press": "5"}]).ended()
    await network.settled()
    return [seen.path for seen in product.seen]


@pytest.mark.parametrize("together", [False, True])
async def test_every_webhook_may_come_twice(product: Product, network: Network, together: bool) -> None:  # noqa: FBT001
    paths = await call(product, network, WebhookFault(twice=1, together=together))
    assert paths == ["/voice", "/voice", "/key", "/key", "/status", "/status"]
    first, second = product.at("/key")
    assert (first.body, first.headers["x-twilio-signature"]) == (second.body, second.headers["x-twilio-signature"])


async def test_a_lost_callback_never_comes(product: Product, network: Network) -> None:
    assert await call(product, network, WebhookFault(kind="callback", lost=1)) == ["/voice", "/key"]


@pytest.mark.parametrize(
    ("rule", "paths", "code"),
    [
        (WebhookFault(path="/key", lost=1), ["/voice", "/fallback", "/status"], "11205"),
        (WebhookFault(path="/key", refused=1), ["/voice", "/fallback", "/status"], "11202"),
        (WebhookFault(path="/key", unheard=1), ["/voice", "/key", "/fallback", "/status"], "11205"),
    ],
)
async def test_what_happens_to_one_path_leads_to_the_fallback(
    product: Product, network: Network, rule: WebhookFault, paths: list[str], code: str
) -> None:
    assert await call(product, network, rule) == paths
    assert product.at("/fallback")[0].fields["ErrorCode"] == code


async def test_late_callbacks_come_out_of_order(product: Product, network: Network, client: Client) -> None:
    network.trouble(Faults((WebhookFault(path="/progress", late=1, late_s=0.3),), seed=2))
    events = ["initiated", "ringing", "answered", "completed"]
    await ask(
        lambda: client.calls.create(
            to="+8210",
            from_="120",
            twiml="<Response/>",
            status_callback=product.base + "/progress",
            status_callback_event=events,
        )
    )
    await product.got("/progress", 4)
    order = [seen.fields["SequenceNumber"] for seen in product.at("/progress")]
    assert sorted(order) == ["0", "1", "2", "3"]
    assert order != sorted(order)


async def test_a_slow_answer_is_still_an_answer(product: Product, network: Network) -> None:
    assert await call(product, network, WebhookFault(slow=1, slow_s=0.05)) == ["/voice", "/key", "/status"]


def test_the_same_seed_makes_the_same_trouble() -> None:
    rule = WebhookFault(twice=0.5, lost=0.3, late=0.5)
    first, second = (Faults((rule,), seed=9) for _ in range(2))
    assert [first.webhook("/x", "twiml") for _ in range(50)] == [second.webhook("/x", "twiml") for _ in range(50)]


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (429, 20429), (503, 20500)])
async def test_rest_may_fail_before_or_after_the_work(network: Network, client: Client, status: int, code: int) -> None:
    for share, made in (({"fail": 1.0}, 0), ({"unheard": 1.0}, 1)):
        network.trouble(Faults(rest=(RestFault(path="*/Calls.json", method="POST", status=status, **share),)))
        with pytest.raises(TwilioRestException) as refusal:
            await ask(lambda: client.calls.create(to="+8210", from_="120", twiml="<Response/>"))
        assert (refusal.value.status, refusal.value.code) == (status, code)
        assert len(network.calls) == made
    assert len(await ask(client.calls.list)) == 1


async def test_a_dropped_connection_is_no_answer_at_all(network: Network, client: Client) -> None:
    network.trouble(Faults(rest=(RestFault(drop=1),)))
    with pytest.raises(Exception, match=r"(?i)connection|incomplete"):
        await ask(lambda: client.calls.create(to="+8210", from_="120", twiml="<Response/>"))
    assert network.calls == {}
