"""People are called back at their place, hear nothing that others should not hear, and are never left alone."""

from typing import Any

import pytest
from sqlalchemy import text

from simulator.faults import Faults, RestFault, WebhookFault
from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import waited_for

NUMBER = "+821012345678"


def rows(line: Line, sql: str) -> list[tuple[Any, ...]]:
    with line.house.world.sessions() as tx:
        return [tuple(row) for row in tx.execute(text(sql))]


def states(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select state, ended_why from ivr_callback order by requested_at")


def results(line: Line) -> list[Any]:
    return [row[0] for row in rows(line, "select result from ivr_callback_attempt order by asked_at")]


def duties(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select kind, state from casework_duty order by created_at, kind")


def in_line(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select priority, state from routing_queue_entry order by seq")


def promised(line: Line, number: str = NUMBER) -> None:
    """Let somebody call, ask to be called back, and stand in the line for it."""
    line.telephone.person(number)
    caller = line.telephone.dial(number)
    caller.press("5", "1", "1")
    caller.hears("곧 다시 전화드릴게요")
    caller.ended()
    waited_for(lambda: ("callback", "waiting") in in_line(line))


def in_time(line: Line, kind: str) -> None:
    """Let the time of a timer come."""
    with line.house.world.sessions.begin() as tx:
        due = "update outbox_message set due = now() where kind = :kind and state = 'pending'"
        tx.execute(text(due), {"kind": kind})


def offered_anew(hana: Counselor, contact: str) -> dict[str, Any]:
    waited_for(lambda: (hana.seat()["offer"] or {"contact_id": contact})["contact_id"] != contact)
    return hana.offered()


def answers(line: Line, hana: Counselor, *keys: str, nth: int = 1) -> Caller:
    hana.accept()
    person = line.telephone.called(NUMBER, nth)
    person.press(*keys)
    return person


def test_somebody_called_back_talks_with_a_counselor_and_nothing_is_owed_any_more(ivr_line: Line) -> None:
    promised(ivr_line)
    first = rows(ivr_line, "select entered_at from routing_queue_entry order by seq")
    assert first[0] == first[1], "the place in the line is the old one"
    hana = ivr_line.counselor()
    person = answers(ivr_line, hana, "1")
    person.talks()
    hana.comes_to("on_contact")
    assert "외로움" not in person.play
    person.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])
    assert results(ivr_line) == ["talked"]
    assert duties(ivr_line) == [("callback", "done")]
    channels = dict(rows(ivr_line, "select channel, state from casework_contact"))
    assert channels == {"phone": "voided", "callback": "draft"}


def test_a_counselor_holds_and_ends_a_call_that_we_made(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor()
    contact = hana.accept()
    person = ivr_line.telephone.called(NUMBER)
    person.press("1")
    hana.comes_to("on_contact")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 202
    hana.comes_to("on_hold")
    person.hears("waiting.wav")
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 202
    hana.comes_to("on_contact")
    assert hana.client.post(f"/api/calls/{contact}/hang-up").status_code == 202
    person.hears("이야기 나눠 주셔서 고맙습니다")
    person.ended()
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])


def test_somebody_who_needs_it_no_more_hears_a_kind_goodbye(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor()
    person = answers(ivr_line, hana, "2")
    person.hears("언제든 백이십으로 전화해 주세요")
    person.ended()
    waited_for(lambda: states(ivr_line) == [("canceled", "declined")])
    assert results(ivr_line) == ["declined"]
    assert duties(ivr_line) == [("callback", "cancelled")]
    hana.comes_to("idle")


def test_a_machine_hears_nothing_private_and_is_called_again_later(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor()
    hana.accept()
    machine = ivr_line.telephone.called(NUMBER)
    assert machine.ended() == "completed"
    hana.comes_to("idle")
    waited_for(lambda: states(ivr_line) == [("scheduled", None)])
    assert results(ivr_line) == ["silent"]
    assert machine.play.count("서울시 백이십입니다") == 2
    assert not any(word in machine.play for word in ("외로움", "상담", "위험", "마음"))
    assert duties(ivr_line) == [("callback", "attempted")]


@pytest.mark.parametrize(("rung", "result"), [("busy", "busy"), ("failed", "failed"), ("no_answer", "no_answer")])
def test_whoever_cannot_be_reached_is_tried_three_times_and_then_a_person_decides(
    ivr_line: Line, rung: str, result: str
) -> None:
    promised(ivr_line)
    ivr_line.telephone.person(NUMBER, rung=rung)
    hana = ivr_line.counselor()
    for nth in (1, 2, 3):
        hana.accept()
        waited_for(lambda nth=nth: len([r for r in results(ivr_line) if r]) == nth)  # type: ignore[misc] # Bound at once.
        hana.comes_to("idle")
        if nth < 3:
            waited_for(lambda: states(ivr_line) == [("scheduled", None)])
            _again(ivr_line)
    assert results(ivr_line) == [result] * 3
    waited_for(lambda: states(ivr_line) == [("exhausted", "exhausted")])
    assert rows(ivr_line, "select reason from casework_escalation") == [("exhausted",)]
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 3


def _again(line: Line) -> None:
    with line.house.world.sessions.begin() as tx:
        # The gap is over: the timer and what it means are moved together.
        tx.execute(text("update ivr_callback set due_at = now(), last_try_at = last_try_at - interval '1 hour'"))
        moved = "update outbox_message set due = now(), body = jsonb_set(body, '{due}', to_jsonb("
        moved += "(select due_at from ivr_callback))) where kind = 'CallbackDue' and state = 'pending'"
        tx.execute(text(moved))


def test_the_next_call_waits_for_the_gap(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.person(NUMBER, rung="busy")
    ivr_line.counselor().accept()
    waited_for(lambda: states(ivr_line) == [("scheduled", None)])
    gap = rows(ivr_line, "select extract(epoch from due_at - last_try_at) from ivr_callback")[0][0]
    assert float(gap) == 600


def test_a_caller_who_calls_again_has_the_old_place_and_stands_in_line_once(ivr_line: Line) -> None:
    promised(ivr_line)
    again = ivr_line.telephone.dial(NUMBER)
    again.press("5", "1")
    again.hears("혼자 기다리시는 게 아니에요")
    waited_for(lambda: states(ivr_line) == [("canceled", "resumed")])
    assert in_line(ivr_line) == [("normal", "callback_requested"), ("callback", "resumed"), ("normal", "waiting")]
    entered = [row[0] for row in rows(ivr_line, "select entered_at from routing_queue_entry order by seq")]
    assert entered[0] == entered[2]
    hana = ivr_line.counselor()
    hana.accept()
    again.talks()


def test_somebody_who_calls_while_being_called_is_put_through_and_not_rung_any_longer(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.person(NUMBER, rung="no_answer")
    hana = ivr_line.counselor()
    hana.accept()
    ringing = ivr_line.telephone.called(NUMBER)
    again = ivr_line.telephone.dial(NUMBER)
    again.press("5", "1")
    assert ringing.ended() in {"canceled", "no-answer"}
    hana.accept()
    again.talks()
    hana.comes_to("on_contact")
    assert states(ivr_line) == [("canceled", "resumed")]


def test_a_caller_who_is_cut_off_is_called_back_by_the_same_counselor(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    duri = ivr_line.counselor("duri")
    ivr_line.telephone.person(NUMBER)
    caller = ivr_line.telephone.dial(NUMBER)
    caller.press("5", "1")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    caller.loses_signal()
    offered_anew(hana, contact)
    person = answers(ivr_line, hana, "1")
    person.talks()
    hana.comes_to("on_contact")
    assert duri.seat()["offer"] is None
    cut_off = hana.client.get(f"/api/contacts/{contact}").json()
    assert (cut_off["state"], cut_off["ended_by"]) == ("draft", "network")
    person.hangs_up()
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])


def test_somebody_in_danger_who_is_cut_off_stands_among_those_in_danger(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    ivr_line.telephone.person(NUMBER)
    caller = ivr_line.telephone.dial(NUMBER)
    caller.press("0")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    waited_for(lambda: rows(ivr_line, "select danger_at is not null from casework_contact") == [(True,)])
    caller.loses_signal()
    assert offered_anew(hana, contact)["priority"] == "danger"
    answers(ivr_line, hana, "1").talks()


def test_a_counselor_who_leaves_gives_the_person_to_the_next_one(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor("hana")
    hana.accept()
    person = ivr_line.telephone.called(NUMBER)
    person.hears("서울시 백이십입니다")
    rung = ivr_line.telephone.calls_to("client:hana")[0]
    ivr_line.telephone.call(rung.leg.gone.set)
    waited_for(lambda: in_line(ivr_line)[-1][1] in {"waiting", "offered"})
    person.press("1")
    person.hears("다른 상담원을 바로 찾고 있어요")
    duri = ivr_line.counselor("duri")
    duri.accept()
    person.talks()
    duri.comes_to("on_contact")
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 1


def test_a_call_whose_answer_is_lost_is_not_made_twice(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.network.trouble(Faults(rest=(RestFault("*/Calls.json", "POST", status=500, unheard=1),), seed=1))
    hana = ivr_line.counselor()
    person = answers(ivr_line, hana, "1")
    person.talks()
    hana.comes_to("on_contact")
    in_time(ivr_line, "DialCheckDue")
    person.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 1


def test_a_call_that_was_never_made_lets_the_counselor_go(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.network.trouble(Faults(rest=(RestFault("*/Calls.json", "POST", status=500, fail=1),), seed=1))
    hana = ivr_line.counselor()
    hana.accept()
    waited_for(lambda: results(ivr_line) == [None])
    hana.comes_to("connecting")
    in_time(ivr_line, "DialCheckDue")
    hana.comes_to("idle")
    waited_for(lambda: states(ivr_line) == [("scheduled", None)])
    assert (results(ivr_line), ivr_line.telephone.calls_to(NUMBER)) == (["failed"], [])


def test_a_provider_that_takes_no_more_calls_just_now_is_asked_again(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.network.trouble(Faults(rest=(RestFault("*/Calls.json", "POST", status=429, fail=1),), seed=1))
    hana = ivr_line.counselor()
    hana.accept()
    refused = "select count(*) from outbox_message where kind = 'PersonToCall' and state = 'retry'"
    waited_for(lambda: rows(ivr_line, refused) == [(1,)])
    assert (results(ivr_line), states(ivr_line)) == ([], [("queued", None)])
    ivr_line.telephone.network.trouble(Faults(seed=1))
    ivr_line.telephone.called(NUMBER).press("1")
    hana.comes_to("on_contact")


@pytest.mark.parametrize(
    "fault",
    [
        WebhookFault(twice=1),
        WebhookFault(twice=1, together=True),
        WebhookFault(kind="callback", late=0.7, late_s=0.6, twice=0.3),
    ],
    ids=["twice", "at once", "late and out of order"],
)
def test_doubled_and_late_callbacks_change_nothing(ivr_line: Line, fault: WebhookFault) -> None:
    promised(ivr_line)
    ivr_line.telephone.network.trouble(Faults((fault,), seed=2))
    hana = ivr_line.counselor()
    person = answers(ivr_line, hana, "1")
    person.talks()
    hana.comes_to("on_contact")
    person.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])
    ivr_line.telephone.settled()
    assert (results(ivr_line), duties(ivr_line)) == (["talked"], [("callback", "done")])
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 1


def test_an_unanswered_call_whose_callbacks_are_lost_is_asked_about(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.person(NUMBER, rung="busy")
    ivr_line.telephone.network.trouble(Faults((WebhookFault("/ivr/status", lost=1),), seed=1))
    hana = ivr_line.counselor()
    hana.accept()
    ivr_line.telephone.called(NUMBER).ended()
    waited_for(lambda: rows(ivr_line, "select count(*) from journal where key = 'dialed'") == [(1,)])
    in_time(ivr_line, "CallCheckDue")
    hana.comes_to("idle")
    waited_for(lambda: results(ivr_line) == ["busy"])


@pytest.mark.parametrize("network_settings", [{"ring_s": 10.0}])
def test_whoever_picks_up_after_it_was_called_off_hears_kind_words_and_no_counselor(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.person(NUMBER, after_s=2.0)
    ivr_line.telephone.network.trouble(
        Faults((WebhookFault("/ivr/status", lost=1),), (RestFault("*/Calls.json", "POST", status=500, unheard=1),), 1)
    )
    hana = ivr_line.counselor()
    hana.accept()
    person = ivr_line.telephone.called(NUMBER)
    in_time(ivr_line, "DialCheckDue")
    hana.comes_to("idle")
    assert person.ended() == "completed"
    assert "지금은 연결해 드리지 못해 죄송합니다" in person.play


def test_an_order_that_fails_when_somebody_picks_up_tells_nobody_what_it_is_about(ivr_line: Line) -> None:
    promised(ivr_line)
    ivr_line.telephone.network.trouble(Faults((WebhookFault("/ivr/answered", refused=1),), seed=1))
    hana = ivr_line.counselor()
    hana.accept()
    person = ivr_line.telephone.called(NUMBER)
    assert person.ended() == "completed"
    assert "당직자" not in person.play
    assert "지금은 연결해 드리지 못해 죄송합니다" in person.play
