"""Over HTTP too, each thing moves as its table says and in no other way; those of cases are tried in test_cases.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.policy.states import DISPATCH, REFERRAL, SCREENING, VISIT, Machine
from casework.service.dispatches import REPORTED
from casework.tables import Dispatch, Referral, Screening, Visit
from tests.casework.conftest import EMERGENCY, Desk, House

Fill = Callable[..., dict[str, Any]]


@dataclass
class Asked:
    """One thing, where its moves are asked for, and which words of its table may be asked for there."""

    machine: Machine
    table: Any
    id: UUID
    path: str
    words: frozenset[str]
    more: dict[str, Any]
    versioned: bool = True

    def body(self, to: str, version: int) -> dict[str, Any]:
        body = self.more | ({"version": version} if self.versioned else {})
        return body if self.machine is SCREENING else body | {"state": to}


@pytest.fixture
def supervisor(house: House) -> Desk:
    return house.desk("supervisor")


@pytest.fixture
def things(house: House, supervisor: Desk, form: Fill) -> list[Asked]:
    path = f"/api/contacts/{house.talk()}/finalize"
    case_id = supervisor.post(path, json={"form": form(**EMERGENCY)}).json()["case_id"]
    wish = {"team": "supervisors", "purpose": "a talk", "consent": "given"}
    referral = UUID(supervisor.post(f"/api/cases/{case_id}/referrals", json=wish).json()["id"])
    asked = {"instrument": "phq2", "case_id": case_id}
    screening = UUID(supervisor.post("/api/screenings", json=asked).json()["id"])
    visit, dispatch = house.rows(Visit)[0].id, house.rows(Dispatch)[0].id
    pair = [str(house.person("field", name=name).id) for name in "ab"]
    later = (house.clock.at + timedelta(days=1)).isoformat()
    words = {"words": "as it was agreed"}
    return [
        Asked(REFERRAL, Referral, referral, f"/api/referrals/{referral}/move", REFERRAL.states - {"expired"}, words),
        Asked(SCREENING, Screening, screening, f"/api/screenings/{screening}/finish", frozenset({"finished"}), {}),
        Asked(
            VISIT, Visit, visit, f"/api/visits/{visit}/move", VISIT.states - {"requested"},
            words | {"scheduled_for": later, "workers": pair},
        ),
        Asked(
            DISPATCH, Dispatch, dispatch, f"/api/dispatches/{dispatch}/milestone", frozenset(REPORTED), words,
            versioned=False,
        ),
    ]  # fmt: skip


def test_every_move_of_the_tables_is_allowed_and_no_other(house: House, supervisor: Desk, things: list[Asked]) -> None:
    for thing in things:
        for now in sorted(thing.machine.states):
            for to in sorted(thing.words):
                with house.sessions.begin() as tx:
                    row = tx.get_one(thing.table, thing.id)
                    row.state, version = now, row.version
                status = supervisor.post(thing.path, json=thing.body(to, version)).status_code
                # What it is already it may be said to be once more; a referral is read at its version.
                again = now == to and thing.machine is not REFERRAL
                allowed = to in thing.machine.moves[now] or again
                assert status == (200 if allowed else 409), (thing.machine.name, now, to)


def test_a_word_that_nobody_may_ask_for_is_refused_as_one(supervisor: Desk, things: list[Asked]) -> None:
    for thing in things:
        for to in sorted(thing.machine.states - thing.words) if thing.machine is not SCREENING else ():
            assert supervisor.post(thing.path, json=thing.body(to, 1)).status_code in {409, 422}, (thing.path, to)
