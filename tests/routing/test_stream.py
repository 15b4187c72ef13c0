"""A counselor's stream of events, from a real server."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from httpx_sse import ServerSentEvent, connect_sse

from routing.scripts import keys
from tests.house import waited_for
from tests.routing.desk import Desk, actor
from tests.routing.serving import hire, routes_of, serve


@pytest.fixture
def token(desk: Desk) -> str:
    return hire(desk, "hana", "counselor")


@pytest.fixture
def address(desk: Desk, clean_redis: str) -> Iterator[str]:
    with serve(routes_of(desk, clean_redis)) as found:
        yield found


@pytest.fixture
def events(address: str, token: str) -> Iterator[Iterator[ServerSentEvent]]:
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(headers=headers, timeout=10) as client,
        connect_sse(client, "GET", f"{address}/api/seat/events?beats=true") as source,
    ):
        yield source.iter_sse()


def until(events: Iterator[ServerSentEvent], kind: str) -> dict[str, object]:
    """Read on to the next event of a kind; the client's time-out ends what never comes."""
    for event in events:
        if event.event == kind:
            body: dict[str, object] = event.json()
            return body
    raise AssertionError(f"The stream ended without {kind}.")


def test_the_stream_begins_with_how_things_stand_and_takes_the_seat(
    events: Iterator[ServerSentEvent], desk: Desk
) -> None:
    assert until(events, "snapshot")["state"] == "idle"
    assert desk.seat("hana").activity == "offline"


def test_an_offer_and_its_end_are_news(events: Iterator[ServerSentEvent], desk: Desk) -> None:
    until(events, "snapshot")
    desk.sit("hana")
    desk.call("A", priority="danger", ago=4)
    told = until(events, "offer")
    offer = desk.offer("A")
    assert offer is not None
    assert (told["offer_id"], told["waited_s"], told["priority"]) == (str(offer.id), 4, "danger")
    desk.leave("A")
    assert until(events, "offer_over")["state"] == "canceled"


def test_a_snapshot_tells_what_news_did_not(events: Iterator[ServerSentEvent], desk: Desk) -> None:
    until(events, "snapshot")
    desk.sit("hana")
    desk.call("A")
    shown = [until(events, "snapshot") for _ in range(3)][-1]
    assert isinstance(shown["offer"], dict)
    assert shown["offer"]["state"] == "pending"


def test_the_stream_of_a_desk_that_beats_itself_keeps_no_seat(events: Iterator[ServerSentEvent], desk: Desk) -> None:
    until(events, "snapshot")
    desk.sit("hana")
    desk.later(15)
    for _ in range(3):
        until(events, "snapshot")
    desk.sweep()
    assert desk.seat("hana").state == "lost"


def test_any_other_stream_keeps_the_seat_while_it_is_open_and_no_longer(address: str, token: str, desk: Desk) -> None:
    lease = desk.board.config.lease_seconds
    with (
        httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=20) as client,
        connect_sse(client, "GET", f"{address}/api/seat/events") as source,
    ):
        events = source.iter_sse()
        until(events, "snapshot")
        desk.sit("hana")
        desk.later(lease - 1)
        key, seat = next(name for name in keys(desk.board.site) if name.endswith("leases")), str(actor("hana").id)
        until_then = desk.redis.zscore(key, seat)
        waited_for(lambda: desk.redis.zscore(key, seat) != until_then)
        desk.later(lease - 1)
        desk.sweep()
        assert desk.seat("hana").state == "idle"
    desk.later(lease + 1)
    desk.sweep()
    assert desk.seat("hana").state == "lost"


def test_the_stream_ends_with_the_session(events: Iterator[ServerSentEvent], desk: Desk) -> None:
    until(events, "snapshot")
    desk.at += timedelta(days=1)
    assert until(events, "end")["title"] == "Sign in first"
    assert next(events, None) is None
