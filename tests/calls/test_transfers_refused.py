"""What must not be handed on, or not now, or not by this person, is refused."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.calls.conftest import Line
from tests.calls.handing import ask, comes_to, consulted, entries, talking


def test_a_caller_in_danger_is_not_sent_on_without_an_introduction(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller = ivr_line.telephone.dial()
    caller.press("0")
    contact = hana.accept()
    hana.comes_to("on_contact")
    blind = {"to": "queue", "name": "loneliness", "blind": True}
    refused = hana.client.post(f"/api/calls/{contact}/transfer", json=blind)
    assert refused.status_code == 409
    assert "danger" in refused.json()["detail"]
    assert "소개 없이" in refused.json()["detail"]
    caller.talks()


@pytest.mark.parametrize("level", ["emergency", "urgent"])
def test_a_blind_transfer_is_refused_at_a_high_triage_level(ivr_line: Line, level: str) -> None:
    hana = ivr_line.counselor("hana")
    _, contact = talking(ivr_line, hana)
    with ivr_line.house.world.sessions.begin() as tx:
        tx.execute(text("update casework_contact set triage_level = :level"), {"level": level})
    blind = {"to": "desk", "name": "119", "blind": True}
    refused = hana.client.post(f"/api/calls/{contact}/transfer", json=blind)
    assert refused.status_code == 409
    assert level in refused.json()["detail"]


def test_a_caller_who_is_being_handed_on_is_neither_asked_by_key_nor_hung_up_on_for_abuse(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    _, contact, _ = consulted(ivr_line, hana, duri)
    calls = f"/api/calls/{contact}"
    assert hana.client.post(f"{calls}/ask-keys", json={"question": "danger_now"}).status_code == 409
    assert hana.client.post(f"{calls}/warn", json={"reason": "욕설을 계속함"}).status_code == 202
    refused = hana.client.post(f"{calls}/hang-up", json={"reason": "abuse"})
    assert (refused.status_code, refused.json()["state"]) == (409, "target_answered")
    ask(hana, contact, "/cancel")
    assert hana.client.post(f"{calls}/ask-keys", json={"question": "danger_now"}).status_code == 202


def test_no_move_is_made_out_of_its_turn_and_none_by_somebody_else(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact = talking(ivr_line, hana)

    def refused(*moves: str) -> None:
        for move in moves:
            assert hana.client.post(f"/api/calls/{contact}/transfer/{move}").status_code == 409, move

    assert hana.client.get(f"/api/calls/{contact}/transfer").status_code == 404
    refused("briefed", "conference", "release", "cancel")
    began = ask(hana, contact, to="counselor", name="duri")
    refused("briefed", "conference", "release")
    assert hana.client.post(f"/api/calls/{contact}/hang-up").status_code == 409
    again = hana.client.post(f"/api/calls/{contact}/transfer", json={"to": "desk", "name": "119"})
    assert again.status_code == 409
    duri.accept()
    comes_to(hana, contact, "target_answered")
    assert duri.client.post(f"/api/calls/{contact}/transfer/briefed").status_code == 403
    assert duri.client.post(f"/api/calls/{began['next_id']}/hang-up").status_code == 404
    refused("conference", "release")
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 409
    ask(hana, contact, "/briefed")
    refused("briefed", "release")
    ask(hana, contact, "/conference")
    refused("briefed", "conference")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 202
    hana.comes_to("on_hold")
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 202
    hana.comes_to("on_contact")
    ask(hana, contact, "/release")
    refused("briefed", "conference", "release", "cancel")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 409
    caller.talks()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"to": "moon", "name": "x"}, 422),
        ({"to": "desk", "name": "nowhere"}, 422),
        ({"to": "desk", "name": ""}, 422),
        ({"to": "desk", "name": "+821012345678"}, 422),
        ({"to": "queue", "name": "nothing"}, 422),
        ({"to": "queue", "name": "loneliness", "need": "chess"}, 422),
        ({"to": "queue", "name": "loneliness", "need": ""}, 422),
        ({"to": "desk", "name": "119", "need": "youth"}, 422),
        ({"to": "counselor", "name": "nobody"}, 422),
        ({"to": "counselor", "name": "hana"}, 422),
        ({"to": "counselor", "name": "duri", "blind": True}, 422),
        ({"to": "counselor", "name": "sena"}, 409),
        ({"to": "desk", "name": "119", "more": 1}, 422),
        ({"to": "desk", "name": "1\u00009"}, 422),
    ],
)
def test_a_transfer_to_nowhere_is_refused_and_changes_nothing(
    ivr_line: Line, form: dict[str, Any], status: int
) -> None:
    hana = ivr_line.counselor("hana")
    _, contact = talking(ivr_line, hana)
    assert hana.client.post(f"/api/calls/{contact}/transfer", json=form).status_code == status
    assert hana.client.get(f"/api/calls/{contact}/transfer").status_code == 404
    assert list(entries(ivr_line).values()) == ["connected"]
