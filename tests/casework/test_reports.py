"""A month is told in counts of everybody and of nobody in particular, in the city's own months."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.form import Sex
from casework.policy.reporting import AGE_BANDS, ALL, MEASURES, TOTAL, Group, age_band, lines, tables
from casework.policy.triage import LEVELS
from casework.service import exports
from casework.service.reports import last_month
from casework.tables import Case, Contact, Milestone, Person, Visit
from core.ids import named_id
from core.staff import ROLES
from tests.casework.conftest import House

SEOUL = ZoneInfo("Asia/Seoul")
OCTOBER = datetime(2026, 10, 1, tzinfo=SEOUL)
ROWS = {"age_band": AGE_BANDS, "sex": (*get_args(Sex), "unknown"), "district": ("11680", "unknown")}
GROUPS = st.lists(
    st.builds(
        Group,
        measure=st.sampled_from(LEVELS),
        count=st.integers(1, 40),
        birth_year=st.none() | st.integers(1880, 2200),
        sex=st.none() | st.sampled_from(get_args(Sex)),
        district=st.sampled_from([None, "11680", "99999"]),
    ),
    max_size=12,
)


@given(GROUPS)
def test_every_sum_of_a_report_is_the_sum_of_its_rows(groups: list[Group]) -> None:
    counts = tables("contacts", groups, ROWS, 2026)
    for line in lines("contacts", ROWS):
        assert counts[line.total] == sum(counts[part] for part in line.parts)
    assert counts["contacts", ALL, ALL, TOTAL] == sum(group.count for group in groups)


@given(st.integers(1880, 2200))
def test_everybody_whose_year_is_known_is_in_one_age_band(year: int) -> None:
    assert age_band(year, 2026) in AGE_BANDS[:-1]


@pytest.mark.parametrize(("born", "band"), [(2007, "under_20"), (2006, "20s"), (1947, "70s"), (1946, "80_up")])
def test_an_age_band_begins_with_its_birthday_year(born: int, band: str) -> None:
    assert age_band(born, 2026) == band


def talked(house: House, n: int, opened: datetime, **person: Any) -> UUID:
    """Let a finalized contact with its case be there; give the case."""
    at, name = opened.astimezone(UTC), f"{opened.isoformat()}-{n}"
    subject = Person(id=named_id("person", name), created_at=at, **{"sex": "female", "birth_year": 1950} | person)
    case = Case(id=named_id("case", name), subject_person_id=subject.id, topic="loneliness", triage_level="high")
    case.first_contact_at = case.clock_from = case.opened_at = at
    case.respond_by, case.district, case.responded_at = (
        at + timedelta(hours=24),
        subject.district,
        at + timedelta(hours=n),
    )
    contact = Contact(id=named_id("contact", name), channel="phone", opened_at=at, state="finalized", relation="self")
    contact.outcome_class, contact.triage_level = "data", "high"
    with house.sessions.begin() as tx:
        tx.add(subject)
        tx.flush()
        tx.add(case)
        tx.flush()
        contact.subject_person_id, contact.case_id = subject.id, case.id
        tx.add(contact)
    return case.id


def visited(house: House, case_id: UUID, arrived: timedelta) -> None:
    """Let a visit be asked for on a case, at its beginning, and meet the person."""
    with house.sessions.begin() as tx:
        case = tx.get_one(Case, case_id)
        contact = tx.query(Contact).filter_by(case_id=case_id).one()
        at, sealed = case.opened_at, house.vault.seal("비밀")
        visit = Visit(id=named_id("visit", str(case_id)), case_id=case.id, contact_id=contact.id, requested_at=at)
        visit.person_id, visit.requested_by, visit.triage_level = case.subject_person_id, contact.id, "high"
        visit.acknowledge_by = visit.acknowledged_at = at + timedelta(minutes=10)
        visit.district, visit.visit_by, visit.consent = "11680", at, "given"
        visit.address_cipher = visit.reason_cipher = sealed
        tx.add(visit)
        for state in ("on_site", "contact_made"):
            step = Milestone(id=named_id(state, str(visit.id)), of_kind="visit", of_id=visit.id, state=state, by="-")
            step.at = at + arrived
            tx.add(step)


def of(report: dict[str, Any], subject: str, by: str = "all", of: str = "all") -> dict[str, int | None]:
    """Give the counts of one line."""
    found: Iterable[dict[str, Any]] = report["counts"]
    (line,) = (one for one in found if (one["subject"], one["by"], one["of"]) == (subject, by, of))
    counts: dict[str, int | None] = line["counts"]
    return counts


def october(house: House) -> dict[str, Any]:
    answer = house.desk("supervisor").get("/api/reports/2026-10")
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def test_a_month_begins_and_ends_at_midnight_in_seoul(house: House) -> None:
    for n in range(6):
        talked(house, n, OCTOBER)
        talked(house, n, OCTOBER - timedelta(seconds=1))
        talked(house, n, datetime(2026, 10, 31, 23, 59, 59, tzinfo=SEOUL))
        talked(house, n, datetime(2026, 11, 1, tzinfo=SEOUL))
    assert of(october(house), "contacts")["total"] == 12


def test_a_report_counts_contacts_responses_and_visits_by_whom_they_were_about(house: House) -> None:
    for n in range(30):
        case_id = talked(house, n, OCTOBER, district="11680", birth_year=1950 if n < 20 else 1990)
        if n < 6:
            visited(house, case_id, timedelta(minutes=60 + n))
    report = october(house)
    assert of(report, "begun") == {"counseled": 30, "not_counseled": 0, "unfinished": 0, "total": 30}
    assert of(report, "contacts")["high"] == 30
    assert of(report, "contacts", "age_band", "70s")["total"] == 20
    assert of(report, "contacts", "district", "11680")["total"] == 30
    assert of(report, "contacts", "relation", "self")["total"] == 30
    assert of(report, "responses", "level", "high") == {"in_time": 25, "late": 5, "open": 0, "total": 30}
    assert of(report, "responses", "sex", "female")["late"] == 5
    assert of(report, "visits", "relation", "self") == {"contact": 6, "without_contact": 0, "open": 0, "total": 6}
    times = {(one["subject"], one["step"]): one for one in report["times"]}
    assert times["visits", "acknowledged"]["median_minutes"] == 10
    assert times["visits", "contact"]["median_minutes"] == 62.5
    assert times["responses", "first_response"]["median_minutes"] == 14.5 * 60
    assert report["districts"]["11680"] == {"ko": "강남구", "en": "Gangnam-gu"}
    told = {line["subject"] for line in report["counts"]} | {line["by"] for line in report["counts"]} - {"all"}
    assert told <= report["definitions"].keys()


def test_what_is_about_fewer_than_five_is_untold_with_its_times(house: House) -> None:
    for n in range(12):
        case_id = talked(house, n, OCTOBER, sex="male" if n < 3 else "female")
        if n < 4:
            visited(house, case_id, timedelta(minutes=60))
    report = october(house)
    assert of(report, "contacts")["total"] == 12
    assert of(report, "contacts", "sex", "male")["total"] is None
    assert of(report, "contacts", "sex", "female")["total"] is None, "or subtracting would tell"
    assert of(report, "visits")["total"] is None
    visits = [one for one in report["times"] if one["subject"] == "visits"]
    assert {one["median_minutes"] for one in visits} == {None}


def test_two_records_of_one_person_are_described_by_the_one_that_stands_for_both(house: House) -> None:
    for n in range(6):
        talked(house, n, OCTOBER, sex=None, birth_year=None)
    with house.sessions.begin() as tx:
        kept = Person(id=named_id("person", "kept"), created_at=OCTOBER, sex="male", birth_year=1970)
        tx.add(kept)
        tx.flush()
        tx.query(Person).filter(Person.id != kept.id).update({"merged_into_id": kept.id})
    report = october(house)
    assert of(report, "contacts", "sex", "male")["total"] == 6
    assert of(report, "contacts", "age_band", "50s")["total"] == 6


def test_a_report_is_a_sheet_of_one_number_a_line(house: House) -> None:
    for n in range(6):
        talked(house, n, OCTOBER)
    answer = house.desk("auditor").get("/api/reports/2026-10?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="report-2026-10.csv"' in answer.headers["content-disposition"]
    head, *rows = csv.reader(answer.text.splitlines())
    assert head == ["subject", "by", "of", "measure", "value"]
    assert ["contacts", "sex", "female", "total", "6"] in rows
    assert ["responses", "first_response", "high", "median_minutes", "150.0"] in rows
    assert len(rows) > 5 * sum(map(len, MEASURES.values()))


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(word: str) -> None:
    assert exports.safe([word, "plain"]) == [f"'{word}", "plain"]


def test_what_is_no_month_is_refused_with_words(house: House) -> None:
    sun = house.desk("supervisor")
    for month in ("2026-13", "2026-00", "2026-1", "october", "1999-10", "2026-10-01", "٢٠٢٦-10", "%00"):
        answer = sun.get(f"/api/reports/{month}")
        assert (answer.status_code, answer.json()["at"]) == (422, "month"), month
        assert "2026-11" in answer.json()["detail"]
    assert sun.get("/api/reports/2026-10?format=pdf").status_code == 422


def test_a_month_that_is_not_over_is_refused_with_words(house: House) -> None:
    for month in ("2026-11", "2026-12", "2099-01"):
        answer = house.desk("supervisor").get(f"/api/reports/{month}")
        assert answer.status_code == 422
        assert "끝난 뒤" in answer.json()["detail"]


def test_only_who_watches_over_the_line_reads_a_report(house: House) -> None:
    read = {role for role in ROLES if house.desk(role).get("/api/reports/2026-10").status_code == 200}
    assert read == {"supervisor", "auditor", "admin"}


def test_an_empty_month_is_told_in_zeros(house: House) -> None:
    report = october(house)
    assert {count for line in report["counts"] for count in line["counts"].values()} == {0}
    assert report["times"] == []


@pytest.mark.parametrize(
    ("at", "month"), [("2026-11-30T15:00:00+00:00", "2026-11"), ("2026-12-31T14:59:59+00:00", "2026-11")]
)
def test_the_last_month_is_the_one_that_is_over_in_seoul(at: str, month: str) -> None:
    assert last_month(datetime.fromisoformat(at)) == month
