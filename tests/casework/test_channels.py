"""A conversation on any channel is written like a call, amended for a day, and reopened with a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.tables import Case, CaseNote, Contact, Duty, Person, Visit
from core.audit import AuditEntry
from core.outbox import OutboxMessage
from tests.casework.conftest import EMERGENCY, NUMBER, VISIT, Desk, House
from tests.casework.test_at_once import at_once

Fill = Callable[..., dict[str, Any]]


def opened(desk: Desk, channel: str = "walk_in", **more: Any) -> dict[str, Any]:
    answer = desk.post("/api/contacts", json={"key": str(uuid4()), "channel": channel} | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("channel", ["phone", "chat", "walk_in", "visit", "letter", "on_behalf"])
def test_a_contact_on_every_channel_is_drafted_and_finalized_as_a_call(house: House, form: Fill, channel: str) -> None:
    desk = house.desk("social_worker")
    made = opened(desk, channel, phone="010-1234-5678")
    assert (made["channel"], made["state"], made["caller"]) == (channel, "draft", "•••••••••5678")
    assert made["about"] == ("other" if channel == "on_behalf" else "self")
    path = f"/api/contacts/{made['id']}"
    desk.patch(path, json={"version": 1, "form": form(subject={"name": "김손님"}, triage_level="high")})
    done = desk.post(f"{path}/finalize", json={}).json()
    assert done["state"] == "finalized"
    assert house.row(Case, done["case_id"]).triage_level == "high"


def test_opening_twice_opens_one_and_the_clock_runs_from_when_it_was(house: House, form: Fill) -> None:
    desk = house.desk("counselor")
    began = house.clock.at - timedelta(hours=2)
    body = {"key": str(uuid4()), "channel": "letter", "began_at": began.isoformat()}
    answers = at_once([lambda: desk.post("/api/contacts", json=body) for _ in range(3)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(house.rows(AuditEntry, AuditEntry.action == "contact.open")) == 1
    path = f"/api/contacts/{answers[0].json()['id']}/finalize"
    assert desk.post(path, json={"form": form(triage_level="urgent")}).status_code == 200
    assert house.rows(Case)[0].respond_by == began + timedelta(hours=4)


def test_somebody_who_comes_by_is_owed_no_call_any_more(house: House, form: Fill) -> None:
    from casework.service import callback_requested

    with house.sessions.begin() as tx:
        callback_requested(tx, house.ring(), at=house.clock.at)
    desk = house.desk("counselor")
    made = opened(desk, phone=NUMBER)
    desk.post(f"/api/contacts/{made['id']}/finalize", json={"form": form()})
    assert [duty.state for duty in house.rows(Duty, Duty.kind == "callback")] == ["done"]


BAD = [
    {"channel": "callback"}, {"channel": "fax"}, {"key": "mine"}, {"phone": "call me"}, {"about": "us"},
    {"phone": "900101-1234567"}, {"began_at": "2026-11-24T19:00:00Z"}, {"began_at": "2026-01-01T00:00:00Z"},
    {"began_at": "2026-11-24T10:00:00"}, {"state": "finalized"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_contact_that_makes_no_sense_is_not_opened(house: House, bad: dict[str, Any]) -> None:
    body = {"key": str(uuid4()), "channel": "walk_in"} | bad
    assert house.desk("counselor").post("/api/contacts", json=body).status_code == 422
    assert house.rows(Contact) == []


def test_a_draft_outlives_its_desk_and_its_author(house: House, form: Fill) -> None:
    made = opened(house.desk("counselor"))
    path = f"/api/contacts/{made['id']}"
    house.desk("counselor").patch(path, json={"version": 1, "form": form(notes="반쯤 적음")})
    house.clock.forward(days=3)
    back = house.desk("counselor").get(path).json()
    assert (back["state"], back["form"]["notes"], back["version"]) == ("draft", "반쯤 적음", 2)
    assert house.desk("counselor", name="other").post(f"{path}/finalize", json={}).status_code == 404
    assert house.desk("supervisor").post(f"{path}/finalize", json={}).json()["state"] == "finalized"


def test_one_amends_ones_own_for_a_day_and_nothing_starts_twice(house: House, form: Fill) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    path, whole = f"/api/contacts/{contact_id}/finalize", form(**EMERGENCY, subject={"name": "김외로움"})
    first = desk.post(path, json={"form": whole}).json()
    posted = len(house.rows(OutboxMessage, OutboxMessage.kind == "DispatchRequested"))
    house.clock.forward(hours=23)
    again = desk.post(path, json={"form": {"notes": "고쳐 적음"}, "version": first["version"]})
    assert again.status_code == 200, again.text
    assert (again.json()["state"], again.json()["version"]) == ("finalized", first["version"] + 1)
    assert again.json()["finalized_at"] == first["finalized_at"], "the day does not begin anew"
    assert [len(house.rows(table)) for table in (Case, Visit, Person)] == [1, 1, 1]
    story = desk.get(f"/api/cases/{again.json()['case_id']}").json()["timeline"]
    told = [line["words"] for line in story if "contact" in {line["kind"], line["what"]}]
    assert told == ["고쳐 적음", whole["notes"]], "what stood there before stays in the story"
    assert len(house.rows(OutboxMessage, OutboxMessage.kind == "DispatchRequested")) == posted
    stale = desk.post(path, json={"form": {"notes": "옛것"}, "version": first["version"]})
    assert stale.status_code == 409
    other = house.desk("supervisor").post(path, json={"form": {"notes": "내가"}, "version": first["version"] + 1})
    assert other.status_code == 409, "only one's own"
    house.clock.forward(hours=2)
    late = desk.post(path, json={"form": {"notes": "너무 늦음"}, "version": first["version"] + 1})
    assert late.status_code == 409
    assert "까닭" in late.json()["detail"]


def test_afterwards_it_is_reopened_with_a_reason_and_what_is_newly_asked_starts(house: House, form: Fill) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    path = f"/api/contacts/{contact_id}"
    due = (house.clock.at + timedelta(days=2)).isoformat()
    whole = form(subject={"name": "김외로움", "district": "11680"}, next_step={"follow_up": {"due": due}})
    first = desk.post(f"{path}/finalize", json={"form": whole}).json()
    house.clock.forward(days=3)
    for reason in ("", "why", None):
        assert desk.post(f"{path}/reopen", json={"reason": reason}).status_code == 422
    stranger = house.desk("counselor", name="stranger")
    assert stranger.post(f"{path}/reopen", json={"reason": "to look"}).status_code == 404
    opened = desk.post(f"{path}/reopen", json={"reason": "방문이 필요해짐"}).json()
    assert (opened["state"], opened["version"]) == ("reopened", first["version"] + 1)
    assert desk.post(f"{path}/reopen", json={"reason": "방문이 필요해짐"}).json() == opened
    edit = {"triage_level": "high", "next_step": {"visit": VISIT}}
    saved = desk.patch(path, json={"version": opened["version"], "form": edit})
    assert saved.status_code == 200, saved.text
    done = desk.post(f"{path}/finalize", json={}).json()
    assert (done["state"], done["case_id"]) == ("finalized", first["case_id"])
    assert done["started"]["visit_id"]
    assert house.row(Case, first["case_id"]).triage_level == "high"
    assert [len(house.rows(table)) for table in (Case, Person, CaseNote)] == [1, 1, 0], "the notes are the same"
    (entry,) = house.rows(AuditEntry, AuditEntry.action == "contact.reopen")
    assert entry.reason == "방문이 필요해짐"


def test_a_follow_up_that_is_still_owed_moves_to_its_new_time(house: House, form: Fill) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    path = f"/api/contacts/{contact_id}/finalize"
    due, later = (house.clock.at + timedelta(days=days) for days in (2, 9))
    whole = form(next_step={"follow_up": {"due": due.isoformat()}})
    version = desk.post(path, json={"form": whole}).json()["version"]
    change = {"next_step": {"follow_up": {"due": later.isoformat()}}}
    assert desk.post(path, json={"form": change, "version": version}).status_code == 200
    (duty,) = house.rows(Duty, Duty.kind == "follow_up")
    assert duty.due_at == duty.watch_at == later
    house.clock.forward(days=3)
    house.work()
    assert house.row(Duty, duty.id).state != "overdue"


def test_what_is_not_finalized_is_not_reopened(house: House) -> None:
    contact_id = house.talk()
    answer = house.desk("counselor").post(f"/api/contacts/{contact_id}/reopen", json={"reason": "too early"})
    assert answer.status_code == 409
    nothing = house.desk("counselor").post(f"/api/contacts/{UUID(int=1)}/reopen", json={"reason": "no such"})
    assert nothing.status_code == 404
