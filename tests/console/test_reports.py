"""The monthly report as a page: drawn without a script, in both languages, for those who watch over the line."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.service.reports import last_month
from casework.tables import Contact
from console.reports import bars
from core.ids import new_id
from tests.console.test_pages import browser
from tests.house import House

COUNTS = st.dictionaries(st.sampled_from(["contact", "open"]), st.none() | st.integers(0, 500), min_size=2)


@given(st.dictionaries(st.text(max_size=3), COUNTS, max_size=6))
def test_bars_stay_inside_their_chart_and_the_longest_fills_it(rows: dict[str, dict[str, int | None]]) -> None:
    drawn = bars(rows, ("contact", "open"))
    ends = [part.begin + part.width for bar in drawn for part in bar.parts]
    assert [bar.of for bar in drawn] == list(rows)
    assert all(end <= 100.02 for end in ends)
    if any(count for counts in rows.values() for count in counts.values()):
        assert max(ends) == pytest.approx(100, abs=0.02)


def last_months_contacts(house: House, count: int) -> str:
    """Let so many contacts of the last month be finalized; give the month."""
    month = last_month(datetime.now(UTC))
    at = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC) + timedelta(days=3)
    with house.world.sessions.begin() as tx:
        for _ in range(count):
            contact = Contact(id=new_id(at), channel="phone", opened_at=at, state="finalized", relation="neighbor")
            contact.outcome_class, contact.triage_level = "data", "moderate"
            tx.add(contact)
    return month


def test_a_month_is_drawn_without_a_script_or_a_style_of_its_own(house: House) -> None:
    month = last_months_contacts(house, 7)
    client = browser(house, "garam")
    led = client.get("/reports")
    assert (led.status_code, led.headers["location"]) == (303, f"/reports/{month}")
    page = client.get(f"/reports/{month}").text
    assert '<rect class="part total" x="0.0%" width="100.0%"' in page
    assert re.search(r"이웃</th>.*?>7<", page, re.DOTALL)
    assert "<script" not in page
    assert "style=" not in page
    assert "월간 보고" in page
    assert ">Monthly report<" in page
    assert "<h1>" in client.get(f"/reports/{month}?language=en").text
    assert client.get(f"/api/reports/{month}?format=csv").text.startswith("subject,by,of,measure,value")


def test_what_is_of_a_few_is_a_star_with_its_reason(house: House) -> None:
    page = browser(house, "garam").get(f"/reports/{last_months_contacts(house, 3)}").text
    assert '<strong><abbr title="5명 미만' in page
    assert ">3<" not in page


def test_no_month_and_a_month_to_come_are_refused_as_a_page(house: House) -> None:
    client = browser(house, "garam")
    for month, words in (("2026-99", "2026-11"), ("2099-01", "끝난 뒤"), ("x' onload='", "2026-11")):
        refused = client.get(f"/reports/{month}")
        assert (refused.status_code, refused.headers["content-type"]) == (422, "text/html; charset=utf-8")
        assert words in refused.text
    assert browser(house, "hana").get("/reports/2026-10").status_code == 403
