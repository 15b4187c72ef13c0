"""Every look at somebody's data is written down with it, and looks behind the mask are reviewed by somebody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.tables import Case, Dispatch, Duty, Person, Visit
from core.access_log import AccessEntry
from core.audit import AuditEntry
from tests.casework.conftest import EMERGENCY, Desk, House

Fill = Callable[..., dict[str, Any]]
WHY = {"reason": "calling back"}


@pytest.fixture
def emergency_of(house: House, form: Fill) -> dict[str, UUID]:
    """Give the ids of one emergency of the counselor's."""
    contact_id = house.talk()
    body = {"form": form(subject={"name": "김외로움", "district": "11680"}, **EMERGENCY)}
    assert house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json=body).status_code == 200
    ids: dict[str, UUID] = {table.__name__.lower(): house.rows(table)[0].id for table in (Case, Visit, Dispatch)}
    return {"contact": contact_id, **ids}


def looks(house: House, since: int = 0) -> list[AccessEntry]:
    return sorted(house.rows(AccessEntry), key=lambda entry: (entry.at, entry.id))[since:]


def read_all(desk: Desk, ids: dict[str, UUID]) -> None:
    for path in (
        "contacts/{contact}",
        "cases/{case}",
        "visits/{visit}",
        "dispatches/{dispatch}",
        "contacts?view=recent",
    ):
        assert desk.get("/api/" + path.format(**ids)).status_code == 200


def test_every_look_says_who_when_from_where_and_at_whose_data(house: House, emergency_of: dict[str, UUID]) -> None:
    supervisor = house.desk("supervisor")
    before = len(looks(house))
    house.clock.forward(minutes=1)
    read_all(supervisor, emergency_of)
    found = looks(house, before)
    told = {(entry.action, entry.object_kind, tuple(entry.object_ids)) for entry in found}
    read = {("read", kind, (key,)) for kind, key in emergency_of.items()}
    assert told == read | {("list", "contact", (emergency_of["contact"],))}
    (subject,) = [person.id for person in house.rows(Person) if person.name_cipher]
    for entry in found:
        assert (entry.actor_id, entry.at, entry.source) == (house.person("supervisor").id, house.clock.at, "127.0.0.1")
        assert subject in entry.person_ids
    mine = house.desk("auditor").get("/api/access", params={"whose": str(subject), "limit": 5}).json()
    assert {each["id"] for each in mine} == {str(entry.id) for entry in found}


def test_what_was_refused_or_showed_nobody_is_no_look(house: House, emergency_of: dict[str, UUID]) -> None:
    before = len(looks(house))
    stranger = house.desk("counselor", name="stranger")
    assert stranger.get(f"/api/contacts/{emergency_of['contact']}").status_code == 404
    assert stranger.get("/api/contacts?view=recent").json() == []
    assert house.desk("counselor").post(f"/api/contacts/{emergency_of['contact']}/reveal", json={}).status_code == 422
    assert len(looks(house)) == before


def reveal(house: House, ids: dict[str, UUID]) -> list[AccessEntry]:
    """Look behind three masks, and give the looks."""
    desk, supervisor = house.desk("counselor"), house.desk("supervisor")
    assert desk.post(f"/api/contacts/{ids['contact']}/reveal", json=WHY).status_code == 200
    assert supervisor.post(f"/api/visits/{ids['visit']}/reveal", json=WHY).status_code == 200
    assert supervisor.post(f"/api/dispatches/{ids['dispatch']}/reveal", json=WHY).status_code == 200
    return [entry for entry in looks(house) if entry.action == "reveal"]


def judge(desk: Desk, entry: AccessEntry, verdict: str = "justified", words: str | None = None) -> Any:
    return desk.post(f"/api/reveals/{entry.id}/review", json={"verdict": verdict, "words": words})


def reviews(house: House) -> list[Duty]:
    return house.rows(Duty, Duty.kind == "access_review")


def test_a_months_reveals_are_owed_a_review_that_ends_with_the_last_of_them(
    house: House, emergency_of: dict[str, UUID]
) -> None:
    revealed = reveal(house, emergency_of)
    assert {entry.reason for entry in revealed} == {"calling back"}
    house.work()
    assert reviews(house) == []
    house.clock.forward(days=7)
    house.work()
    (duty,) = reviews(house)
    assert (duty.team, duty.due_at) == ("supervisors", house.clock.at + house.config.reveals_reviewed_within)
    second, auditor = house.desk("supervisor", name="second"), house.desk("auditor")
    assert [each["id"] for each in second.get("/api/duties?kind=access_review").json()] == [str(duty.id)]
    second.post(f"/api/duties/{duty.id}/take")
    for end in ("done", "cancel"):
        early = second.post(f"/api/duties/{duty.id}/{end}", json={"reason": "no time for it"})
        assert early.status_code == 409, "not before every one of them is reviewed"
    month = {"month": "2026-11"}
    assert [each["id"] for each in second.get("/api/reveals", params=month).json()] == [str(e.id) for e in revealed]
    for entry in revealed[:2]:
        assert judge(second, entry).status_code == 200
    assert judge(auditor, revealed[2], "questioned", "왜 보셨는지 설명이 필요합니다").json()["verdict"] == "questioned"
    assert reviews(house)[0].state == "done"
    assert second.get("/api/reveals", params=month).json() == []
    everything = second.get("/api/reveals", params={**month, "open_only": False}).json()
    assert everything[2]["words"] == "왜 보셨는지 설명이 필요합니다"
    assert len(house.rows(AuditEntry, AuditEntry.action == "reveal.review")) == 3


def test_two_who_review_the_last_two_at_once_end_the_duty(house: House, emergency_of: dict[str, UUID]) -> None:
    first, *last = reveal(house, emergency_of)
    house.clock.forward(days=7)
    house.work()
    desks = [house.desk("auditor"), house.desk("auditor", name="second")]
    assert judge(desks[0], first).status_code == 200
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(judge, desks, last))
    assert [reply.status_code for reply in replies] == [200, 200]
    assert reviews(house)[0].state == "done"


def test_a_month_that_was_reviewed_in_time_owes_nothing(house: House, emergency_of: dict[str, UUID]) -> None:
    auditor = house.desk("auditor")
    for entry in reveal(house, emergency_of):
        assert judge(auditor, entry).status_code == 200
    house.clock.forward(days=7)
    assert "RevealsToReview" in house.work()
    assert reviews(house) == []


def test_nobody_reviews_themselves_twice_or_without_words(house: House, emergency_of: dict[str, UUID]) -> None:
    entry = next(each for each in reveal(house, emergency_of) if each.actor_id == house.person("supervisor").id)
    supervisor, auditor = house.desk("supervisor"), house.desk("auditor")
    assert judge(supervisor, entry).status_code == 403
    assert judge(auditor, entry, "questioned").status_code == 422
    assert judge(auditor, entry, "splendid").status_code == 422
    assert judge(auditor, entry).status_code == judge(auditor, entry).status_code == 200
    assert judge(auditor, entry, "questioned", "on second thought").status_code == 409
    assert auditor.post(f"/api/reveals/{uuid4()}/review", json={"verdict": "justified"}).status_code == 404
    read = next(each for each in looks(house) if each.action == "read")
    assert judge(auditor, read).status_code == 404
    assert judge(house.desk("counselor"), entry).status_code == 403
    for month in ("2026-13", "2026-1", "November", "1999-01"):
        assert auditor.get("/api/reveals", params={"month": month}).status_code == 422


def test_the_log_is_exported_for_a_reason_that_is_written_down(house: House, emergency_of: dict[str, UUID]) -> None:
    auditor, at = house.desk("auditor"), house.clock.at
    house.desk("counselor").post(f"/api/contacts/{emergency_of['contact']}/reveal", json={"reason": "=1+1, 확인"})
    span = {"begin": (at - timedelta(days=1)).isoformat(), "end": (at + timedelta(days=1)).isoformat()}
    for wrong in ({}, {"reason": ""}, {"reason": "yearly report", "end": span["begin"]}, {"reason": "x" * 3000}):
        assert auditor.post("/api/access/export", json={**span, **wrong}).status_code == 422
    year = {**span, "end": (at + timedelta(days=365)).isoformat(), "reason": "yearly report"}
    assert auditor.post("/api/access/export", json=year).status_code == 422
    never = {"begin": "9999-12-31T00:00:00Z", "end": "9999-12-31T23:59:59Z", "reason": "yearly report"}
    assert auditor.post("/api/access/export", json=never).status_code == 200
    assert auditor.post("/api/access/export", json={**never, "begin": "2026-11-01T00:00:00"}).status_code == 422
    sheet = auditor.post("/api/access/export", json={**span, "reason": "monthly check"})
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = sheet.text.splitlines()
    assert rows[0] == "id,at,actor_id,source,action,object_kind,object_ids,person_ids,reason"
    assert len(rows) == 1 + len(looks(house))
    assert '"\'=1+1, 확인"' in sheet.text, "a spreadsheet takes it for words"
    taken = house.rows(AuditEntry, AuditEntry.action == "access.export")
    assert {(one.actor_id, one.reason) for one in taken} == {
        (house.person("auditor").id, reason) for reason in ("yearly report", "monthly check")
    }, "and what was refused is not"


def test_the_log_is_read_by_those_who_may_and_asked_in_clear_words(house: House, emergency_of: dict[str, UUID]) -> None:
    for role in ("counselor", "field", "admin"):
        desk = house.desk(role)
        assert desk.get("/api/access").status_code == desk.get("/api/reveals").status_code == 403
        assert desk.post("/api/access/export", json={}).status_code == 403
    auditor = house.desk("auditor")
    whom = str(house.person("counselor").id)
    assert {each["actor_id"] for each in auditor.get(f"/api/access?actor_id={whom}").json()} == {whom}
    assert auditor.get("/api/access?action=hear").json() == []
    for wrong in ("whose=somebody", "action=write", "limit=0", "before=yesterday", "nonsense=1"):
        assert auditor.get(f"/api/access?{wrong}").status_code == 422
