"""The form is saved bit by bit, masked for its readers, and opened only for a reason."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from casework.tables import Contact
from core.access_log import AccessEntry
from tests.casework.conftest import DISPATCH, NUMBER, VISIT, House

Fill = Callable[..., dict[str, Any]]


def save(house: House, contact_id: Any, version: int, **form: Any) -> Any:
    return house.desk("counselor").patch(f"/api/contacts/{contact_id}", json={"version": version, "form": form})


def test_a_draft_keeps_every_part_ever_saved(house: House) -> None:
    contact_id = house.talk()
    assert save(house, contact_id, 1, notes="첫 줄").json()["version"] == 2
    assert save(house, contact_id, 2, subject={"birth_year": 1950}).json()["version"] == 3
    assert save(house, contact_id, 3, subject={"district": "11680"}).json()["version"] == 4
    assert save(house, contact_id, 4, notes=None, topic="work").json()["form"] == {
        "subject": {"birth_year": 1950, "district": "11680"},
        "topic": "work",
    }
    assert save(house, contact_id, 5, topic="work").json()["version"] == 5, "nothing changed"


def test_a_stale_edit_is_refused_with_what_is_there_now(house: House) -> None:
    contact_id = house.talk()
    save(house, contact_id, 1, notes="mine")
    answer = save(house, contact_id, 1, notes="theirs")
    assert answer.status_code == 409
    assert (answer.json()["version"], answer.json()["current"]) == (2, {"notes": "mine"})
    stale = house.desk("counselor").post(f"/api/contacts/{contact_id}/finalize", json={"version": 1})
    assert stale.status_code in {409, 422}


def test_names_telephones_and_addresses_are_masked_and_a_mask_sent_back_changes_nothing(house: House) -> None:
    contact_id = house.talk()
    step = {"visit": VISIT, "dispatch": DISPATCH}
    shown = save(house, contact_id, 1, reporter={"name": "김외로움", "phone": "010-9999-8888"}, next_step=step).json()
    assert shown["form"]["reporter"] == {"name": "김○○○", "phone": "•••••••••8888"}
    assert shown["form"]["next_step"]["visit"]["address"] == "•••"
    assert shown["form"]["next_step"]["dispatch"]["place"] == "•••"
    assert shown["caller"] == "•••••••••5678"
    again = save(house, contact_id, 2, **shown["form"])
    assert (again.status_code, again.json()["version"]) == (200, 2)
    desk = house.desk("counselor")
    clear = desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "calling back"}).json()
    assert clear["form"]["reporter"] == {"name": "김외로움", "phone": "010-9999-8888"}
    assert clear["caller"] == NUMBER
    assert save(house, contact_id, 2, reporter={"name": "이○○"}).status_code == 422


def test_looking_behind_the_mask_is_written_down_with_its_reason(house: House) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    for reason in ("", "why", "    x    ", None):
        assert desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": reason}).status_code == 422
    assert not house.rows(AccessEntry, AccessEntry.action == "reveal")
    desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "the line dropped"})
    (entry,) = house.desk("supervisor").get(f"/api/access?whose={contact_id}").json()
    assert (entry["action"], entry["reason"]) == ("reveal", "the line dropped")
    assert entry["actor_id"] == str(house.person("counselor").id)
    stranger = house.desk("counselor", name="stranger")
    assert stranger.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "curious"}).status_code == 404
    assert house.desk("field").post(f"/api/contacts/{contact_id}/reveal", json={"reason": "curious"}).status_code == 403


def test_a_repeat_caller_is_known_without_being_read(house: House, form: Fill) -> None:
    first = house.talk("CA1")
    body = {"form": form(reporter={"name": "김외로움"}, subject={"birth_year": 1960})}
    assert house.desk("counselor").post(f"/api/contacts/{first}/finalize", json=body).status_code == 200
    house.clock.forward(days=2)
    second = house.ring("CA2")
    seen = house.desk("counselor").get(f"/api/contacts/{second}").json()
    assert seen["earlier_calls"] == 1
    (known,) = seen["known"]
    assert (known["name"], known["birth_year"]) == ("김○○○", 1960)


NAMES = ["👵🏽 할머니", "محمد عبد الله", "שרה", "Ñandú O'Neill-García", "𠮷野家"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_are_kept_as_they_are(house: House, form: Fill, name: str) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    body = {"form": form(reporter={"name": name}, notes=name * 3)}
    assert desk.post(f"/api/contacts/{contact_id}/finalize", json=body).status_code == 200
    clear = desk.post(f"/api/contacts/{contact_id}/reveal", json={"reason": "to be sure"}).json()
    assert clear["form"]["reporter"]["name"] == name


BAD_FORMS = [
    {"notes": "x" * 20_001},
    {"notes": "a\x00b"},
    {"notes": "주민번호 900101-1234567"},
    {"reporter": {"name": "900101-1234567"}},
    {"subject": {"birth_year": 3}},
    {"subject": {"birth_year": "old"}},
    {"topic": "nonsense"},
    {"triage_level": "whatever"},
    {"relation": ["self"]},
    {"shoe_size": 42},
    {"next_step": {"follow_up": {"due": "tomorrow"}}},
    {"next_step": {"follow_up": {"due": "2026-12-01T00:00:00"}}},
    {"next_step": {"follow_up": {"due": "9999-12-31T23:59:59Z"}}},
    {"next_step": {"in_depth": {"window": {"start": "2026-12-02T00:00:00Z", "end": "2026-12-01T00:00:00Z"}}}},
    {"consent": {"answer": "yes"}},
    "a string",
    None,
]


@pytest.mark.parametrize("bad", BAD_FORMS)
def test_a_bad_part_is_refused_and_the_draft_stays(house: House, bad: Any) -> None:
    contact_id = house.talk()
    for method, path in (("PATCH", ""), ("POST", "/finalize")):
        desk = house.desk("counselor")
        answer = desk.request(method, f"/api/contacts/{contact_id}{path}", json={"version": 1, "form": bad})
        assert answer.status_code == 422, answer.text
    assert house.row(Contact, contact_id).form_cipher is None


def test_notes_of_exactly_the_limit_are_kept(house: House) -> None:
    assert save(house, house.talk(), 1, notes="긴" * 20_000).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"version": 1, "form": {"notes": "\\ud800"}}', b"\xff\xfe"]
)
def test_malformed_json_is_refused(house: House, body: bytes) -> None:
    contact_id = house.talk()
    answer = house.desk("counselor").patch(
        f"/api/contacts/{contact_id}", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_window_that_only_both_halves_make_wrong_is_refused_too(house: House) -> None:
    contact_id = house.talk()
    save(house, contact_id, 1, next_step={"in_depth": {"window": {"start": "2026-12-02T00:00:00Z"}}})
    late = save(house, contact_id, 2, next_step={"in_depth": {"window": {"end": "2026-12-01T00:00:00Z"}}})
    assert late.status_code == 422


def test_lists_show_ones_own_and_the_unowned_and_a_supervisor_everything(house: House) -> None:
    house.talk("CA1", counselor="hana")
    house.clock.forward(minutes=1)
    house.talk("CA2", counselor="duri")
    house.clock.forward(minutes=1)
    house.ring("CA3", None)
    hana, supervisor = house.desk("counselor", name="hana"), house.desk("supervisor")
    assert len(hana.get("/api/contacts").json()) == 1
    assert len(hana.get("/api/contacts?view=recent").json()) == 2
    everything = supervisor.get("/api/contacts?view=recent").json()
    assert [one["state"] for one in everything] == ["open", "draft", "draft"]
    assert everything[0]["caller"] is None
    older = supervisor.get("/api/contacts", params={"view": "recent", "before": everything[1]["opened_at"]}).json()
    assert len(older) == 1
    for wrong in ("state=lost", "limit=0", "limit=9999", "before=yesterday", "nonsense=1"):
        assert supervisor.get(f"/api/contacts?{wrong}").status_code == 422


def test_a_finalized_contact_is_no_longer_edited(house: House) -> None:
    contact_id, desk = house.talk(), house.desk("counselor")
    body = {"form": {"outcome_class": "non_data", "outcome": "test"}}
    version = desk.post(f"/api/contacts/{contact_id}/finalize", json=body).json()["version"]
    assert save(house, contact_id, version, notes="more").status_code == 409


def test_what_is_no_contact_is_not_found_and_nobody_unknown_gets_in(house: House) -> None:
    desk = house.desk("counselor")
    assert desk.get(f"/api/contacts/{uuid4()}").status_code == 404
    assert desk.get("/api/contacts/one").status_code == 422
    assert save(house, uuid4(), 1).status_code == 404
    assert house.visitor().get("/api/contacts").status_code == 401
    assert house.visitor(Authorization="Bearer nonsense").get("/api/contacts").status_code == 401
    assert house.desk("dispatcher").get("/api/contacts").status_code == 403


def test_a_waiting_contact_cannot_be_finalized_by_a_counselor(house: House, form: Fill) -> None:
    contact_id = house.ring()
    desk, supervisor = house.desk("counselor"), house.desk("supervisor")
    assert desk.post(f"/api/contacts/{contact_id}/finalize", json={"form": form()}).status_code == 403
    refused = supervisor.post(f"/api/contacts/{contact_id}/finalize", json={"form": form()})
    assert refused.status_code == 409
    assert refused.json()["allowed"] == ["draft", "in_progress", "voided"]
