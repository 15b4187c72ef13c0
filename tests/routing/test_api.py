"""The counselors' and supervisors' API, with the right input and with the wrong."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from core import audit
from tests.routing.desk import Desk
from tests.routing.serving import hire, routes_of, serve

Client = Callable[[str], httpx.Client]


@pytest.fixture
def address(desk: Desk, clean_redis: str) -> Iterator[str]:
    with serve(routes_of(desk, clean_redis)) as found:
        yield found


@pytest.fixture
def client(address: str, desk: Desk) -> Iterator[Client]:
    """Sign people in: `client("hana")`; `sun` is the supervisor, `field` goes out to people."""
    roles = {"hana": "counselor", "duri": "counselor", "sun": "supervisor", "field": "field"}
    opened: list[httpx.Client] = []

    def sign_in(login: str) -> httpx.Client:
        token = hire(desk, login, roles[login])
        opened.append(httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}))
        return opened[-1]

    yield sign_in
    for each in opened:
        each.close()


def test_a_counselor_sits_down_is_offered_a_caller_and_takes_them(client: Client, desk: Desk) -> None:
    hana = client("hana")
    assert hana.get("/api/seat").json()["activity"] == "offline"
    assert hana.put("/api/seat/activity", json={"activity": "available"}).json()["state"] == "idle"
    desk.call("A", ago=12)
    seat = hana.get("/api/seat").json()
    assert (seat["state"], seat["offer"]["waited_s"], seat["offer"]["state"]) == ("reserved", 12, "pending")
    offer = f"/api/offers/{seat['offer']['offer_id']}"
    assert hana.get(offer).json() == seat["offer"]
    assert [hana.post(f"{offer}/accept").json()["state"] for _ in range(2)] == ["accepted", "accepted"]
    desk.connect("A")
    desk.finish("A")
    assert hana.post("/api/seat/heartbeat").json()["state"] == "wrapping"
    assert hana.post("/api/seat/wrap-up").json()["state"] == "idle"
    assert hana.post("/api/seat/wrap-up").status_code == 409


def test_a_desk_is_heard_of_with_its_softphone_or_without_a_word_of_it(client: Client, desk: Desk) -> None:
    hana = client("hana")
    beat = "/api/seat/heartbeat"
    assert hana.post(beat).json() == {"state": "idle"}
    hana.put("/api/seat/activity", json={"activity": "available"})
    assert hana.post(beat, json={"softphone": False}).json() == {"state": "idle"}
    seat = hana.get("/api/seat").json()
    assert (seat["softphone"], "전화기" in seat["advice"]) == (False, True)
    assert hana.post(beat, json={"softphone": True}).json() == {"state": "idle"}
    assert hana.get("/api/seat").json()["advice"] is None
    desk.later(14)
    hana.post(beat)
    desk.later(14)
    desk.sweep()
    assert desk.seat("hana").state == "idle"
    desk.later(15)
    desk.sweep()
    assert hana.post(beat).json() == {"state": "idle"}
    desk.redis.flushdb()
    assert hana.post(beat).json() == {"state": "idle"}


def test_a_heartbeat_of_a_stranger_or_of_nonsense_is_refused(client: Client, address: str, desk: Desk) -> None:
    beat = "/api/seat/heartbeat"
    hana = client("hana")
    for wrong in (b'{"softphone": "perhaps"}', b'{"softphone": {}}', b'{"more": true}', b"[]", b"{"):
        headers = {"Content-Type": "application/json"}
        assert hana.post(beat, content=wrong, headers=headers).status_code == 422
    assert client("field").post(beat).status_code == 403
    assert httpx.post(address + beat).status_code == 401
    assert httpx.post(address + beat, headers={"Authorization": "Bearer none"}).status_code == 401
    assert hana.post(beat).status_code == 200
    desk.at += timedelta(days=1)
    assert hana.post(beat).status_code == 401


def test_a_supervisor_sees_the_queue_the_line_and_the_seats(client: Client, desk: Desk) -> None:
    sun, hana = client("sun"), client("hana")
    hana.put("/api/seat/activity", json={"activity": "available"})
    desk.call("A", ago=30)
    desk.call("B", ago=20)
    desk.call("D", priority="danger", ago=10)
    line = sun.get("/api/queues/loneliness/entries").json()
    assert [(each["priority"], each["waited_s"], each["offered_to"]) for each in line] == [
        ("danger", 10, None),
        ("normal", 30, "hana"),
        ("normal", 20, None),
    ]
    shown = sun.get("/api/queues/loneliness").json()
    assert shown["live"] == {
        "waiting": 3,
        "callbacks": 0,
        "talking": 0,
        "longest_wait_s": 30,
        "on_shift": 1,
        "nobody_on_shift": False,
        "seats": {"reserved": 1},
        "mended": 0,
    }
    assert (shown["today"]["offered"], shown["today"]["answered"]) == (3, 0)
    assert shown["definitions"]["service_level_strict"] == "answered within T / offered"
    assert [seat["login"] for seat in sun.get("/api/seats").json()] == ["hana"]


def test_a_supervisor_changes_a_seat_and_it_is_written_down(client: Client, desk: Desk) -> None:
    sun, hana = client("sun"), client("hana")
    key = hana.put("/api/seat/activity", json={"activity": "available"}).json()["counselor_id"]
    assert sun.put(f"/api/seats/{key}/activity", json={"activity": "break"}).json()["activity"] == "break"
    assert hana.put(f"/api/seats/{key}/activity", json={"activity": "break"}).status_code == 403
    missing = sun.put("/api/seats/00000000-0000-0000-0000-000000000000/activity", json={"activity": "break"})
    assert missing.status_code == 404
    with desk.sessions() as tx:
        assert [entry.action for entry in audit.entries(tx, of=("seat", key))] == ["seat.activity"]


def test_prometheus_reads_with_its_token_and_nobody_reads_without(client: Client, desk: Desk, address: str) -> None:
    desk.call("A", ago=3)
    metrics = f"{address}/metrics"
    assert httpx.get(metrics).status_code == 401
    assert httpx.get(metrics, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client("hana").get("/metrics").status_code == 403
    told = httpx.get(metrics, headers={"Authorization": "Bearer scrape-me"})
    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'goodbye120_queue_live_waiting{queue="loneliness"} 1\n' in told.text
    assert 'goodbye120_queue_today_offered{queue="loneliness"} 1\n' in told.text
    assert client("sun").get("/metrics").text == told.text


def test_a_stale_offer_says_why(client: Client, desk: Desk) -> None:
    hana = client("hana")
    hana.put("/api/seat/activity", json={"activity": "available"})
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    desk.leave("A")
    refused = hana.post(f"/api/offers/{offer.id}/accept")
    assert (refused.status_code, refused.json()["reason"]) == (409, "canceled")
    assert refused.headers["content-type"] == "application/problem+json"
    assert "caller has left" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/api/seat/activity", {"activity": "asleep"}, 422),
        ("PUT", "/api/seat/activity", {"activity": "break", "more": 1}, 422),
        ("PUT", "/api/seat/activity", [], 422),
        ("GET", "/api/offers/not-an-id", None, 422),
        ("GET", "/api/offers/00000000-0000-0000-0000-000000000000", None, 404),
        ("POST", "/api/offers/00000000-0000-0000-0000-000000000000/accept", None, 404),
        ("POST", "/api/offers/00000000-0000-0000-0000-000000000000/reject", {"reason": "x"}, 404),
        ("POST", "/api/offers/00000000-0000-0000-0000-000000000000/reject", {"reason": ""}, 422),
        ("POST", "/api/offers/00000000-0000-0000-0000-000000000000/reject", {"reason": "가" * 201}, 422),
        ("POST", "/api/offers/00000000-0000-0000-0000-000000000000/reject", {"reason": "\x00"}, 422),
        ("GET", "/api/queues/loneliness", None, 403),
        ("GET", "/api/queues/loneliness/entries", None, 403),
        ("GET", "/api/seats", None, 403),
    ],
)
def test_wrong_input_gets_a_clear_answer(client: Client, method: str, path: str, body: object, status: int) -> None:
    answer = client("hana").request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_malformed_json_is_refused(client: Client) -> None:
    sent = client("hana").put("/api/seat/activity", content=b"{", headers={"Content-Type": "application/json"})
    assert sent.status_code == 422


def test_a_queue_has_a_plain_name(client: Client) -> None:
    sun = client("sun")
    assert sun.get("/api/queues/Loneliness!").status_code == 422
    assert sun.get("/api/queues/quiet").json()["today"]["offered"] == 0


@pytest.mark.parametrize("path", ["/api/seat", "/api/seats", "/api/queues/loneliness", "/api/seat/events", "/metrics"])
def test_nobody_gets_in_without_signing_in_or_with_the_wrong_role(client: Client, address: str, path: str) -> None:
    assert httpx.get(address + path).status_code == 401
    assert client("field").get(path).status_code == 403


def test_without_redis_a_change_is_refused_and_nothing_is_half_written(client: Client, desk: Desk) -> None:
    hana = client("hana")
    hana.put("/api/seat/activity", json={"activity": "available"})
    desk.redis.flushdb()
    assert hana.post("/api/seat/wrap-up").status_code == 409
    desk.call("A")
    offer = desk.offer("A")
    assert offer is not None
    desk.redis.flushdb()
    refused = hana.post(f"/api/offers/{offer.id}/accept")
    assert (refused.status_code, desk.state("A")) == (503, "offered")
