"""People are called back at their place, hear nothing that others should not hear, and are never left alone."""

import pytest

from tests.calls.conftest import Line
from tests.calls.promise import (
    NUMBER,
    answers,
    duties,
    gap_over,
    in_line,
    offered_anew,
    promised,
    results,
    rows,
    states,
)
from tests.house import waited_for


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
            gap_over(ivr_line)
    assert results(ivr_line) == [result] * 3
    waited_for(lambda: states(ivr_line) == [("exhausted", "exhausted")])
    assert rows(ivr_line, "select reason from casework_escalation") == [("exhausted",)]
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 3


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
