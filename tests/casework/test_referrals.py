"""A referral goes out with consent, is answered by a deadline, and whoever referred hears what became of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from casework.tables import Case, Duty, Referral
from tests.casework.conftest import Desk, House
from tests.casework.test_at_once import at_once

Fill = Callable[..., dict[str, Any]]
OUTSIDE = {"partner": "서울마음편의점 관악점", "purpose": "점심 모임에 함께 가기", "consent": "given"}
INSIDE = {"team": "center", "purpose": "심층상담", "consent": "given"}


@pytest.fixture
def case_id(house: House, form: Fill) -> str:
    path = f"/api/contacts/{house.talk()}/finalize"
    return str(house.desk("counselor").post(path, json={"form": form()}).json()["case_id"])


def refer(desk: Desk, case_id: str, **wish: Any) -> dict[str, Any]:
    answer = desk.post(f"/api/cases/{case_id}/referrals", json=wish)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def move(desk: Desk, referral: dict[str, Any], state: str, **more: Any) -> Any:
    body = {"state": state, "version": referral["version"]} | more
    return desk.post(f"/api/referrals/{referral['id']}/move", json=body)


def test_a_team_of_the_house_owes_an_answer_and_gives_it(house: House, case_id: str) -> None:
    desk, worker = house.desk("counselor"), house.desk("social_worker")
    sent = move(desk, refer(desk, case_id, **INSIDE), "sent").json()
    (duty,) = house.rows(Duty)
    assert (duty.kind, duty.team, duty.due_at) == ("referral", "center", house.clock.at + timedelta(days=3))
    assert [each["id"] for each in worker.get("/api/referrals").json()] == [sent["id"]]
    assert move(desk, sent, "accepted").status_code == 403, "it is not the counselors' to answer"
    accepted = move(worker, sent, "accepted").json()
    assert (accepted["answered_by"], house.rows(Duty)[0].state) == ("social_worker", "done")
    done = move(worker, accepted, "done", words="네 번 만남").json()
    assert (done["state"], done["words"], done["answered_at"]) == ("done", "네 번 만남", accepted["answered_at"])
    assert house.work().count("ReferralSettled") == 2
    story = desk.get(f"/api/cases/{case_id}").json()["timeline"]
    assert ("referral", "done", "center") in {(line["kind"], line["state"], line["what"]) for line in story}


def test_a_partner_who_does_not_answer_is_asked_after_and_then_it_expires(house: House, case_id: str) -> None:
    desk = house.desk("counselor")
    move(desk, refer(desk, case_id, **OUTSIDE), "sent")
    (duty,) = house.rows(Duty)
    assert (duty.state, duty.owner_id) == ("planned", house.person("counselor").id)
    house.clock.forward(days=3)
    house.work()
    assert house.rows(Duty)[0].state == "due", "the referrer asks after it"
    house.clock.forward(days=1)
    house.work()
    assert house.rows(Duty, Duty.kind == "referral")[0].state == "overdue"
    house.clock.forward(days=10)
    house.work()
    (referral,) = house.rows(Referral)
    assert (referral.state, bool(referral.closed_at)) == ("expired", True)
    owed = {row.kind: row for row in house.rows(Duty, Duty.ended_at.is_(None), Duty.kind != "review")}
    assert set(owed) == {"follow_up"}, "what to do instead"
    assert owed["follow_up"].owner_id == referral.referred_by


def test_a_refusal_needs_its_reason_and_comes_back_to_whoever_referred(house: House, case_id: str) -> None:
    desk = house.desk("counselor")
    sent = move(desk, refer(desk, case_id, **OUTSIDE), "sent").json()
    assert move(desk, sent, "rejected").status_code == 422
    rejected = move(desk, sent, "rejected", words="자리가 없음", by="관악점 이팀장").json()
    assert (rejected["answered_by"], rejected["words"]) == ("관악점 이팀장", "자리가 없음")
    (owed,) = house.rows(Duty, Duty.ended_at.is_(None))
    assert (owed.kind, owed.owner_id) == ("follow_up", house.person("counselor").id)


@pytest.mark.parametrize("consent", ["refused", "not_possible", "overridden"])
def test_nothing_goes_out_without_consent_or_a_reasoned_override(house: House, case_id: str, consent: str) -> None:
    desk = house.desk("counselor")
    draft = refer(desk, case_id, **OUTSIDE | {"consent": consent})
    refused = move(desk, draft, "sent")
    assert (refused.status_code, refused.json()["at"]) == (422, "consent")
    assert not house.rows(Duty)
    reasoned = {"consent": consent, "reason": "생명이 위급함", "legal_basis": "PIPA 18(2)3"}
    sent = move(desk, refer(desk, case_id, **OUTSIDE | reasoned), "sent")
    assert sent.status_code == (200 if consent == "overridden" else 422)


def test_an_open_referral_keeps_a_case_open_and_revoking_frees_it(house: House, case_id: str) -> None:
    desk = house.desk("counselor")
    sent = move(desk, refer(desk, case_id, **INSIDE), "sent").json()
    close = {"state": "closed", "version": 1, "reason": "moved away"}
    refused = desk.post(f"/api/cases/{case_id}/move", json=close)
    assert (refused.status_code, f"referral {sent['id']}" in refused.json()["open"]) == (409, True)
    assert move(desk, sent, "revoked").status_code == 422, "say why"
    assert move(desk, sent, "revoked", words="본인이 원하지 않음").json()["state"] == "revoked"
    assert house.rows(Duty)[0].state == "cancelled"
    assert desk.post(f"/api/cases/{case_id}/move", json=close).json()["state"] == "closed"


def test_a_case_is_never_closed_with_a_referral_that_was_just_written(house: House, form: Fill) -> None:
    desk, supervisor = house.desk("counselor"), house.desk("supervisor")
    for n in range(4):
        contact = house.talk(f"CA{n}", f"+82101234567{n}")
        case = desk.post(f"/api/contacts/{contact}/finalize", json={"form": form()}).json()["case_id"]
        draft = refer(desk, case, **INSIDE)
        answers = at_once(
            [
                lambda draft=draft: move(desk, draft, "sent"),  # type: ignore[misc]
                lambda case=case: supervisor.post(  # type: ignore[misc]
                    f"/api/cases/{case}/move", json={"state": "closed", "version": 1, "reason": "all is well"}
                ),
            ]
        )
        assert [answer.status_code for answer in answers] == [200, 409]
    assert {row.state for row in house.rows(Case)} == {"open"}


def test_bad_requests_are_answered_clearly(house: House, case_id: str) -> None:
    desk, path = house.desk("counselor"), f"/api/cases/{case_id}/referrals"
    for wish in (
        {}, {"team": "center"}, INSIDE | {"team": "police"}, INSIDE | {"partner": "both"}, INSIDE | {"purpose": ""},
        INSIDE | {"consent": "maybe"}, INSIDE | {"purpose": "900101-1234567"}, OUTSIDE | {"partner": "x" * 201},
    ):  # fmt: skip
        assert desk.post(path, json=wish).status_code == 422, wish
    draft = refer(desk, case_id, **INSIDE)
    assert move(desk, draft | {"version": 7}, "sent").json()["current"] == {"state": "draft"}
    assert move(desk, draft, "lost").status_code == 422
    assert move(desk, draft | {"id": str(uuid4())}, "sent").status_code == 404
    assert desk.post(f"/api/cases/{uuid4()}/referrals", json=INSIDE).status_code == 404
    assert desk.get(f"/api/referrals/{uuid4()}").status_code == 404
    assert house.desk("dispatcher").get("/api/referrals").status_code == 403
    assert [each["id"] for each in desk.get("/api/referrals?view=mine").json()] == [draft["id"]]
    desk.post(f"/api/cases/{case_id}/move", json={"state": "closed", "version": 1, "reason": "moved away"})
    assert move(desk, draft, "revoked", words="끝남").status_code == 200
    desk.post(f"/api/cases/{case_id}/move", json={"state": "closed", "version": 1, "reason": "moved away"})
    assert desk.post(path, json=INSIDE).status_code == 409
