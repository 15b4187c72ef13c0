"""Callers who cannot speak, and calls that are ended for a reason."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from simulator.faults import Faults, WebhookFault
from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import waited_for


def connected(line: Line, *keys: str) -> tuple[Counselor, Caller, str]:
    hana = line.counselor()
    caller = line.telephone.dial()
    caller.press(*keys)
    contact = hana.accept()
    hana.comes_to("on_contact")
    caller.talks()
    return hana, caller, contact


def story(line: Line, contact: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = line.house.sign_in("sun").get(f"/api/calls/{contact}/story").json()
    return told


def answers(line: Line, contact: str) -> list[tuple[str, str]]:
    events = [each["heard"].get("event", {}) for each in story(line, contact)]
    return [(event["question"], event["key"]) for event in events if event.get("is") == "Replied"]


def test_nine_says_that_a_caller_cannot_speak_and_their_counselor_knows(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "9")
    caller.hears("말씀하지 않으셔도 됩니다")
    offer = hana.offered()
    assert offer["priority"] == "danger"
    waited_for(lambda: (hana.seat()["offer"] or {})["hints"] == ["cannot_speak"])
    contact = hana.accept()
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["cannot_speak_at"] is not None)
    caller.hangs_up()


def test_nine_while_waiting_says_the_same(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial()
    caller.press("5", "1", "9")
    caller.hears("말씀하지 않으셔도 됩니다")
    with ivr_line.house.world.sessions() as tx:
        waited_for(lambda: tx.scalar(text("select priority from routing_queue_entry")) == "danger")
    hana = ivr_line.counselor()
    assert hana.offered()["hints"] == ["cannot_speak"]
    caller.hangs_up()


@pytest.mark.parametrize("faults", [Faults(), Faults((WebhookFault(kind="callback", late=0.7, late_s=0.6),), seed=2)])
def test_a_question_is_answered_by_a_key_and_the_conversation_goes_on(ivr_line: Line, faults: Faults) -> None:
    hana, caller, contact = connected(ivr_line, "5", "9")
    ivr_line.telephone.network.trouble(faults)
    for question, key in (("danger_now", "1"), ("somebody_there", "2")):
        asked = hana.client.post(f"/api/calls/{contact}/ask-keys", json={"question": question})
        assert asked.status_code == 202, asked.text
        caller.hears("그렇다면 일 번")
        caller.press(key)
        waited_for(partial(_answered, ivr_line, contact, question, key))
        waited_for(lambda: _in_room(ivr_line))
    assert hana.seat()["state"] == "on_contact"
    caller.hangs_up()
    hana.comes_to("wrapping")


def _answered(line: Line, contact: str, question: str, key: str) -> bool:
    return answers(line, contact)[-1:] == [(question, key)]


def _in_room(line: Line) -> bool:
    with line.house.world.sessions() as tx:
        return tx.scalar(text("select room from ivr_call where role = 'caller'")) is not None


def test_the_answer_comes_on_the_counselor_s_stream(ivr_line: Line) -> None:
    hana, caller, contact = connected(ivr_line, "5", "9")
    with hana.client.stream("GET", "/api/seat/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: snapshot"
        assert hana.client.post(f"/api/calls/{contact}/ask-keys", json={"question": "send_help"}).status_code == 202
        caller.hears("도움을 보내 드릴까요")
        told = next(line for line in lines if line == "event: keys")
        assert told
        assert '"answer":"none"' in next(lines).replace(" ", "")
    caller.hangs_up()


@pytest.mark.parametrize("wrong", [{}, {"question": "your name?"}, {"question": 1}, {"question": "danger_now", "x": 1}])
def test_a_wrong_question_is_refused(ivr_line: Line, wrong: dict[str, Any]) -> None:
    hana, caller, contact = connected(ivr_line, "5", "1")
    assert hana.client.post(f"/api/calls/{contact}/ask-keys", json=wrong).status_code == 422
    duri = ivr_line.house.sign_in("duri")
    assert duri.post(f"/api/calls/{contact}/ask-keys", json={"question": "danger_now"}).status_code == 403
    caller.hangs_up()
    hana.comes_to("wrapping")
    assert hana.client.post(f"/api/calls/{contact}/ask-keys", json={"question": "danger_now"}).status_code == 409


def test_abuse_ends_a_call_only_after_a_warning_with_kind_words_and_a_review(ivr_line: Line) -> None:
    hana, caller, contact = connected(ivr_line, "5", "1")
    end = partial(hana.client.post, f"/api/calls/{contact}/hang-up", json={"reason": "abuse"})
    assert end().status_code == 409
    assert hana.client.post(f"/api/calls/{contact}/warn", json={"reason": "x"}).status_code == 422
    assert hana.client.post(f"/api/calls/{contact}/warn", json={"reason": "욕설을 계속함"}).status_code == 202
    for wrong in ({}, {"reason": "boredom"}):
        assert hana.client.post(f"/api/calls/{contact}/hang-up", json=wrong).status_code == 422
    assert end().status_code == 202
    caller.hears("오늘은 여기서 통화를 마치겠습니다")
    assert caller.ended() == "completed"
    hana.comes_to("wrapping")
    escalations = ivr_line.house.sign_in("sun").get("/api/escalations").json()
    assert [each["reason"] for each in escalations] == ["abuse"]


@pytest.mark.parametrize("keys", [("0",), ("5", "9")])
def test_somebody_in_danger_or_who_cannot_speak_is_never_hung_up_on(ivr_line: Line, keys: tuple[str, ...]) -> None:
    hana, caller, contact = connected(ivr_line, *keys)
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["danger_at"] is not None)
    hana.client.post(f"/api/calls/{contact}/warn", json={"reason": "욕설을 계속함"})
    refused = hana.client.post(f"/api/calls/{contact}/hang-up", json={"reason": "abuse"})
    assert (refused.status_code, hana.seat()["state"]) == (409, "on_contact")
    caller.hangs_up()


def test_a_risk_that_was_written_into_the_draft_protects_too(ivr_line: Line) -> None:
    hana, caller, contact = connected(ivr_line, "5", "1")
    version = hana.client.get(f"/api/contacts/{contact}").json()["version"]
    edit = {"version": version, "form": {"triage_level": "high"}}
    assert hana.client.patch(f"/api/contacts/{contact}", json=edit).status_code == 200
    hana.client.post(f"/api/calls/{contact}/warn", json={"reason": "욕설을 계속함"})
    assert hana.client.post(f"/api/calls/{contact}/hang-up", json={"reason": "abuse"}).status_code == 409
    caller.hangs_up()


def test_a_flag_is_a_hint_at_the_next_call_and_never_a_block(ivr_line: Line) -> None:
    hana, caller, contact = connected(ivr_line, "5", "1")
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    made = hana.client.post(
        f"/api/contacts/{contact}/flags", json={"kind": "frequent", "reason": "하루에도 여러 번 전화", "until": until}
    )
    assert made.status_code == 201, made.text
    assert [flag["kind"] for flag in hana.client.get(f"/api/contacts/{contact}/flags").json()] == ["frequent"]
    caller.hangs_up()
    hana.comes_to("wrapping")
    hana.client.post("/api/seat/wrap-up")
    again = ivr_line.telephone.dial()
    again.press("5", "1")
    assert hana.offered()["hints"] == ["frequent"]
    hana.accept()
    again.talks()
    again.hangs_up()
    assert hana.client.delete(f"/api/flags/{made.json()['id']}").status_code == 204
    assert hana.client.get(f"/api/contacts/{contact}/flags").json() == []


def wrong_flag(**more: Any) -> Callable[[], dict[str, Any]]:
    def build() -> dict[str, Any]:
        until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        return {"kind": "prank", "reason": "장난 전화", "until": until, **more}

    return build


@pytest.mark.parametrize(
    "wrong",
    [
        wrong_flag(kind="rude"),
        wrong_flag(reason="x"),
        wrong_flag(until="2001-01-01T00:00:00Z"),
        wrong_flag(until="2099-01-01T00:00:00Z"),
        wrong_flag(until="soon"),
        wrong_flag(number="+82"),
    ],
)
def test_a_wrong_flag_is_refused(ivr_line: Line, wrong: Callable[[], dict[str, Any]]) -> None:
    caller = ivr_line.telephone.dial()
    caller.hears("외로움 상담은")
    hana = ivr_line.house.sign_in("hana")
    contact = hana.get("/api/contacts", params={"view": "recent"}).json()[0]["id"]
    assert hana.post(f"/api/contacts/{contact}/flags", json=wrong()).status_code == 422
    nowhere = "00000000-0000-0000-0000-000000000000"
    assert hana.post(f"/api/contacts/{nowhere}/flags", json=wrong_flag()()).status_code == 404
    assert hana.delete(f"/api/flags/{nowhere}").status_code == 404
    assert ivr_line.house.sign_in("mirae").delete(f"/api/flags/{nowhere}").status_code == 403
    caller.hangs_up()
