"""A supervisor in somebody else's call: heard by whom they should be, told to both, and always in the audit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from core.security import hash_password
from core.staff import add_staff
from simulator.conference import Participant
from tests.calls.conftest import Counselor, Line
from tests.calls.handing import ask, comes_to, contact_of, entries, talking
from tests.calls.telephone import network_at
from tests.house import ACCOUNT, TOKEN, House, open_house, waited_for, worker_port


def supervisor(line: Line, login: str = "sun") -> httpx.Client:
    """Sign a supervisor in, with a softphone that answers."""
    if login != "sun":
        with line.house.world.sessions.begin() as tx:
            at = tx.scalar(text("select now()"))
            add_staff(tx, login, login, "supervisor", hash_password("goodbye-loneliness"), at=at)
    line.telephone.softphone(login)
    return line.house.sign_in(login)


def come_in(sun: httpx.Client, contact: str, mode: str) -> dict[str, Any]:
    reply = sun.post(f"/api/calls/{contact}/{mode}")
    assert reply.status_code == 202, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def joined(sun: httpx.Client, contact: str, of: int = 1) -> None:
    def states() -> list[str]:
        return [each["state"] for each in sun.get(f"/api/calls/{contact}/watches").json()]

    waited_for(lambda: states() == ["joined"] * of)


def member(line: Line, login: str) -> Participant:
    """Find how somebody stands in the room."""
    rooms = line.telephone.network.conferences.values()
    found = [each for room in rooms for each in room.participants.values() if each.call.to == f"client:{login}"]
    assert found, f"{login} is in no room"
    return found[-1]


def audited(house: House, contact: str) -> list[str]:
    told = "select action from audit_entry where object_kind = 'contact' and object_id = :key order by at, id"
    with house.world.sessions() as tx:
        return list(tx.scalars(text(told), {"key": contact}))


def test_a_supervisor_listens_and_both_are_told(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    watch = come_in(sun, contact, "listen")
    joined(sun, contact)
    caller.hears("책임상담사가 이 통화를 함께 듣습니다")
    assert member(ivr_line, "sun").muted
    assert come_in(sun, contact, "listen")["id"] == watch["id"]
    assert sun.delete(f"/api/calls/{contact}/watch").json()["state"] == "ended"
    assert sun.get(f"/api/calls/{contact}/watches").json() == []
    ivr_line.telephone.settled()
    caller.talks()
    assert hana.seat()["state"] == "on_contact"
    assert audited(ivr_line.house, contact) == ["call.listen", "call.watch_ended"]


def test_a_supervisor_whispers_and_then_speaks_with_both(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    come_in(sun, contact, "whisper")
    joined(sun, contact)
    coached = member(ivr_line, "hana").call.sid
    assert (member(ivr_line, "sun").coaching, member(ivr_line, "sun").call_sid_to_coach) == (True, coached)
    come_in(sun, contact, "barge")
    waited_for(lambda: not member(ivr_line, "sun").coaching and not member(ivr_line, "sun").muted)
    caller.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: audited(ivr_line.house, contact) == ["call.whisper", "call.barge", "call.watch_ended"])


def test_a_supervisor_takes_a_call_over_and_the_counselor_wraps_up(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    assert sun.post(f"/api/calls/{contact}/take-over").status_code == 409
    come_in(sun, contact, "listen")
    joined(sun, contact)
    assert sun.post(f"/api/calls/{contact}/take-over").status_code == 202
    hana.comes_to("wrapping")
    Counselor(sun).comes_to("on_contact")
    ivr_line.telephone.settled()
    waited_for(lambda: not member(ivr_line, "sun").muted and member(ivr_line, "sun").end_on_exit)
    caller.talks()
    taken = contact_of(Counselor(sun), contact)
    assert (taken["state"], taken["owner_id"]) == ("in_progress", sun.get("/api/seat").json()["counselor_id"])
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 403
    assert sun.post(f"/api/calls/{contact}/hold").status_code == 202
    Counselor(sun).comes_to("on_hold")
    assert sun.post(f"/api/calls/{contact}/resume").status_code == 202
    caller.talks()
    assert sun.post(f"/api/calls/{contact}/hang-up").status_code == 202
    caller.hears("이야기 나눠 주셔서 고맙습니다")
    Counselor(sun).comes_to("wrapping")
    assert "call.take_over" in audited(ivr_line.house, contact)


def test_of_two_supervisors_who_take_over_at_once_one_does(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    both = [supervisor(ivr_line), supervisor(ivr_line, "byeol")]
    come_in(both[0], contact, "listen")
    assert both[1].post(f"/api/calls/{contact}/listen").status_code == 409
    come_in(both[1], contact, "whisper")
    joined(both[0], contact, of=2)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda each: each.post(f"/api/calls/{contact}/take-over"), both))
    assert sorted(reply.status_code for reply in replies) == [202, 409]
    hana.comes_to("wrapping")
    assert sorted(each.get("/api/seat").json()["state"] for each in both) == ["idle", "on_contact"]
    caller.talks()
    assert list(entries(ivr_line).values()) == ["connected"]


def test_a_supervisor_stays_with_a_call_that_is_handed_on(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    come_in(sun, contact, "whisper")
    joined(sun, contact)
    following = ask(hana, contact, to="counselor", name="duri")["next_id"]
    duri.accept()
    comes_to(hana, contact, "target_answered")
    assert sun.post(f"/api/calls/{contact}/take-over").status_code == 409
    for move in ("/briefed", "/conference", "/release"):
        ask(hana, contact, move)
    hana.comes_to("wrapping")
    waited_for(lambda: member(ivr_line, "sun").call_sid_to_coach == member(ivr_line, "duri").call.sid)
    caller.talks()
    assert sun.delete(f"/api/calls/{following}/watch").status_code == 202
    duri.comes_to("on_contact")


def test_what_a_supervisor_may_not_do_is_refused(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    for mode in ("listen", "whisper", "barge", "take-over"):
        assert hana.client.post(f"/api/calls/{contact}/{mode}").status_code == 403
        assert sun.post(f"/api/calls/{uuid4()}/{mode}").status_code == 404
        assert sun.post(f"/api/calls/nothing/{mode}").status_code == 422
    assert sun.delete(f"/api/calls/{contact}/watch").status_code == 404
    assert sun.get(f"/api/calls/{uuid4()}/watches").status_code == 404
    caller.hangs_up()
    hana.comes_to("wrapping")
    assert sun.post(f"/api/calls/{contact}/listen").status_code == 409
    assert audited(ivr_line.house, contact) == []


def test_a_supervisor_who_does_not_answer_changes_nothing(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    sun = supervisor(ivr_line)
    ivr_line.telephone.softphone("sun", rung="busy")
    come_in(sun, contact, "listen")
    waited_for(lambda: sun.get(f"/api/calls/{contact}/watches").json() == [])
    caller.talks()
    assert hana.seat()["state"] == "on_contact"


def test_listening_is_not_announced_where_the_city_says_so(
    clean_database: str, clean_redis: str, tmp_path: Path
) -> None:
    port = worker_port(250)
    more: dict[str, Any] = {"twilio_api_url": f"http://127.0.0.1:{port}", "announce_listening": False}
    with (
        open_house(clean_database, clean_redis, tmp_path, **more) as house,
        network_at(port, house.url, ACCOUNT, TOKEN) as telephone,
    ):
        line = Line(house, telephone)
        hana = line.counselor()
        caller, contact = talking(line, hana)
        sun = supervisor(line)
        come_in(sun, contact, "listen")
        joined(sun, contact)
        told = "select count(*) from outbox_message where kind = 'WatchJoined' and state = 'done'"
        with house.world.sessions() as tx:
            waited_for(lambda: tx.scalar(text(told)) == 1)
        assert "책임상담사가" not in caller.play


def test_a_supervisor_takes_a_waiting_caller_past_the_line(ivr_line: Line) -> None:
    waiting = [ivr_line.telephone.dial(f"+8210{n}") for n in (11111111, 22222222)]
    for caller in waiting:
        caller.press("5", "1")
        caller.hears("혼자 기다리시는 게 아니에요")
    sun = supervisor(ivr_line)
    line = sun.get("/api/queues/loneliness/entries").json()
    second = {"contact_id": line[1]["contact_id"]}
    pull = "/api/queues/loneliness/pull"
    assert sun.post("/api/queues/another/pull", json=second).status_code == 409
    offer = sun.post(pull, json=second)
    assert (offer.status_code, offer.json()["contact_id"]) == (200, second["contact_id"])
    assert sun.post(pull, json=second).status_code == 409
    assert sun.post(pull, json={"contact_id": line[0]["contact_id"]}).status_code == 409, "one at a time"
    assert Counselor(sun).accept() == second["contact_id"]
    waiting[1].talks()
    Counselor(sun).comes_to("on_contact")
    waiting[1].hangs_up()
    Counselor(sun).comes_to("wrapping")
    assert audited(ivr_line.house, second["contact_id"]) == ["queue.pull"]


def test_a_supervisor_gives_a_caller_to_a_free_counselor_who_may_pass_them_on(ivr_line: Line) -> None:
    duri = ivr_line.counselor("duri")
    caller = ivr_line.telephone.dial()
    caller.press("9", "1", "1")
    caller.hears("You are not waiting alone")
    sun = supervisor(ivr_line)
    contact = sun.get("/api/queues/loneliness/entries").json()[0]["contact_id"]
    given = {"contact_id": contact, "counselor_id": duri.seat()["counselor_id"]}
    assert sun.post("/api/queues/loneliness/pull", json={**given, "counselor_id": str(uuid4())}).status_code == 409
    assert sun.post("/api/queues/loneliness/pull", json=given).status_code == 200
    offer = duri.offered()
    assert duri.client.post(f"/api/offers/{offer['offer_id']}/reject", json={"reason": "english"}).is_success
    assert sun.post("/api/queues/loneliness/pull", json=given).status_code == 200
    assert duri.accept() == contact
    caller.talks()


@pytest.mark.parametrize(
    "form", [{}, {"contact_id": "x"}, {"contact_id": str(uuid4()), "more": 1}, {"contact_id": None}]
)
def test_a_pull_that_says_nothing_useful_is_refused(ivr_line: Line, form: dict[str, Any]) -> None:
    sun = supervisor(ivr_line)
    assert sun.post("/api/queues/loneliness/pull", json=form).status_code == 422


def test_a_counselor_in_need_is_told_when_somebody_comes(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    duri = ivr_line.counselor("duri")
    _, contact = talking(ivr_line, hana)
    assert duri.client.post(f"/api/calls/{contact}/summon").status_code == 403
    assert hana.client.post(f"/api/calls/{uuid4()}/summon").status_code == 404
    sun = supervisor(ivr_line)
    with hana.client.stream("GET", "/api/seat/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: snapshot"
        raised = hana.client.post(f"/api/calls/{contact}/summon")
        assert raised.status_code == 202, raised.text
        again = hana.client.post(f"/api/calls/{contact}/summon").json()
        assert again["escalation_id"] == raised.json()["escalation_id"]
        key = raised.json()["escalation_id"]
        assert sun.post(f"/api/escalations/{key}/acknowledge").is_success
        assert "event: summon_acknowledged" in lines
    with ivr_line.house.world.sessions() as tx:
        waits = "select acknowledge_by - raised_at = interval '60 seconds' from casework_escalation"
        assert tx.scalar(text(waits))


def test_a_call_for_help_that_nobody_takes_up_is_told_again(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    _, contact = talking(ivr_line, hana)
    assert hana.client.post(f"/api/calls/{contact}/summon").status_code == 202
    for rung in (2, 3):
        with ivr_line.house.world.sessions.begin() as tx:
            tx.execute(text("update outbox_message set due = now() where kind = 'EscalationDue' and state = 'pending'"))
        waited_for(lambda rung=rung: _rung(ivr_line) == rung)  # type: ignore[misc]


def _rung(line: Line) -> int:
    with line.house.world.sessions() as tx:
        return int(tx.scalar(text("select rung from casework_escalation where reason = 'summon'")) or 0)
