"""A case has an owner and a plan, nobody's edit is lost unseen, and what weighs is decided by two."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import paging
from casework.policy.triage import TARGETS
from casework.tables import Case, Duty
from core.errors import Invalid
from tests.casework.conftest import EMERGENCY, Desk, House
from tests.casework.test_at_once import at_once

Fill = Callable[..., dict[str, Any]]
PLAN: dict[str, Any] = {
    "words": "매주 통화하고 관악점을 소개한다",
    "goals": [{"words": "점심 모임에 나간다", "by": "2026-12-31"}],
}


@pytest.fixture
def opened(house: House, form: Fill) -> Callable[..., str]:
    def make(call: str = "CA1", number: str = "+821012345678", **changes: Any) -> str:
        path = f"/api/contacts/{house.talk(call, number)}/finalize"
        return str(house.desk("counselor").post(path, json={"form": form(**changes)}).json()["case_id"])

    return make


def edit(desk: Desk, case_id: str, version: int, **values: Any) -> Any:
    return desk.patch(f"/api/cases/{case_id}", json={"version": version} | values)


def act(desk: Desk, case_id: str, what: str, **body: Any) -> Any:
    return desk.post(f"/api/cases/{case_id}/{what}", json=body)


def test_a_plan_with_goals_is_written_and_each_stays_in_the_story(house: House, opened: Callable[..., str]) -> None:
    case_id, desk = opened(), house.desk("counselor")
    written = edit(desk, case_id, 1, plan=PLAN).json()
    assert written["plan"]["words"] == PLAN["words"]
    assert written["plan"]["goals"] == [{"words": "점심 모임에 나간다", "state": "open", "by": "2026-12-31"}]
    goals = [{"words": "점심 모임에 나간다", "state": "reached"}]
    house.clock.forward(minutes=1)
    again = edit(desk, case_id, 2, plan={"words": "이제 달마다", "goals": goals}, topic="isolation").json()
    told = [line["words"] for line in again["timeline"] if line["what"] == "plan"]
    assert (again["topic"], len(told), "[reached]" in told[1]) == ("isolation", 2, True)
    assert PLAN["words"] not in str(house.row(Case, UUID(case_id)).plan_cipher), "it is sealed"


def test_an_owner_is_somebody_who_works_on_cases(house: House, opened: Callable[..., str]) -> None:
    case_id, desk, worker = opened(), house.desk("counselor"), house.person("social_worker")
    assert edit(desk, case_id, 1, owner_id=str(worker.id)).json()["owner_id"] == str(worker.id)
    for nobody in (str(house.person("field").id), str(uuid4())):
        refused = edit(desk, case_id, 2, owner_id=nobody)
        assert (refused.status_code, refused.json()["at"]) == (422, "owner_id")


def test_a_stale_edit_shows_what_was_sent_and_what_was_kept(house: House, opened: Callable[..., str]) -> None:
    case_id, desk = opened(), house.desk("counselor")
    edit(desk, case_id, 1, plan=PLAN)
    stale = edit(house.desk("supervisor"), case_id, 1, plan={"words": "다른 계획"}, topic="work")
    body = stale.json()
    assert (stale.status_code, body["title"], body["version"]) == (409, "Stale", 2)
    assert body["sent"] == {"plan": {"words": "다른 계획", "goals": []}, "topic": "work"}
    assert (body["current"]["plan"]["words"], body["current"]["topic"]) == (PLAN["words"], "loneliness")
    for what, sent in (("move", {"state": "plan"}), ("triage", {"level": "high"})):
        shown = act(desk, case_id, what, version=1, reason="as agreed", **sent).json()
        assert shown["sent"].items() >= sent.items()
        assert shown["current"]["state"] == "open"


def test_of_two_who_edit_one_case_at_once_one_is_told(house: House, opened: Callable[..., str]) -> None:
    case_id = opened()
    desks = [house.desk("counselor"), house.desk("supervisor")]
    answers = at_once([lambda desk=desk: edit(desk, case_id, 1, plan=PLAN) for desk in desks])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_closing_an_urgent_case_waits_for_somebody_else(house: House, opened: Callable[..., str]) -> None:
    case_id, counselor, supervisor = opened(triage_level="urgent"), house.desk("counselor"), house.desk("supervisor")
    (duty,) = house.rows(Duty)
    worker = house.desk("social_worker")
    worker.post(f"/api/duties/{duty.id}/take")
    worker.post(f"/api/duties/{duty.id}/done")
    asked = act(counselor, case_id, "move", state="closed", version=1, reason="she lives with her sister now").json()
    assert (asked["state"], asked["lower_to"], asked["closed_at"]) == ("open", "closed", None)
    assert house.reasons(UUID(case_id)) == {"closing"}
    house.clock.forward(minutes=1)
    assert act(supervisor, case_id, "decide", approve=False).json()["lower_to"] is None
    house.clock.forward(minutes=1)
    act(counselor, case_id, "move", state="closed", version=3, reason="she lives with her sister now")
    house.clock.forward(minutes=1)
    closed = act(supervisor, case_id, "decide", approve=True).json()
    assert (closed["state"], bool(closed["closed_at"])) == ("closed", True)
    told = [(line["what"], line["words"]) for line in closed["timeline"] if line["kind"] == "note"]
    assert [what for what, _ in told] == ["asked", "decided", "asked", "decided"]
    assert told[1][1] == "closed: refused"
    assert not house.rows(Duty, Duty.ended_at.is_(None))


def test_an_approved_closing_is_refused_while_something_new_is_open(house: House, opened: Callable[..., str]) -> None:
    case_id, counselor = opened(**EMERGENCY), house.desk("counselor")
    with house.sessions.begin() as tx:
        tx.get_one(Case, UUID(case_id)).lower_to = "closed"
    refused = act(house.desk("supervisor"), case_id, "decide", approve=True)
    assert (refused.status_code, len(refused.json()["open"])) == (409, 2)
    assert counselor.get(f"/api/cases/{case_id}").json()["lower_to"] == "closed", "it waits on"


def test_a_refused_lowering_leaves_level_and_clock(house: House, opened: Callable[..., str]) -> None:
    case_id, desk = opened(triage_level="urgent"), house.desk("counselor")
    before = house.row(Case, UUID(case_id))
    house.clock.forward(minutes=5)
    act(desk, case_id, "triage", level="info", version=1, reason="it was a mistake")
    assert house.row(Case, UUID(case_id)).respond_by == before.respond_by, "until it is decided"
    act(house.desk("supervisor"), case_id, "decide", approve=False)
    after = house.row(Case, UUID(case_id))
    assert (after.triage_level, after.respond_by) == ("urgent", before.respond_by)


def test_raising_owes_one_response_sooner_and_takes_back_what_waited(house: House, opened: Callable[..., str]) -> None:
    case_id, desk, began = opened(triage_level="urgent"), house.desk("counselor"), house.clock.at
    act(desk, case_id, "triage", level="low", version=1, reason="it was a mistake")
    raised = act(desk, case_id, "triage", level="emergency", version=2, reason="he has pills").json()
    assert (raised["triage_level"], raised["lower_to"]) == ("emergency", None)
    (owed,) = house.rows(Duty, Duty.kind == "first_response")
    assert (owed.due_at, owed.priority) == (began, "danger")
    assert not house.rows(Duty, Duty.kind == "review", Duty.ended_at.is_(None))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["urgent", "high", "moderate", "low"]), st.integers(0, 400))
def test_a_response_after_raising_is_owed_by_the_target_from_the_first_contact(
    house: House, opened: Callable[..., str], level: str, hours: int
) -> None:
    number = f"+8210{uuid4().int % 10**8:08}"
    case_id, began = opened(number, number, triage_level="info"), house.clock.at
    house.clock.forward(hours=hours)
    act(house.desk("counselor"), case_id, "triage", level=level, version=1, reason="she said more")
    case, target = house.row(Case, UUID(case_id)), TARGETS[level]
    assert target is not None
    assert (case.respond_by, case.responded_at) == (began + target, None)
    assert [row.due_at for row in house.rows(Duty, Duty.case_id == case.id)] == [began + target]


def test_bad_edits_are_answered_clearly(house: House, opened: Callable[..., str]) -> None:
    case_id, desk = opened(), house.desk("counselor")
    for values in (
        {"plan": {"words": ""}}, {"plan": {"words": "x", "goals": [{"words": "y", "state": "lost"}]}},
        {"plan": {"words": "900101-1234567"}}, {"plan": {"words": "x", "goals": [{"words": "y"}] * 21}},
        {"topic": "weather"}, {"owner_id": "me"}, {"state": "closed"},
    ):  # fmt: skip
        assert edit(desk, case_id, 1, **values).status_code == 422, values
    assert edit(desk, str(uuid4()), 1).status_code == 404
    assert edit(house.desk("field"), case_id, 1).status_code == 403
    act(desk, case_id, "move", state="closed", version=1, reason="moved away")
    assert edit(desk, case_id, 2, topic="work").status_code == 409


def test_a_story_is_read_page_by_page_and_nothing_is_told_twice_or_left_out(
    house: House, opened: Callable[..., str]
) -> None:
    case_id, desk = opened(**EMERGENCY), house.desk("counselor")
    for n in range(7):
        act(desk, case_id, "notes", words=f"note {n}")
        house.clock.forward(seconds=n % 2)
    whole = desk.get(f"/api/cases/{case_id}/timeline?limit=200").json()
    assert (len(whole["timeline"]), whole["earlier"]) == (10, None)
    for size in (1, 3):
        read: list[Any] = []
        before = ""
        while True:
            page = desk.get(f"/api/cases/{case_id}/timeline?limit={size}{before}").json()
            read = page["timeline"] + read
            if page["earlier"] is None:
                break
            before = f"&before={page['earlier']}"
        assert read == whole["timeline"]
    for before in ("x", "note~2026~x", f"note~x~{uuid4()}", "note~2026-11-24T18:00:00Z~x"):
        assert desk.get(f"/api/cases/{case_id}/timeline?before={before}").status_code == 422, before
    assert desk.get(f"/api/cases/{uuid4()}/timeline").status_code == 404


def test_the_board_is_read_page_by_page_those_who_wait_first(house: House, opened: Callable[..., str]) -> None:
    levels = ["info", "high", "info", "urgent", "low"]
    made = []
    for n, level in enumerate(levels):
        made.append(opened(f"CA{n}", f"+82101234567{n}", triage_level=level))
        house.clock.forward(minutes=1)
    order = [made[n] for n in (3, 1, 4, 0, 2)]
    desk, listed, after = house.desk("counselor"), list[str](), ""
    while page := desk.get(f"/api/cases?limit=2{after}").json():
        listed += [case["id"] for case in page]
        after = f"&after={page[-1]['place']}"
    assert listed == order
    everything = [case["id"] for case in desk.get("/api/cases?open_only=false").json()]
    assert everything == made[::-1]
    other = desk.get("/api/cases?open_only=false&limit=1").json()[0]["place"]
    assert desk.get(f"/api/cases?after={other}").status_code == 422, "a place of another list"


def test_cases_are_found_by_number_and_name_and_the_search_is_in_the_audit(
    house: House, opened: Callable[..., str]
) -> None:
    kim, lee = opened(reporter={"name": "김"}), opened("CA2", reporter={"name": "이"})
    desk = house.desk("counselor")

    def found(**sought: str) -> set[str]:
        return {case["id"] for case in desk.post("/api/cases/search", json=sought).json()}

    assert found(phone="010-1234-5678") == {kim, lee}
    assert found(phone="010-1234-5678", name="이") == {lee}
    assert (found(name="김"), found(name="박")) == ({kim}, set())
    for bad in ({}, {"phone": "12"}, {"name": ""}, {"name": "x" * 81}):
        assert desk.post("/api/cases/search", json=bad).status_code == 422, bad
    log = house.desk("supervisor").get("/api/audit?kind=case&id=-").json()
    assert len(log) >= 4
    assert "김" not in str(log)


@given(st.text(max_size=12).filter(lambda part: "~" not in part), st.datetimes(), st.uuids())
def test_a_place_is_read_back_as_it_was_written(part: str, at: Any, key: UUID) -> None:
    from datetime import UTC

    place = (part, at.replace(tzinfo=UTC), key)
    assert paging.read(paging.written(place), field="after") == place
    assert paging.read(paging.written((part, place[1] + timedelta(0), key)), field="after") == place


@given(st.text(max_size=60))
def test_what_is_no_place_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        paging.read(words, field="after")
