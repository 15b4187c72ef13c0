"""Who is signed in sees the desk; who is not is led to the door; and no other site acts in anybody's name."""

from datetime import UTC, datetime

import httpx
import pytest

from app.demo import PASSWORD
from casework.tables import Person
from core.ids import new_id
from tests.casework.agreed import SAFETY
from tests.house import House

PAGE = {"Accept": "text/html"}
OURS = {"Sec-Fetch-Site": "same-origin"}


def browser(house: House, login: str = "hana") -> httpx.Client:
    client = httpx.Client(base_url=house.url, timeout=10, headers=PAGE)
    house.clients.append(client)
    assert client.post("/sign-in", json={"login": login, "password": PASSWORD}).status_code == 204
    return client


def test_the_front_leads_to_the_desk_and_the_desk_to_the_door(house: House) -> None:
    front = house.provider.get(house.url, headers=PAGE)
    assert (front.status_code, front.headers["location"]) == (303, "/desk")
    desk = house.provider.get(f"{house.url}/desk", headers=PAGE)
    assert (desk.status_code, desk.headers["location"]) == (303, "/sign-in")
    assert house.provider.get(f"{house.url}/desk").status_code == 401


def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(house: House) -> None:
    client = httpx.Client(base_url=house.url)
    house.clients.append(client)
    reply = client.post("/sign-in", json={"login": "hana", "password": PASSWORD})
    given = reply.headers["set-cookie"].lower()
    assert "httponly" in given
    assert "samesite=strict" in given
    wrong = client.post("/sign-in", json={"login": "hana", "password": "wrong"})
    assert (wrong.status_code, wrong.headers["content-type"]) == (401, "application/problem+json")
    assert client.post("/sign-in", json={"login": "", "password": 1}).status_code == 422


@pytest.mark.parametrize(("language", "word"), [("ko", "상담석"), ("en", "Desk"), ("xx", "상담석")])
def test_the_desk_is_shown_in_the_language_that_was_chosen(house: House, language: str, word: str) -> None:
    client = browser(house)
    shown = client.get(f"/desk?language={language}")
    assert shown.status_code == 200
    assert f"<h1>{word}" in shown.text
    assert "김하나" in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "<script>" not in shown.text
    assert "style=" not in shown.text
    assert "data-plan-helps=" in shown.text
    assert f"<h1>{word}" in client.get("/desk").text


def test_a_cookie_changes_nothing_unless_our_own_page_asks(house: House) -> None:
    client = browser(house)
    asked = {"activity": "available"}
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}):
        assert client.put("/api/seat/activity", json=asked, headers=site).status_code == 403
    assert client.get("/api/seat").json()["activity"] == "offline"
    assert client.put("/api/seat/activity", json=asked, headers=OURS).json()["activity"] == "available"


def test_signing_out_ends_the_session(house: House) -> None:
    client = browser(house)
    kept = dict(client.cookies)
    assert client.post("/sign-out", headers=OURS).status_code == 204
    assert client.get("/desk").status_code == 303
    assert httpx.get(f"{house.url}/api/me", cookies=kept).status_code == 401


def test_who_has_no_seat_sees_no_desk(house: House) -> None:
    assert browser(house, "mirae").get("/desk").status_code == 403


@pytest.mark.parametrize("name", ["none.css", "..%2froutes.py", "desk.html", "a" * 4000])
def test_only_what_pages_are_made_of_is_given(house: House, name: str) -> None:
    assert house.provider.get(f"{house.url}/assets/{name}").status_code == 404
    style = house.provider.get(f"{house.url}/assets/style.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    plans = house.provider.get(f"{house.url}/assets/plans.js")
    assert (plans.status_code, plans.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


@pytest.mark.parametrize(("language", "word"), [("ko", "나의 안전 계획"), ("en", "My safety plan")])
def test_a_safety_plan_is_printed_in_clear_for_its_person_and_that_is_written_down(
    house: House, language: str, word: str
) -> None:
    with house.world.sessions.begin() as tx:
        person = Person(id=new_id(datetime.now(UTC)), created_at=datetime.now(UTC))
        tx.add(person)
    hana = house.sign_in("hana")
    words = {**SAFETY, "signs": ["<b>잠을 못 잔다</b>"]}
    assert hana.put(f"/api/people/{person.id}/safety-plan", json={"version": 0, "words": words}).status_code == 200
    client = browser(house)
    sheet = client.get(f"/safety-plans/{person.id}?language={language}")
    assert sheet.status_code == 200
    for said in (word, "박민지", "+821022223333", "15770199", "109", "120 → 5", "&lt;b&gt;"):
        assert said in sheet.text
    assert sheet.headers["cache-control"] == "no-store"
    seen = house.sign_in("sun").get("/api/audit", params={"kind": "person", "id": str(person.id)}).json()
    assert [one["action"] for one in seen] == ["safety_plan.reveal", "safety_plan.write"]
    assert client.get("/safety-plans/none").status_code == 422
    assert client.get("/safety-plans/00000000-0000-0000-0000-000000000000").status_code == 404
    assert browser(house, "haneul").get(f"/safety-plans/{person.id}").status_code == 403
