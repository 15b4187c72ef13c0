"""A visit is made by two people of the district, reported, or somebody hears that it was not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casework.tables import Case, Visit, VisitPhoto
from tests.casework.conftest import VISIT, House

Emergency = Callable[..., tuple[UUID, UUID]]


def test_a_field_team_sees_its_own_district_and_goes_in_twos(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    team, others = (house.desk("field", name=d, district=d) for d in ("11680", "11110"))
    assert others.get("/api/visits").json() == []
    assert others.get("/api/visits?district=11680").json() == []
    assert others.get(f"/api/visits/{visit_id}").status_code == 404
    assert [one["id"] for one in team.get("/api/visits").json()] == [str(visit_id)]
    assert VISIT["address"] not in team.get(f"/api/visits/{visit_id}").text
    clear = team.post(f"/api/visits/{visit_id}/reveal", json={"reason": "going there"}).json()
    assert clear["words"]["address"] == VISIT["address"]
    one, two = house.person("field", name="11680").id, house.person("field", name="second", district="11680").id
    path = f"/api/visits/{visit_id}/move"
    for workers in ([], [str(one)], [str(one)] * 2, [str(one), str(uuid4())]):
        assert team.post(path, json={"state": "assigned", "workers": workers}).status_code == 422
    assert team.post(path, json={"state": "assigned", "workers": [str(one), str(two)]}).status_code == 200
    assert house.row(Visit, visit_id).acknowledged_at is not None


def go(house: House, visit_id: UUID, *states: str) -> Any:
    team = house.desk("field", name="11680", district="11680")
    two = [str(house.person("field", name=name, district="11680").id) for name in ("11680", "second")]
    for state in states:
        later = (house.clock.at + timedelta(hours=1)).isoformat()
        needs: dict[str, dict[str, Any]] = {"assigned": {"workers": two}, "scheduled": {"scheduled_for": later}}
        more = needs.get(state, {})
        if state in {"reported", "refused"}:
            more = {"words": "이야기를 나누었음"}
        answer = team.post(f"/api/visits/{visit_id}/move", json={"state": state} | more)
        assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_visit_is_made_and_reported(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    done = go(house, visit_id, "scheduled", "assigned", "en_route", "on_site", "contact_made", "reported")
    assert done["closed_at"]
    visit = house.row(Visit, visit_id)
    assert house.vault.open(visit.report_cipher) == "이야기를 나누었음"
    assert house.row(Case, visit.case_id).responded_at == house.clock.at


def test_no_answer_twice_reaches_the_supervisor(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    go(house, visit_id, "assigned", "en_route", "on_site", "no_answer")
    assert "no_answer_twice" not in house.reasons(visit_id)
    go(house, visit_id, "scheduled", "assigned", "en_route", "on_site", "no_answer")
    assert "no_answer_twice" in house.reasons(visit_id)


def test_a_visit_not_made_in_time_reaches_the_supervisor(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    house.clock.forward(minutes=30)
    house.work()
    assert "visit_late" in house.reasons(visit_id)


def test_a_visit_is_refused_what_its_table_does_not_allow(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    team, path = house.desk("field", name="11680", district="11680"), f"/api/visits/{visit_id}/move"
    jump = team.post(path, json={"state": "reported", "words": "done"})
    assert (jump.status_code, jump.json()["allowed"]) == (409, ["assigned", "canceled", "scheduled"])
    assert team.post(path, json={"state": "scheduled"}).status_code == 422
    assert team.post(path, json={"state": "scheduled", "scheduled_for": "2020-01-01T00:00:00Z"}).status_code == 422
    assert team.post(path, json={"state": "canceled", "words": "no time"}).status_code == 403
    assert team.post(path, json={"state": "scheduled", "version": 9}).status_code == 409
    assert house.desk("counselor").post(path, json={"state": "scheduled"}).status_code == 403


def test_a_team_inside_is_heard_of_every_hour_or_somebody_asks_after_them(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    go(house, visit_id, "assigned", "en_route", "on_site")
    team, path = house.desk("field", name="11680", district="11680"), f"/api/visits/{visit_id}/still-here"
    house.clock.forward(minutes=50)
    assert team.post(path).status_code == 200
    house.clock.forward(minutes=50)
    house.work()
    assert "team_silent" not in house.reasons(visit_id), "they were heard of"
    house.clock.forward(minutes=11)
    house.work()
    assert "team_silent" in house.reasons(visit_id)
    assert team.post(path).status_code == 200
    assert "team_silent" not in house.reasons(visit_id, open_only=True)
    go(house, visit_id, "contact_made")
    house.clock.forward(hours=2)
    house.work()
    assert "team_silent" not in house.reasons(visit_id, open_only=True), "who has left is not asked after"
    assert team.post(path).status_code == 409
    assert house.desk("field", name="far", district="11110").post(path).status_code == 404


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def test_a_picture_is_kept_sealed_once_and_shown_with_a_reason(house: House, emergency: Emergency) -> None:
    visit_id, _ = emergency()
    team, path = house.desk("field", name="11680", district="11680"), f"/api/visits/{visit_id}/photos"
    for _ in range(2):
        kept = team.post(path, content=PNG)
        assert (kept.status_code, kept.json()["kind"]) == (201, "image/png")
    (photo,) = house.rows(VisitPhoto)
    with house.sessions() as tx:
        assert PNG[8:] not in tx.scalars(select(VisitPhoto.sealed)).one()
    assert [one["id"] for one in team.get(path).json()] == [str(photo.id)]
    shown = team.post(f"{path}/{photo.id}/reveal", json={"reason": "보고서 확인"})
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert team.post(f"{path}/{photo.id}/reveal", json={"reason": "?"}).status_code == 422
    other = house.desk("field", name="far", district="11110")
    assert other.get(path).status_code == other.post(path, content=PNG).status_code == 404
    assert other.post(f"{path}/{photo.id}/reveal", json={"reason": "보고서 확인"}).status_code == 404


@pytest.mark.parametrize(
    "raw", [b"", b"%PDF-1.7", b"<svg/>", b"RIFF1234WAVE", b"\xff\xd8", b"\xff\xd8\xff" + bytes(9_000_000)]
)
def test_what_is_no_picture_or_too_large_is_refused(house: House, emergency: Emergency, raw: bytes) -> None:
    visit_id, _ = emergency()
    refused = house.desk("field", name="11680", district="11680").post(f"/api/visits/{visit_id}/photos", content=raw)
    assert (refused.status_code, house.rows(VisitPhoto)) == (422, [])
