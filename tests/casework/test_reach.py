"""What one may not know of does not exist: it is in no list, and not found by its id."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.tables import Case, Contact, Dispatch, Duty, Visit
from core.grants import Grant
from tests.casework.conftest import EMERGENCY, Desk, House

Fill = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Emergency:
    """One emergency of the counselor hana, in the district 11680, with all that hangs on it."""

    contact: UUID
    case: UUID
    visit: UUID
    dispatch: UUID

    @property
    def reads(self) -> list[str]:
        return [f"contacts/{self.contact}", f"cases/{self.case}", f"visits/{self.visit}", f"dispatches/{self.dispatch}"]


LISTS = ("contacts?view=recent", "cases", "visits", "dispatches")


@pytest.fixture
def there(house: House, form: Fill) -> Emergency:
    house.person("counselor", name="hana", team="1")
    contact_id = house.talk(counselor="hana")
    subject = {"district": "11680", "birth_year": 1950}
    body = {"form": form(subject=subject, **EMERGENCY)}
    reply = house.desk("counselor", name="hana").post(f"/api/contacts/{contact_id}/finalize", json=body)
    assert reply.status_code == 200, reply.text
    ids = [house.rows(table)[0].id for table in (Case, Visit, Dispatch)]
    return Emergency(contact_id, *ids)


def seen(desk: Desk, there: Emergency) -> set[str]:
    """Name what somebody finds, by id and in lists alike; what they lack the permission for counts as not found."""
    found = set()
    for path, listed in zip(there.reads, LISTS, strict=True):
        reply, rows = desk.get(f"/api/{path}"), desk.get(f"/api/{listed}")
        assert (reply.status_code == 403) == (rows.status_code == 403)
        assert reply.status_code in {200, 403, 404}, "never a refusal that says it is there"
        if rows.status_code == 200:
            assert (reply.status_code == 200) == (len(rows.json()) == 1), path
        found |= {path.split("/")[0]} if reply.status_code == 200 else set()
    return found


ALL = {"contacts", "cases", "visits", "dispatches"}


@pytest.mark.parametrize(
    ("role", "more", "found"),
    [
        ("counselor", {"name": "hana"}, ALL),
        ("counselor", {"name": "duri", "team": "1"}, set()),
        ("senior_counselor", {"team": "1"}, ALL),
        ("senior_counselor", {"team": "2"}, set()),
        ("senior_counselor", {}, set()),
        ("social_worker", {"district": "11680"}, {"visits"}),
        ("social_worker", {"district": "11500"}, set()),
        ("supervisor", {}, ALL),
        ("field", {"district": "11680"}, {"visits"}),
        ("field", {"district": "11500"}, set()),
        ("field", {}, set()),
        ("dispatcher", {}, {"dispatches"}),
        ("program", {}, set()),
        ("partner", {"district": "11680"}, set()),
        ("auditor", {}, set()),
        ("admin", {}, set()),
    ],
)
def test_each_role_finds_what_it_reaches_and_nothing_else(
    house: House, there: Emergency, role: str, more: dict[str, str], found: set[str]
) -> None:
    person: Any = {"name": role, **more}
    assert seen(house.desk(role, **person), there) == found


def test_whoever_owes_something_reaches_what_it_is_about_until_it_is_done(house: House, there: Emergency) -> None:
    worker, program = house.desk("social_worker"), house.desk("program")
    assert seen(worker, there) == set()
    with house.sessions.begin() as tx:
        at, day = house.clock.at, timedelta(days=1)
        owed = Duty(id=uuid4(), kind="in_depth_callback", team="center", case_id=there.case, created_at=at, opens_at=at)
        owed.due_at = owed.watch_at = at + day
        owed.owner_id = house.person("program").id
        tx.add(owed)
    assert seen(worker, there) == ALL, "it is their team's"
    assert seen(program, there) == {"cases"}
    with house.sessions.begin() as tx:
        tx.get_one(Duty, owed.id).ended_at = house.clock.at
    assert seen(program, there) == set()


@pytest.mark.parametrize("role", ["field", "senior_counselor", "program"])
def test_who_has_no_district_and_no_team_does_not_reach_what_has_none(
    house: House, there: Emergency, role: str
) -> None:
    with house.sessions.begin() as tx:
        case = tx.get_one(Case, there.case)
        case.district = case.owner_id = None
    assert seen(house.desk(role), there) == set()


def test_who_is_to_go_there_finds_the_visit(house: House, there: Emergency) -> None:
    partner = house.desk("partner")
    assert seen(partner, there) == set()
    with house.sessions.begin() as tx:
        tx.get_one(Visit, there.visit).workers = [house.person("partner").id]
    assert seen(partner, there) == {"visits"}


def test_what_is_granted_reaches_as_far_as_the_grant_says_and_as_long(house: House, there: Emergency) -> None:
    duri, at = house.desk("counselor", name="duri"), house.clock.at
    with house.sessions.begin() as tx:
        given = Grant(id=uuid4(), staff_id=house.person("counselor", name="duri").id, role="supervisor", reason="ill")
        given.scope, given.district, given.granted_by = "district", "11680", uuid4()
        given.since, given.until = at, at + timedelta(hours=1)
        tx.add(given)
    assert seen(duri, there) == ALL
    house.clock.forward(hours=1)
    assert seen(duri, there) == set()


def test_what_is_out_of_reach_cannot_be_changed_either(house: House, there: Emergency) -> None:
    duri, abroad = house.desk("counselor", name="duri"), house.desk("field", district="11500")
    why = {"reason": "only curious"}
    asked = [
        duri.post(f"/api/contacts/{there.contact}/reveal", json=why),
        duri.patch(f"/api/contacts/{there.contact}", json={"version": 1, "form": {}}),
        duri.post(f"/api/contacts/{there.contact}/finalize", json={}),
        duri.get(f"/api/contacts/{there.contact}/flags"),
        duri.post(f"/api/cases/{there.case}/move", json={"state": "plan", "version": 1}),
        duri.post(f"/api/cases/{there.case}/triage", json={"level": "info", "version": 1, **why}),
        duri.post(f"/api/cases/{there.case}/notes", json={"words": "hello"}),
        abroad.post(f"/api/visits/{there.visit}/reveal", json=why),
        abroad.post(f"/api/visits/{there.visit}/acknowledge"),
        abroad.post(f"/api/visits/{there.visit}/move", json={"state": "en_route"}),
    ]
    assert [reply.status_code for reply in asked] == [404] * len(asked)
    senior = house.desk("senior_counselor", team="1")
    assert senior.patch(f"/api/contacts/{there.contact}", json={"version": 1, "form": {}}).status_code == 403
    assert house.row(Contact, there.contact).state == "finalized"
