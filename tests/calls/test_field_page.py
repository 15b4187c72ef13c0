"""The field team makes a visit from its page: in clear to the two who go, in a few taps, and nothing twice."""

from tests.calls.conftest import Line
from tests.calls.promise import rows
from tests.calls.test_closed_duty import EMERGENCY
from tests.console.test_pages import OURS, browser


def test_a_visit_is_made_from_the_page(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    hana.comes_to("on_contact")
    done = hana.client.post(f"/api/contacts/{contact}/finalize", json={"form": EMERGENCY})
    assert done.status_code == 200, done.text
    visit = done.json()["started"]["visit_id"]
    haneul, nari = browser(ivr_line.house, "haneul"), browser(ivr_line.house, "nari")
    workers = [row[0] for row in rows(ivr_line, "select id from staff where login in ('haneul', 'nari')")]
    assert "203호" not in haneul.get("/field").text, "nobody has been sent yet"
    sent = nari.post(
        f"/api/visits/{visit}/move", json={"state": "assigned", "workers": [str(w) for w in workers]}, headers=OURS
    )
    assert sent.status_code == 200, sent.text
    page = haneul.get("/field").text
    assert "화곡로 1, 203호" in page
    assert "출발" in page
    assert "203호" not in browser(ivr_line.house, "bada").get("/field").text, "another district"
    tap = f"/field/{visit}"
    for step in ("en_route", "en_route", "on_site", "still_here"):
        assert haneul.post(tap, data={"step": step}, headers=OURS, follow_redirects=True).status_code == 200
    refused = haneul.post(tap, data={"step": "refused"}, headers=OURS)
    assert 'role="alert"' in refused.text, "a refusal needs words"
    assert 'role="alert"' in haneul.post(tap, data={"step": "closed"}, headers=OURS).text
    assert 'role="alert"' in haneul.post(tap, data={"step": "refused", "words": "900101-1234567"}, headers=OURS).text
    for step, words in (("contact_made", ""), ("reported", "말씀을 나누고 내일 다시 뵙기로 함")):
        moved = haneul.post(tap, data={"step": step, "words": words}, headers=OURS)
        assert (moved.status_code, moved.headers["location"]) == (303, "/field")
    assert haneul.post(tap, data={"step": "on_site"}).status_code == 403, "only our own page asks"
    way = "select state from casework_milestone where of_kind = 'visit' order by n"
    steps = [row[0] for row in rows(ivr_line, way) if row[0] != "acknowledged"]
    assert steps == ["requested", "assigned", "en_route", "on_site", "contact_made", "reported"]
