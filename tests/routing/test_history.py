"""Figures over time by HTTP: the right numbers under the right names, as JSON and CSV; clear words for wrong spans."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

import routing.service as queue
from routing.metrics import DEFINITIONS
from routing.metrics.intervals import band_of, interval_of, midnight, next_midnight, steps
from routing.tables import RoutingEvent
from tests.routing.desk import CONFIG, Desk, actor
from tests.routing.serving import hire, routes_of, serve

SEOUL = ZoneInfo("Asia/Seoul")
PATH = "/api/queues/loneliness/history"


@pytest.fixture
def address(desk: Desk, clean_redis: str) -> Iterator[str]:
    with serve(routes_of(desk, clean_redis)) as found:
        yield found


@pytest.fixture
def sun(address: str, desk: Desk) -> Iterator[httpx.Client]:
    """The supervisor's client."""
    headers = {"Authorization": f"Bearer {hire(desk, 'sun', 'supervisor')}"}
    with httpx.Client(base_url=address, headers=headers) as client:
        yield client


def local(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL)


def write(desk: Desk, when: datetime, count: int, wait: float, kind: str, **detail: Any) -> None:
    """Write contacts down that came and were answered, or left, without going through the queue."""
    rows = []
    for _ in range(count):
        of = {"queue": "loneliness", "contact_id": uuid4()}
        district = detail.get("district")
        rows.append(RoutingEvent(kind="entered", at=when, detail={}, **of))
        rows.append(RoutingEvent(kind=kind, at=when + timedelta(seconds=wait), detail=detail, **of))
        if district:
            rows.append(RoutingEvent(kind="placed", at=when, detail={"district": district}, **of))
    with desk.sessions.begin() as tx:
        tx.add_all(rows)


def keep(desk: Desk) -> None:
    with desk.sessions.begin() as tx:
        queue.keep_tallies(tx, CONFIG)


def worked_example(desk: Desk, when: datetime) -> None:
    write(desk, when, 60, 15, "connected")
    write(desk, when, 10, 40, "connected")
    write(desk, when, 5, 4, "left", state="abandoned_short")
    write(desk, when, 15, 18, "left", state="abandoned")
    write(desk, when, 10, 50, "left", state="abandoned")


def test_the_worked_example_has_the_known_numbers_over_http_before_and_after_it_is_kept(
    sun: httpx.Client, desk: Desk
) -> None:
    worked_example(desk, local(23, 59))
    span = {"grain": "hour", "from": "2026-11-24T23:00", "to": "2026-11-25"}
    fresh = sun.get(PATH, params=span).json()["lines"]
    keep(desk)
    assert sun.get(PATH, params=span).json()["lines"] == fresh
    (line,) = fresh
    assert (line["from"], line["to"]) == ("2026-11-24T23:00:00+09:00", "2026-11-25T00:00:00+09:00")
    assert (line["offered"], line["answered"], line["abandoned"], line["short_abandoned"]) == (100, 70, 30, 5)
    levels = ("strict", "excl_short", "late_abandons", "connect", "sl2", "answered")
    assert [line[f"service_level_{name}"] for name in levels] == [0.6, 0.6316, 0.75, 0.8, 0.8, 0.8571]


def test_quarters_add_up_to_hours_and_hours_to_days_of_seoul(sun: httpx.Client, desk: Desk) -> None:
    desk.at = local(8, day=25)
    for hour, minute in ((0, 0), (0, 20), (5, 59), (23, 45)):
        write(desk, local(hour, minute), 1, 8, "connected")
    write(desk, local(0, day=25), 1, 8, "connected")
    keep(desk)
    span = {"from": "2026-11-24", "to": "2026-11-26"}
    told = {grain: sun.get(PATH, params={**span, "grain": grain}).json() for grain in ("15m", "hour", "day", "whole")}
    offered = {grain: [line["offered"] for line in each["lines"]] for grain, each in told.items()}
    # Steps that have not begun have no line yet.
    assert [len(offered[grain]) for grain in offered] == [129, 33, 2, 1]
    assert (offered["day"], offered["whole"]) == ([4, 1], [5])
    assert (offered["hour"][0], offered["hour"][5], offered["hour"][23], offered["hour"][24]) == (2, 1, 1, 1)
    assert sum(offered["15m"]) == 5
    assert told["day"]["timezone"] == "Asia/Seoul"


def test_the_night_band_is_a_line_of_its_own(sun: httpx.Client, desk: Desk) -> None:
    for hour in (2, 22):
        write(desk, local(hour), 1, 30, "left", state="abandoned")
    write(desk, local(23), 2, 9, "connected")
    write(desk, local(14), 1, 9, "connected")
    asked = sun.get(PATH, params={"grain": "whole", "by": "band", "from": "2026-11-24", "to": "2026-11-25"}).json()
    assert {line["band"]: (line["offered"], line["answer_rate"]) for line in asked["lines"]} == {
        "night": (4, 0.5),
        "afternoon": (1, 1.0),
    }


def test_a_counselors_line_has_their_offers_their_times_and_their_occupancy(sun: httpx.Client, desk: Desk) -> None:
    desk.at = local(20)
    desk.sit("hana")
    desk.call("A")
    desk.later(10)
    desk.beat("hana")
    desk.talk("A")
    desk.later(12)
    desk.beat("hana")
    desk.finish("A")
    desk.later(8)
    desk.wrap_up("hana")
    desk.call("B")
    desk.reject("B")
    desk.sit("hana", "break")
    desk.leave("B", "max_wait")
    desk.later(3600)
    span = {"grain": "day", "by": "counselor", "from": "2026-11-24", "to": "2026-11-25"}
    told = sun.get(PATH, params=span).json()
    (line,) = told["lines"]
    keep(desk)
    assert sun.get(PATH, params=span).json()["lines"] == [line]
    assert (line["login"], line["counselor_id"]) == ("hana", str(actor("hana").id))
    assert (line["answered"], line["asa_s"], line["talk_s"], line["wrap_up_s"], line["aht_s"]) == (1, 10, 12, 8, 20)
    made = ("offers", "offers_accepted", "offers_rejected", "offers_unanswered")
    assert [line[name] for name in made] == [2, 1, 1, 0]
    assert (line["busy_s"], line["at_work_s"], line["occupancy"]) == (20, 30, 0.6667)
    assert {each["name"] for each in told["definitions"]} < set(line)


def test_by_district_small_numbers_are_hidden_and_so_is_what_would_tell_them(sun: httpx.Client, desk: Desk) -> None:
    desk.at = local(8, day=25)
    for district, count in (("11110", 2), ("11140", 6), ("11170", 9)):
        write(desk, local(9), count, 8, "connected", district=district)
    write(desk, local(9), 12, 8, "connected")
    span = {"grain": "day", "by": "district", "from": "2026-11-24", "to": "2026-11-25"}
    lines = sun.get(PATH, params=span).json()["lines"]
    assert [(line["district"], line["hidden"], line["offered"]) for line in lines] == [
        ("11110", True, None),
        ("11140", True, None),
        ("11170", False, 9),
        (None, False, 12),
    ]
    assert lines[0]["answer_rate"] is None
    written = list(csv.DictReader(io.StringIO(sun.get(PATH, params={**span, "format": "csv"}).text)))
    assert [(row["district"], row["hidden"], row["offered"]) for row in written][:2] == [
        ("11110", "True", ""),
        ("11140", "True", ""),
    ]


def test_csv_has_the_same_lines_with_a_column_for_each_exit(sun: httpx.Client, desk: Desk) -> None:
    write(desk, local(23), 2, 10, "left", state="callback_requested")
    write(desk, local(23), 1, 10, "left", state="something_new")
    span = {"from": "2026-11-24T22:00", "to": "2026-11-25"}
    told = sun.get(PATH, params={**span, "format": "csv"})
    assert told.headers["content-type"] == "text/csv; charset=utf-8"
    assert told.headers["link"] == '</api/figures>; rel="describedby"'
    assert told.headers["content-disposition"].endswith('"loneliness-queue-hour-20261124-20261125.csv"')
    rows = list(csv.DictReader(io.StringIO(told.text, newline="")))
    lines = sun.get(PATH, params=span).json()["lines"]
    assert [row["offered"] for row in rows] == [str(line["offered"]) for line in lines] == ["0", "3"]
    assert (rows[1]["exit_callback_requested"], rows[1]["exit_something_new"]) == ("2", "1")
    assert (rows[0]["answer_rate"], rows[1]["answer_rate"], rows[1]["from"]) == ("", "0.0", lines[1]["from"])
    assert {each["name"] for each in sun.get("/api/figures").json()} - {"other_exits"} >= set(rows[0]) - {
        "from", "to", "exit_callback_requested", "exit_something_new",
    }  # fmt: skip


def test_without_a_span_today_is_shown_by_the_hour(sun: httpx.Client, desk: Desk) -> None:
    desk.call("A", ago=60)
    told = sun.get(PATH).json()
    assert (told["from"], told["to"]) == ("2026-11-25T00:00:00+09:00", "2026-11-26T00:00:00+09:00")
    assert [line["waiting"] for line in told["lines"]] == [0, 0, 1, 0]


def test_the_definitions_name_formula_and_unit_of_every_figure(sun: httpx.Client) -> None:
    told = {each["name"]: each for each in sun.get("/api/figures").json()}
    assert set(told) == set(DEFINITIONS)
    assert told["service_level_strict"] == {
        "name": "service_level_strict", "formula": "answered within T / offered", "unit": "ratio, 0 to 1",
    }  # fmt: skip
    assert (told["asa_s"]["unit"], told["offered"]["unit"], told["offers"]["unit"]) == ("seconds", "contacts", "offers")


def test_prometheus_tells_exits_by_kind_and_names_no_counselor(sun: httpx.Client, desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A", ago=60)
    desk.reject("A")
    desk.leave("A", "max_wait")
    keep(desk)
    told = sun.get("/metrics").text
    assert 'goodbye120_queue_today_other_exits{queue="loneliness",how="max_wait"} 1\n' in told
    assert 'goodbye120_queue_today_offers_rejected{queue="loneliness"} 1\n' in told
    assert 'goodbye120_queue_today_answer_rate{queue="loneliness"} 0.0\n' in told
    assert "hana" not in told
    assert str(actor("hana").id) not in told


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "yesterday"}, "Write `from` as a day, 2026-11-24"),
        ({"to": "2026-13-01"}, "Write `to` as a day"),
        ({"from": "0001-01-01"}, "Write `from` as a day"),
        ({"to": "9999-12-31T23:59:59+00:00"}, "Write `to` as a day"),
        ({"from": "2026-11-24T18:07"}, "must be a full hour, as 18:00 (Asia/Seoul)"),
        ({"from": "2026-11-24T18:00:01", "grain": "15m"}, "must be a quarter of an hour, as 18:15"),
        ({"from": "2026-11-24T18:00", "grain": "day"}, "must be a day, as 2026-11-24"),
        ({"from": "2026-11-24T00:00Z", "grain": "day"}, "must be a day"),
        ({"from": "2026-11-25", "to": "2026-11-24"}, "`to` must be later than `from`"),
        ({"from": "2026-11-24", "to": "2026-11-24"}, "`to` must be later than `from`"),
        ({"from": "2026-01-01", "to": "2026-11-24"}, "at most 62 days"),
        ({"from": "2026-11-01", "to": "2026-11-24", "grain": "15m"}, "at most 7 days"),
        ({"from": "2024-01-01", "to": "2026-11-24", "grain": "day"}, "at most 400 days"),
        ({"from": "2026-01-01", "to": "2026-11-24", "grain": "day", "by": "counselor"}, "at most 62 days"),
        ({"from": "2026-11-24", "to": "2026-11-25", "by": "district"}, "write grain=day"),
        ({"from": "2026-11-24", "to": "2026-11-26", "by": "district", "grain": "day"}, "only days that are over"),
    ],
)
def test_a_wrong_span_is_refused_with_what_to_write(sun: httpx.Client, asked: dict[str, str], words: str) -> None:
    refused = sun.get(PATH, params=asked)
    assert refused.status_code == 422
    assert words in refused.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"grain": "minute"}, "'15m', 'hour', 'day' or 'whole'"),
        ({"by": "caller"}, "'queue', 'counselor', 'district' or 'band'"),
        ({"format": "xls"}, "'json' or 'csv'"),
        ({"form": "2026-11-24"}, "Extra inputs are not permitted"),
        ({"from": "2" * 41}, "at most 40 characters"),
    ],
)
def test_an_unknown_word_is_refused_with_those_there_are(sun: httpx.Client, asked: dict[str, str], words: str) -> None:
    refused = sun.get(PATH, params=asked)
    assert refused.status_code == 422
    assert words in refused.json()["errors"][0]["problem"]


def test_a_moment_may_have_its_plus_sign_unescaped(sun: httpx.Client) -> None:
    answer = sun.get(f"{PATH}?from=2026-11-24T18:00:00+09:00&to=2026-11-24T19:00:00%2B09:00")
    assert answer.json()["from"] == "2026-11-24T18:00:00+09:00"


@pytest.mark.parametrize("path", [PATH, "/api/figures"])
def test_only_who_watches_the_queue_sees_its_history(address: str, desk: Desk, path: str) -> None:
    assert httpx.get(address + path).status_code == 401
    token = hire(desk, "hana", "counselor")
    assert httpx.get(address + path, headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_days_are_cut_at_midnight_where_clocks_are_changed_too() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    changed = datetime(2026, 10, 25, 12, tzinfo=berlin)
    begin, end = midnight(changed, berlin), next_midnight(changed, berlin)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=25)
    assert [step[1] for step in steps(begin, end, "day", berlin)] == [end]
    assert len(steps(begin, end, "15m", berlin)) == 100
    assert interval_of(datetime(2026, 11, 24, 0, 14, 59, tzinfo=SEOUL)) == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert [band_of(local(hour), SEOUL) for hour in (5, 6, 12, 18, 22)] == [
        "night", "morning", "afternoon", "evening", "night",
    ]  # fmt: skip
