"""A conversation in a call that we made is handed on as any other, and the call-back is settled once it is over."""

from sqlalchemy import text

from tests.calls.conftest import Line
from tests.calls.handing import ask, comes_to
from tests.calls.promise import NUMBER, answers, duties, promised, results, states
from tests.house import waited_for


def test_somebody_called_back_is_handed_to_a_colleague_and_nothing_is_owed_any_more(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor("hana")
    person = answers(ivr_line, hana, "1")
    hana.comes_to("on_contact")
    person.talks()
    contact = _contact(ivr_line)
    duri = ivr_line.counselor("duri")
    ask(hana, contact, to="counselor", name="duri")
    duri.accept()
    comes_to(hana, contact, "target_answered")
    person.hears("waiting.wav")
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    ask(hana, contact, "/release")
    hana.comes_to("wrapping")
    duri.comes_to("on_contact")
    person.hangs_up()
    duri.comes_to("wrapping")
    waited_for(lambda: states(ivr_line) == [("completed", "talked")])
    assert results(ivr_line) == ["talked"]
    assert duties(ivr_line) == [("callback", "done")]


def test_somebody_called_back_is_sent_to_the_queue_and_is_called_again_if_they_give_up(ivr_line: Line) -> None:
    promised(ivr_line)
    hana = ivr_line.counselor("hana")
    person = answers(ivr_line, hana, "1")
    hana.comes_to("on_contact")
    person.talks()
    ask(hana, _contact(ivr_line), to="queue", name="loneliness", blind=True)
    hana.comes_to("wrapping")
    person.hears("이어서 들을 상담원을 찾고 있어요")
    person.hears("혼자 기다리시는 게 아니에요")
    person.hangs_up()
    waited_for(lambda: states(ivr_line) == [("scheduled", None)])
    assert results(ivr_line) == ["left"]
    assert len(ivr_line.telephone.calls_to(NUMBER)) == 1


def _contact(line: Line) -> str:
    with line.house.world.sessions() as tx:
        return str(tx.scalar(text("select contact_id from ivr_callback_attempt")))
