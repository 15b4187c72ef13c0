"""Conferences: who begins and ends them, and what is told about them; steered over REST as the product does."""

import pytest
from twilio.rest import Client

from simulator.network import Network
from simulator.phone import PhoneCall
from simulator.virtual import Policy
from tests.simulator.product import Product
from tests.simulator.test_rest import ask, base, client, refused

__all__ = ["base", "client"]
pytestmark = pytest.mark.anyio

NEWS = 'statusCallback="/conf" statusCallbackEvent="start end join leave mute hold modify announcement"'


async def caller(product: Product, network: Network, attributes: str = "", after: str = "") -> PhoneCall:
    """Somebody in the conference r1, and somebody who would answer at client:alice."""
    if not network.directory.knows("client:alice"):
        network.directory.behave("client:alice", Policy())
    product.on("/voice", f'<Dial action="/after"><Conference {NEWS} {attributes}>r1</Conference></Dial>{after}')
    product.on("/after", "<Say>afterwards</Say>")
    phone = network.dial("+821012345678", "120")
    await phone.call.trace.first(lambda entry: str(entry.data.get("text")).startswith("joins"))
    return phone


def events(product: Product) -> list[str]:
    return [seen.fields["StatusCallbackEvent"] for seen in product.at("/conf")]


async def invite(client: Client, name: str = "r1", to: str = "client:alice", **more: object) -> str:
    made = await ask(lambda: client.conferences(name).participants.create(from_="120", to=to, **more))
    return str(made.call_sid)


async def test_the_second_begins_it_and_the_ending_one_ends_it(
    product: Product, network: Network, client: Client
) -> None:
    network.directory.behave("client:alice", Policy(talk_s=0.05))
    phone = await caller(product, network, 'waitUrl="/music" participantLabel="caller"')
    product.on("/music", "<Say>music</Say>")
    await product.got("/music")
    counselor = await invite(client, label="counselor", end_conference_on_exit=True)
    await phone.ended()
    await network.settled()
    assert events(product) == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    fields = [seen.fields for seen in product.at("/conf")]
    assert [int(told["SequenceNumber"]) for told in fields] == [1, 2, 3, 4, 5, 6]
    assert (fields[0]["ParticipantLabel"], fields[1]["ParticipantLabel"]) == ("caller", "counselor")
    assert (fields[3]["CallSid"], fields[3]["ReasonParticipantLeft"]) == (counselor, "participant_hung_up")
    assert fields[4]["ReasonParticipantLeft"] == "moderator_ended_conference"
    ending = fields[5]
    assert ending["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert (ending["CallSidEndingConference"], ending["ParticipantLabelEndingConference"]) == (counselor, "counselor")
    assert (await product.got("/after")).fields["DialCallStatus"] == "answered"
    assert phone.leg.heard[-1] == "afterwards"


async def test_two_who_wait_to_be_begun_go_on_waiting(product: Product, network: Network) -> None:
    first = await caller(product, network, 'startConferenceOnEnter="false"')
    second = await caller(product, network, 'startConferenceOnEnter="false"')
    assert not first.leg.connected.is_set()
    assert not second.leg.connected.is_set()
    assert network.conference("r1").status == "init"


async def test_muting_and_holding_are_told_once_each(product: Product, network: Network, client: Client) -> None:
    phone = await caller(product, network)
    await invite(client)
    await phone.connected()
    sid = network.conference("r1").sid
    member = client.conferences(sid).participants(phone.sid)
    url = product.on("/hold", "<Say>on hold</Say>")
    held = await ask(lambda: member.update(hold=True, hold_url=url))
    assert held.hold
    await phone.heard("on hold")
    assert (await product.got("/hold")).method == "GET"
    assert not phone.leg.connected.is_set()
    await ask(lambda: member.update(hold=True))
    await ask(lambda: member.update(hold=False, muted=True))
    await phone.connected()
    await ask(lambda: member.update(muted=False))
    await network.settled()
    assert events(product)[3:] == [
        "participant-hold", "participant-mute", "participant-unhold", "participant-unmute",
    ]  # fmt: skip


async def test_who_never_answers_is_told_as_not_added(product: Product, network: Network, client: Client) -> None:
    network.directory.behave("client:alice", Policy(rung="no_answer"))
    phone = await caller(product, network)
    sid = await invite(client, timeout=5)
    [_, invited] = await ask(client.conferences(network.conference("r1").sid).participants.list)
    assert (invited.call_sid, invited.status) == (sid, "ringing")
    left = await product.got("/conf", 2)
    assert (left.fields["CallSid"], left.fields["ReasonParticipantLeft"]) == (sid, "participant_add_failed")
    assert left.fields["ParticipantCallStatus"] == "no-answer"
    await phone.hang_up()
    await network.settled()
    assert product.at("/conf")[-1].fields["ReasonConferenceEnded"] == "last-participant-left"


async def test_ending_over_rest_lets_everybody_go_on(product: Product, network: Network, client: Client) -> None:
    phone = await caller(product, network)
    counselor = await invite(client)
    await phone.connected()
    sid = network.conference("r1").sid
    ended = await ask(lambda: client.conferences(sid).update(status="completed"))
    assert (ended.status, ended.reason_conference_ended) == ("completed", "conference-ended-via-api")
    await phone.ended()
    await network.calls[counselor].done.wait()
    await network.settled()
    reasons = [seen.fields.get("ReasonParticipantLeft") for seen in product.at("/conf")[-3:]]
    assert reasons == ["conference_ended_via_api", "conference_ended_via_api", None]
    assert phone.leg.heard[-1] == "afterwards"
    assert await refused(lambda: client.conferences(sid).participants(phone.sid).fetch()) == (404, 20404)


async def test_being_redirected_or_removed_is_told_as_such(product: Product, network: Network, client: Client) -> None:
    phone = await caller(product, network)
    counselor = await invite(client, label="counselor")
    await phone.connected()
    url = product.on("/moved", "<Enqueue>x</Enqueue>")
    await ask(lambda: client.calls(phone.sid).update(url=url))
    await product.got("/moved")
    sid = network.conference("r1").sid
    assert await ask(client.conferences(sid).participants("counselor").delete)
    await network.calls[counselor].done.wait()
    await network.settled()
    left = [seen.fields for seen in product.at("/conf") if "ReasonParticipantLeft" in seen.fields]
    assert [told["ReasonParticipantLeft"] for told in left] == ["participant_updated_via_api"] * 2
    assert product.at("/conf")[-1].fields["ReasonConferenceEnded"] == "last-participant-kicked"
    await phone.hang_up()


async def test_a_label_is_given_once_and_a_full_conference_takes_nobody(
    product: Product, network: Network, client: Client
) -> None:
    phone = await caller(product, network, 'participantLabel="caller" maxParticipants="2"')
    assert await refused(lambda: client.conferences("r1").participants.create(
        from_="120", to="client:alice", label="caller"
    )) == (400, 16025)  # fmt: skip
    second = network.dial("+821087654321", "120")
    await second.ended()
    assert second.leg.heard == ["afterwards"]
    assert [complaint.code for complaint in network.complaints] == [16025]
    await phone.hang_up()


async def test_the_first_to_join_decides_where_news_goes(product: Product, network: Network, client: Client) -> None:
    network.directory.behave("client:alice", Policy())
    first = await invite(client, conference_status_callback=product.base + "/first",
                         conference_status_callback_event=["join"])  # fmt: skip
    await product.got("/first")
    phone = await caller(product, network)
    await phone.connected()
    assert (await product.got("/first", 2)).fields["CallSid"] == phone.sid
    assert product.at("/conf") == []
    assert network.calls[first].participant is not None
    await phone.hang_up()


async def test_an_announcement_is_heard_and_its_end_told(product: Product, network: Network, client: Client) -> None:
    phone = await caller(product, network)
    await invite(client)
    await phone.connected()
    url, sid = product.on("/news", "<Say>news</Say>"), network.conference("r1").sid
    await ask(lambda: client.conferences(sid).participants(phone.sid).update(announce_url=url))
    await phone.heard("news")
    await phone.connected()
    await network.settled()
    assert (events(product)[-1], product.at("/conf")[-1].fields["AnnounceUrl"]) == ("announcement-end", url)


async def test_whispering_needs_somebody_to_whisper_to(product: Product, network: Network, client: Client) -> None:
    phone = await caller(product, network)
    sid = network.conference("r1").sid
    supervisor = client.conferences("r1").participants.create
    assert await refused(
        lambda: supervisor(from_="120", to="client:eve", coaching=True, call_sid_to_coach="CA" + "9" * 32)
    ) == (400, 13240)
    network.directory.behave("client:eve", Policy())
    coach = await invite(client, to="client:eve", coaching=True, call_sid_to_coach=phone.sid)
    await phone.connected()
    member = await ask(lambda: client.conferences(sid).participants(coach).fetch())
    assert (member.coaching, member.call_sid_to_coach) == (True, phone.sid)
    third = await caller(product, network)
    room, leg = network.conference("r1").room, network.calls[coach].leg
    assert room.hears(phone.leg, leg)
    assert not room.hears(third.leg, leg)
    await ask(lambda: client.conferences(sid).participants(coach).update(coaching=False))
    assert room.hears(third.leg, leg)


@pytest.mark.parametrize("music", ["<Gather/>", "<Oops/>"])
async def test_a_broken_waiting_document_means_no_conference(product: Product, network: Network, music: str) -> None:
    product.on("/music", music)
    product.on("/voice", '<Dial action="/after"><Conference waitUrl="/music">r2</Conference></Dial>')
    product.on("/after", "<Say>afterwards</Say>")
    phone = network.dial("+821012345678", "120")
    await phone.ended()
    assert phone.leg.heard == ["afterwards"]
    assert [complaint.code for complaint in network.complaints] == [12200]
