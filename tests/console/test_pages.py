"""Who is signed in sees the desk; who is not is led to the door; and no other site acts in anybody's name."""

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from app.demo import PASSWORD
from casework.tables import Case, Person
from core.ids import new_id
from core.staff import Staff
from tests.casework.agreed import SAFETY
from tests.house import House

PAGE = {"Accept": "text/html"}
OURS = {"Sec-Fetch-Site": "same-origin"}


def browser(house: House, login: str = "hana") -> httpx.Client:
    client = httpx.Client(base_url=house.url, timeout=10, headers=PAGE)
    house.clients.append(client)
    assert client.post("/sign-in", json={"login": login, "password": PASSWORD}).status_code == 204
    return client


def test_the_front_leads_to_the_door_and_then_to_ones_own_page(house: House) -> None:
    front = house.provider.get(house.url, headers=PAGE)
    assert (front.status_code, front.headers["location"]) == (303, "/sign-in")
    desk = house.provider.get(f"{house.url}/desk", headers=PAGE)
    assert (desk.status_code, desk.headers["location"]) == (303, "/sign-in")
    assert house.provider.get(f"{house.url}/desk").status_code == 401
    own = {"hana": "/desk", "sun": "/desk", "haneul": "/field", "mirae": "/dispatches", "garam": "/reports"}
    for login, path in own.items():
        led = browser(house, login).get("/")
        assert (led.status_code, led.headers["location"]) == (303, path)
    assert "서다미" in browser(house, "dami").get("/").text, "who has no page reads so"


def test_a_page_that_is_not_ones_own_says_so_as_a_page(house: House) -> None:
    refused = browser(house, "mirae").get("/desk")
    assert (refused.status_code, refused.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert 'href="/"' in refused.text
    missing = browser(house, "mirae").get("/dispatches/d7562061-46ef-56ec-b880-59d27f421e44/sheet")
    assert (missing.status_code, "<h1>" in missing.text) == (404, True)


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
    at, hana = datetime.now(UTC), house.sign_in("hana")
    with house.world.sessions.begin() as tx:
        person = Person(id=new_id(at), created_at=at)
        tx.add(person)
        tx.flush()
        case = Case(id=new_id(at), subject_person_id=person.id, topic="loneliness", opened_at=at)
        case.triage_level, case.first_contact_at, case.clock_from = "info", at, at
        case.owner_id = tx.scalars(select(Staff.id).where(Staff.login == "hana")).one()
        tx.add(case)
    words = {**SAFETY, "signs": ["<b>잠을 못 잔다</b>"]}
    assert hana.put(f"/api/people/{person.id}/safety-plan", json={"version": 0, "words": words}).status_code == 200
    client = browser(house)
    path = f"/safety-plans/{person.id}"
    asked = [client.get(f"{path}?language={language}"), client.post(path, content="&" + "a=b&" * 11, headers=OURS)]
    assert [(page.status_code, "박민지" in page.text, word in page.text) for page in asked] == [(200, False, True)] * 2
    sheet = client.post(path, data={"reason": "함께 인쇄함"}, headers=OURS)
    assert sheet.status_code == 200
    for said in (word, "박민지", "+821022223333", "15770199", "109", "120 → 5", "&lt;b&gt;"):
        assert said in sheet.text
    assert sheet.headers["cache-control"] == "no-store"
    seen = house.sign_in("sun").get("/api/access", params={"whose": str(person.id), "action": "reveal"}).json()
    assert [(one["object_kind"], one["reason"]) for one in seen] == [("safety_plan", "함께 인쇄함")]
    assert browser(house, "duri").get(path).status_code == 404, "somebody else's"
    assert client.get("/safety-plans/none").status_code == 422
    assert client.get("/safety-plans/00000000-0000-0000-0000-000000000000").status_code == 404
    assert browser(house, "haneul").get(f"/safety-plans/{person.id}").status_code == 403
