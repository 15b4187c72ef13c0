"""Counselors see what was promised, move it to other hours, and call it off; everybody else is refused."""

from datetime import timedelta
from typing import Any

import pytest

from ivr.spot import Spot
from tests.callbacks.conftest import NUMBER, Office

NOBODY = "01a20f11-0000-7000-8000-000000000000"
BUSAN = "+825112345678"


def the_one(office: Office) -> dict[str, Any]:
    """Give what the list shows of the only call-back under way."""
    (shown,) = office.house.sign_in("hana").get("/api/callbacks").json()
    found: dict[str, Any] = shown
    return found


def test_a_promise_is_listed_with_its_place_and_without_a_number(office: Office) -> None:
    promised = office.promised()
    shown = the_one(office)
    assert (shown["id"], shown["state"], shown["why"]) == (str(promised.id), "queued", "abandoned")
    assert NUMBER not in str(shown)
    hana = office.house.sign_in("hana")
    whole = hana.get(f"/api/callbacks/{promised.id}").json()
    assert (whole["attempts"], whole["place_at"]) == ([], shown["place_at"])


def test_the_list_is_in_the_order_of_the_places(office: Office) -> None:
    first = office.promised()
    second = office.promised(BUSAN)
    hana = office.house.sign_in("hana")
    assert [each["id"] for each in hana.get("/api/callbacks").json()] == [str(first.id), str(second.id)]
    assert [each["id"] for each in hana.get("/api/callbacks?view=all&limit=1").json()] == [str(second.id)]


def test_other_hours_take_it_out_of_the_line_until_they_come(office: Office) -> None:
    promised = office.promised()
    hana = office.house.sign_in("hana")
    opens, closes = office.at + timedelta(hours=2), office.at + timedelta(hours=3)
    hours = {"opens_at": opens.isoformat(), "closes_at": closes.isoformat()}
    reply = hana.put(f"/api/callbacks/{promised.id}/hours", json=hours)
    assert (reply.status_code, reply.json()["state"]) == (200, "scheduled"), reply.text
    assert office.entry(promised.stay_id).state == "withdrawn"
    (duty,) = hana.get("/api/duties").json()
    assert duty["due_at"].startswith(closes.isoformat()[:19])
    office.later(timedelta(hours=2, seconds=1))
    (moved,) = office.callbacks()
    assert moved.state == "queued"
    aged = office.at - office.entry(moved.stay_id).entered_at
    assert timedelta(minutes=30) <= aged < timedelta(minutes=31), "older than that no place is"
    office.later(timedelta(hours=1))
    assert [each.state for each in office.callbacks()] == ["exhausted"]
    assert office.entry(moved.stay_id).state == "withdrawn"


def test_calling_it_off_ends_what_is_owed_and_twice_is_no_harm(office: Office) -> None:
    promised = office.promised()
    hana = office.house.sign_in("hana")
    for _ in range(2):
        reply = hana.post(f"/api/callbacks/{promised.id}/cancel", json={"reason": "본인이 원하지 않음"})
        assert (reply.status_code, reply.json()["state"]) == (200, "canceled"), reply.text
    assert hana.get("/api/duties").json() == []
    assert office.entry(promised.stay_id).state == "withdrawn"
    assert hana.put(f"/api/callbacks/{promised.id}/hours", json={}).status_code == 409


@pytest.mark.parametrize("act", ["take", "done"])
def test_a_duty_that_somebody_does_by_hand_is_not_dialed_as_well(office: Office, act: str) -> None:
    promised = office.promised()
    hana = office.house.sign_in("hana" if act == "take" else "sun")
    assert hana.post(f"/api/duties/{promised.duty_id}/{act}").status_code == 200
    office.settle()
    assert [(each.state, each.ended_why) for each in office.callbacks()] == [("canceled", "by_hand")]
    assert office.entry(promised.stay_id).state == "withdrawn"


def test_a_second_call_given_up_is_the_same_promise(office: Office) -> None:
    office.promised()
    again = office.arrives(NUMBER, "5")
    office.hangs_up(again)
    assert [each.state for each in office.callbacks()] == ["queued"]


def test_whoever_calls_again_too_late_has_a_new_place_but_only_one(office: Office) -> None:
    promised = office.promised()
    office.at += timedelta(minutes=31)
    office.arrives(NUMBER, "5", "1")
    assert [each.ended_why for each in office.callbacks()] == ["resumed"]
    assert office.entry(promised.stay_id).state == "resumed"
    line = office.house.sign_in("sun").get("/api/queues/loneliness/entries").json()
    assert len(line) == 1
    assert line[0]["entered_at"] > promised.place_at.isoformat()


def test_a_call_given_up_while_the_next_one_waits_gives_it_its_place(office: Office) -> None:
    first = office.arrives(NUMBER, "5", "1")
    office.arrives(NUMBER, "5", "1")
    office.hangs_up(first)
    assert [each.ended_why for each in office.callbacks()] == ["resumed"]
    (waiting,) = office.house.sign_in("sun").get("/api/queues/loneliness/entries").json()
    assert waiting["entered_at"].startswith(office.callbacks()[0].place_at.isoformat()[:23])


@pytest.mark.parametrize("number", ["anonymous", "1577", "sip:somebody@example.org"])
def test_nobody_is_promised_a_call_to_what_is_no_number(office: Office, number: str) -> None:
    office.hangs_up(office.arrives(number, "5", "1"))
    assert office.callbacks() == []


def test_a_counselor_promises_a_call_for_a_contact_of_theirs_only(office: Office) -> None:
    promised = office.promised()
    hana, duri = office.house.sign_in("hana"), office.house.sign_in("duri")
    assert hana.post(f"/api/duties/{promised.duty_id}/take").status_code == 200
    office.settle()
    wish = {"contact_id": str(promised.contact_id)}
    assert duri.post("/api/callbacks", json=wish).status_code == 404
    opens = (office.at + timedelta(hours=1)).isoformat()
    reply = hana.post("/api/callbacks", json={**wish, "opens_at": opens})
    assert (reply.status_code, reply.json()["why"], reply.json()["state"]) == (201, "by_hand", "scheduled"), reply.text


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ({"opens_at": "2026-01-01T09:00:00+09:00", "closes_at": "2026-01-01T08:00:00+09:00"}, "closes_at"),
        ({"closes_at": "2020-01-01T09:00:00+09:00"}, "closes_at"),
        ({"opens_at": "2099-01-01T09:00:00+09:00"}, "opens_at"),
        ({"opens_at": "2026-11-25T09:00:00"}, "opens_at"),
        ({"opens_at": "tomorrow"}, "opens_at"),
        ({"opens_at": "9" * 400}, "opens_at"),
        ({"starts": "2026-11-25T09:00:00+09:00"}, "starts"),
        (["09:00"], "body"),
    ],
)
def test_hours_that_are_none_are_refused_by_name(office: Office, hours: Any, why: str) -> None:
    promised = office.promised()
    reply = office.house.sign_in("hana").put(f"/api/callbacks/{promised.id}/hours", json=hours)
    assert reply.status_code == 422
    assert why in reply.text
    assert [each.state for each in office.callbacks()] == ["queued"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/callbacks?view=mine", None, 422),
        ("GET", "/api/callbacks?limit=0", None, 422),
        ("GET", "/api/callbacks/x", None, 422),
        ("GET", f"/api/callbacks/{NOBODY}", None, 404),
        ("PUT", f"/api/callbacks/{NOBODY}/hours", {}, 404),
        ("POST", f"/api/callbacks/{NOBODY}/cancel", {"reason": "nobody is there"}, 404),
        ("POST", f"/api/callbacks/{NOBODY}/cancel", {}, 422),
        ("POST", f"/api/callbacks/{NOBODY}/cancel", {"reason": "800101-1234567"}, 422),
        ("POST", "/api/callbacks", {"contact_id": NOBODY}, 404),
        ("POST", "/api/callbacks", {"contact_id": 7}, 422),
        ("POST", "/api/callbacks", None, 422),
    ],
)
def test_what_is_not_there_or_is_wrong_is_refused(
    office: Office, method: str, path: str, body: Any, status: int
) -> None:
    assert office.house.sign_in("hana").request(method, path, json=body).status_code == status


def test_only_counselors_and_supervisors_see_call_backs(office: Office) -> None:
    for login, status in (("hana", 200), ("sun", 200), ("mirae", 403)):
        assert office.house.sign_in(login).get("/api/callbacks").status_code == status


@pytest.mark.parametrize("line", ["CB" + "0" * 31, "cb" + "0" * 32, "CB" + "G" * 32, "../" * 4, "CB" + "0" * 33])
def test_a_name_that_is_not_ours_is_no_line(office: Office, line: str) -> None:
    reply = office.webhook(f"/ivr/answered?line={line}", call="CA" + "9" * 32)
    assert "서울시 백이십입니다" in reply.text


def test_an_answered_call_nobody_knows_of_is_asked_and_can_say_no(office: Office) -> None:
    spot = Spot(2, "", reachable=True, line="CB" + "0" * 32)
    reply = office.webhook(f"/ivr/answered?{spot.query}", call="CA" + "8" * 32)
    again = office.webhook(_gather(reply.text), call="CA" + "8" * 32, Digits="2")
    assert "<Hangup/>" in again.text
    office.settle()
    assert office.callbacks() == []


def _gather(twiml: str) -> str:
    return twiml.partition('action="')[2].partition('"')[0].replace("&amp;", "&")
