"""What is agreed with a person in these tests: their case, a care plan, a safety plan, companion calls."""

from typing import Any
from uuid import UUID

import httpx

from casework.tables import Case
from tests.casework.conftest import NUMBER, House

FORM = {
    "relation": "self", "topic": "loneliness", "outcome_class": "data", "triage_level": "info",
    "consent": {"answer": "given"}, "notes": "저녁이면 전화하심.", "subject": {"name": "김영수", "phone": NUMBER},
}  # fmt: skip
SAFETY = {
    "signs": ["잠을 못 잔다"],
    "own_ways": ["화분에 물을 준다"],
    "places": ["동네 도서관"],
    "people": [{"name": "박민지", "phone": "010-2222-3333", "gives": "company"}],
    "professionals": [
        {"name": "마음건강센터", "phone": "1577-0199", "hours": "24시간"},
        {"name": "119", "phone": "119"},
    ],
    "safer_place": ["약은 동생이 맡아 둔다"],
}
TUESDAYS = {"weekday": "tue", "call_time": "10:00", "first_on": "2026-11-25"}


def open_case(house: House, call: str = "CA1", **changes: Any) -> str:
    """Open a case through a finalized contact; the social worker is of the counselor's team."""
    house.person("social_worker", team="gangnam")
    desk = house.desk("counselor", team="gangnam")
    answer = desk.post(f"/api/contacts/{house.talk(call)}/finalize", json={"form": {**FORM, **changes}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["case_id"])


def subject_of(house: House, case_id: str) -> str:
    """Give the person a case is about."""
    return str(house.row(Case, UUID(case_id)).subject_person_id)


def care_words(**changes: Any) -> dict[str, Any]:
    """Give a care plan's words, with changes."""
    whole = {
        "helps": ["이름을 불러 드린다"], "avoid": ["가족 이야기부터 묻지 않는다"], "rhythm": "매일 저녁 한 번",
        "limits": [], "preferred": [], "review_on": "2026-12-24", "expires_on": "2027-02-24",
    }  # fmt: skip
    return {**whole, **changes}


LIMIT = {"words": "한 번에 30분쯤 이야기하기로 함께 정함", "agreed_on": "2026-11-20"}


def put(house: House, path: str, body: dict[str, Any], *, role: str = "counselor", name: str = "") -> httpx.Response:
    """Send a change."""
    return house.desk(role, name=name).request("PUT", path, json=body)


def agree_on_calls(house: House, case_id: str, **changes: Any) -> dict[str, Any]:
    """Agree on companion calls by the social worker."""
    agreed = {**TUESDAYS, "companion_id": str(house.person("social_worker").id), **changes}
    answer = house.desk("social_worker").post(f"/api/cases/{case_id}/companion-rhythms", json=agreed)
    assert answer.status_code == 201, answer.text
    whole: dict[str, Any] = answer.json()
    return whole
