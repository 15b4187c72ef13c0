"""Choosing a system mode: by whom, with what, and what holds when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import db
from ivr.modes.policy import KINDS, Chosen, Kind, in_force, read_kind
from ivr.modes.service import ModeWatch
from routing.hours import WEEKDAYS, Calendar, load_calendar, read_calendar
from tests.house import House, waited_for

NOON = datetime(2026, 11, 25, 3, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 3, tzinfo=UTC)


def closed_at_night() -> Calendar:
    hours = {day: ["09:00-18:00"] for day in (*WEEKDAYS, "holiday")}
    return read_calendar({"zone": "Asia/Seoul", "covers": [], "hours": hours, "holidays": {}})


@pytest.mark.parametrize(
    ("chosen", "at", "kind"),
    [
        (None, NOON, "normal"),
        (None, CHRISTMAS, "holiday"),
        (Chosen("normal"), CHRISTMAS, "holiday"),
        (Chosen("normal", CHRISTMAS + timedelta(1)), CHRISTMAS, "normal"),
        (Chosen("closed"), CHRISTMAS, "closed"),
        (Chosen("say", NOON + timedelta(hours=1)), NOON, "say"),
        (Chosen("say", NOON), NOON, "normal"),
    ],
)
def test_what_a_supervisor_chose_holds_until_its_end_and_then_the_calendar(
    chosen: Chosen | None, at: datetime, kind: Kind
) -> None:
    assert in_force(chosen, load_calendar(), at) == kind


def test_outside_its_hours_a_line_is_closed_by_itself() -> None:
    assert in_force(None, closed_at_night(), NOON) == "normal"
    assert in_force(None, closed_at_night(), NOON + timedelta(hours=9)) == "closed"


def test_a_stored_mode_that_nobody_knows_is_no_reason_to_close_the_line() -> None:
    assert read_kind("siesta") == "normal"
    assert [read_kind(kind) for kind in KINDS] == list(KINDS)


WELL: dict[str, Any] = {"kind": "closed", "reason": "태풍으로 센터를 닫습니다", "version": 0}


def test_choosing_is_versioned_and_written_down(house: House) -> None:
    sun = house.sign_in("sun")
    assert sun.get("/api/mode").json()["chosen"] is None
    first = sun.put("/api/mode", json=WELL)
    assert first.status_code == 200, first.text
    waited_for(lambda: sun.get("/api/mode").json()["now"] == "closed")
    late = sun.put("/api/mode", json=WELL)
    assert (late.status_code, late.json()["version"]) == (409, first.json()["version"])
    normal = {**WELL, "kind": "normal", "version": first.json()["version"]}
    assert sun.put("/api/mode", json=normal).status_code == 200
    assert [line["kind"] for line in sun.get("/api/mode/history").json()] == ["normal", "closed"]
    told = [entry for entry in sun.get("/api/audit").json() if entry["action"] == "mode.choose"]
    assert told[-1]["reason"] == WELL["reason"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "siesta"},
        {"reason": "x"},
        {"reason": "900101-1234567"},
        {"version": "newest"},
        {"until": "2026-11-25T03:00:00"},
        {"until": "2001-01-01T00:00:00+09:00"},
        {"words": "we are closed"},
    ],
)
def test_a_wrong_choice_is_refused_and_nothing_changes(house: House, wrong: dict[str, Any]) -> None:
    sun = house.sign_in("sun")
    assert sun.put("/api/mode", json={**WELL, **wrong}).status_code == 422
    assert sun.get("/api/mode").json()["version"] == 0
    assert sun.get("/api/mode/history", params={"limit": 0}).status_code == 422


def test_only_a_supervisor_chooses(house: House) -> None:
    assert house.sign_in("hana").put("/api/mode", json=WELL).status_code == 403
    assert house.sign_in("hana").get("/api/mode").status_code == 403


def test_with_the_database_away_the_last_known_mode_holds(house: House) -> None:
    house.sign_in("sun").put("/api/mode", json=WELL)
    watch = ModeWatch(house.world.sessions, load_calendar())
    watch.read()
    assert watch.now(NOON) == "closed"
    watch.sessions = db.sessions(db.connect("postgresql://nobody@127.0.0.1:9/none", pool=1))
    watch.read()
    assert watch.now(NOON) == "closed"
