"""A dispatch that no machine takes is read to a person over the telephone, until somebody presses the key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.conftest import Counselor, Line
from tests.calls.promise import in_time, rows
from tests.calls.telephone import network_at
from tests.console.test_pages import OURS, browser
from tests.house import ACCOUNT, TOKEN, open_house, waited_for, worker_port

DESK, OFFICER = "+82221234567", "+821099990000"
FORM = {
    "relation": "self", "topic": "suicide", "outcome_class": "data", "triage_level": "emergency",
    "next_step": {
        "dispatch": {
            "kind": "119", "place": "마포구 월드컵로 1, 302호", "place_source": "caller", "confidence": "exact",
            "danger": "약을 많이 드셨다고 합니다", "callback_number": "010-1234-5678",
        }
    },
}  # fmt: skip
ATTEMPTS = "select page, host, state from casework_dispatch_attempt order by page"


@pytest.fixture
def line(clean_database: str, clean_redis: str, tmp_path: Path) -> Iterator[Line]:
    """A line whose dispatches have telephones, and no endpoint."""
    port = worker_port(250)
    more: dict[str, Any] = {
        "twilio_api_url": f"http://127.0.0.1:{port}", "dispatch_phones": {"119": DESK, "officer": OFFICER},
    }  # fmt: skip
    with (
        open_house(clean_database, clean_redis, tmp_path, **more) as house,
        network_at(port, house.url, ACCOUNT, TOKEN) as telephone,
    ):
        yield Line(house, telephone)


def emergency(line: Line) -> Counselor:
    """Finalize a conversation as an emergency."""
    hana = line.counselor()
    caller = line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    hana.comes_to("on_contact")
    reply = hana.client.post(f"/api/contacts/{contact}/finalize", json={"form": FORM})
    assert reply.status_code == 200, reply.text
    return hana


def state(line: Line) -> tuple[str, str]:
    """Give the dispatch's state and who acknowledged it."""
    ((now, by),) = rows(line, "select state, coalesce(acknowledged_by, '') from casework_dispatch")
    return now, by


def test_the_agencys_desk_hears_the_record_and_takes_it_by_a_key(line: Line) -> None:
    line.telephone.person(DESK)
    emergency(line)
    desk = line.telephone.called(DESK)
    heard = desk.hears("접수하시려면 일 번")
    assert "1 1 9" in desk.play
    assert "마포구 월드컵로 1, 302호" in desk.play
    assert "0 1 0 1 2 3 4 5 6 7 8" in desk.play
    assert heard
    assert state(line)[0] == "requested", "who only listens has not taken it"
    desk.press("2")
    desk.hears("접수하시려면 일 번")
    desk.press("1")
    desk.hears("접수되었습니다")
    desk.ended()
    assert state(line) == ("acknowledged", "telephone desk of 119")
    line.telephone.settled()
    assert rows(line, ATTEMPTS) == [(1, "telephone:agency", "acknowledged")]
    assert rows(line, "select reason from casework_escalation where about_kind = 'dispatch'") == []


def test_a_machine_that_picks_up_takes_nothing_and_the_officer_is_called_next(line: Line) -> None:
    line.telephone.person(DESK)
    line.telephone.person(OFFICER)
    emergency(line)
    machine = line.telephone.called(DESK)
    machine.hears("다시 전화드리겠습니다")
    machine.ended()
    waited_for(lambda: rows(line, ATTEMPTS) == [(1, "telephone:agency", "failed")])
    in_time(line, "DispatchAcknowledgmentDue")
    officer = line.telephone.called(OFFICER)
    officer.press("1")
    officer.hears("접수되었습니다")
    assert state(line) == ("acknowledged", "duty officer on the telephone, for 119")
    reasons = rows(line, "select reason, state from casework_escalation where about_kind = 'dispatch'")
    assert reasons == [("not_acknowledged", "resolved")]


def test_who_picks_up_after_somebody_else_took_it_is_told_so(line: Line) -> None:
    line.telephone.person(DESK)
    emergency(line)
    desk = line.telephone.called(DESK)
    desk.hears("접수하시려면 일 번")
    ((dispatch,),) = rows(line, "select id from casework_dispatch")
    mirae = line.house.sign_in("mirae")
    reply = mirae.post(f"/api/dispatches/{dispatch}/acknowledge", json={})
    assert reply.status_code == 200, reply.text
    desk.press("2")
    desk.hears("이미 접수되었습니다")
    desk.ended()


@pytest.mark.parametrize("query", ["?attempt=nobody&times=0", "?attempt=&times=x", "?times=-1", ""])
def test_a_call_of_nobodys_hears_kind_words_and_learns_nothing(line: Line, query: str) -> None:
    reply = line.house.webhook(f"/ivr/officer{query}", {"CallSid": "CA" + "0" * 32, "Digits": "1"})
    assert reply.status_code == 200
    assert "다시 전화드리겠습니다" in reply.text
    assert line.house.webhook(f"/ivr/officer-status{query}", {"CallStatus": "completed"}).status_code == 200


def test_the_sheet_is_printed_in_clear_once_it_is_said_what_for(line: Line) -> None:
    emergency(line)
    ((dispatch,),) = rows(line, "select id from casework_dispatch")
    mirae, page = browser(line.house, "mirae"), f"/dispatches/{dispatch}/sheet"
    assert "월드컵로" not in mirae.get(page).text
    for wrong in ({}, {"reason": "no"}, {"reason": "900101-1234567"}):
        refused = mirae.post(page, data=wrong, headers=OURS)
        assert "월드컵로" not in refused.text
        assert 'role="alert"' in refused.text
    sheet = mirae.post(page, data={"reason": "119에 전달"}, headers=OURS).text
    assert "마포구 월드컵로 1, 302호" in sheet
    assert "+821012345678" in sheet
    assert mirae.post(page, data={"reason": "119에 전달"}).status_code == 403, "only our own page asks"
    assert browser(line.house, "hana").get(page).status_code == 403
    printed = rows(line, "select count(*) from audit_entry where action = 'dispatch.print'")
    assert printed == [(1,)]


def test_the_dispatch_room_follows_a_dispatch_to_the_person(line: Line) -> None:
    emergency(line)
    ((dispatch,),) = rows(line, "select id from casework_dispatch")
    mirae = browser(line.house, "mirae")
    room = mirae.get("/dispatches").text
    assert "119 · 요청" in room
    assert "월드컵로" not in room, "the place is on the sheet, for a reason"
    for step in ("acknowledged", "acknowledged", "on_scene", "contact_made"):
        told = mirae.post(f"/dispatches/{dispatch}", data={"step": step, "words": "119 3팀"}, headers=OURS)
        assert (told.status_code, told.headers["location"]) == (303, "/dispatches")
    assert state(line)[0] == "contact_made"
    assert "진행 중인 출동이 없습니다" in mirae.get("/dispatches").text
    assert 'role="alert"' in mirae.post(f"/dispatches/{dispatch}", data={"step": "resolved"}, headers=OURS).text
    assert mirae.post(f"/dispatches/{dispatch}", data={"step": "failed"}).status_code == 403
    assert browser(line.house, "hana").post(f"/dispatches/{dispatch}", data={}, headers=OURS).status_code == 403
