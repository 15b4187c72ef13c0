"""An administrator lends a role over the API, and the very next request may do what it lends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.house import House


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def test_a_role_is_lent_and_taken_back_over_the_api(house: House) -> None:
    root, duri = house.sign_in("root"), house.sign_in("duri")
    staff = {each["login"]: each for each in root.get("/api/staff").json()}
    grants = f"/api/staff/{staff['duri']['id']}/grants"
    assert (staff["duri"]["role"], staff["duri"]["team"], staff["duri"]["grants"]) == ("counselor", "1", [])
    assert duri.get("/api/escalations").status_code == 403
    body = {"role": "supervisor", "until": in_an_hour(), "reason": "sun is ill today"}
    given = root.post(grants, json=body)
    assert (given.status_code, given.json()["scope"]) == (201, "all")
    assert duri.get("/api/escalations").status_code == 200
    assert "escalation.manage" in duri.get("/api/me").json()["permissions"]
    taken = root.delete(f"/api/grants/{given.json()['id']}").json()
    assert taken["revoked_by"] == staff["root"]["id"]
    assert duri.get("/api/escalations").status_code == 403
    assert [each["id"] for each in root.get(grants).json()] == [given.json()["id"]]
    assert root.delete(f"/api/grants/{staff['duri']['id']}").status_code == 404
    assert root.post(f"/api/staff/{staff['root']['id']}/grants", json=body).status_code == 403
    for door in ("/api/staff", grants):
        assert duri.get(door).status_code == 403
    for wrong in BAD:
        assert root.post(grants, json={**body, **wrong}).status_code == 422, wrong


BAD: list[dict[str, Any]] = [
    {"role": "emperor"},
    {"role": None},
    {"role": "x" * 21},
    {"until": "tomorrow"},
    {"until": "2020-01-01T00:00:00Z"},
    {"until": "9999-12-31T23:59:59Z"},
    {"until": "2026-12-01T00:00:00"},
    {"reason": ""},
    {"scope": "everything"},
    {"role": "counselor", "scope": "all"},
    {"role": "field"},
    {"district": "Jung-gu"},
    {"more": 1},
]


@pytest.mark.parametrize("login", ["gaeul", "dami", "iseul", "garam"])
def test_everybody_of_the_demonstration_city_signs_in_and_is_told_what_they_may(house: House, login: str) -> None:
    assert len(house.sign_in(login).get("/api/me").json()["permissions"]) > 1
