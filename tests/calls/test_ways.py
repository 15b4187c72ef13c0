"""Every way a call can go, and that nobody is left on it."""

from sqlalchemy import text

from tests.calls.conftest import Line
from tests.house import waited_for


def entry(ivr_line: Line) -> str | None:
    with ivr_line.house.world.sessions() as tx:
        state: str | None = tx.scalar(text("select state from routing_queue_entry order by seq"))
        return state


def duties(ivr_line: Line) -> list[tuple[str, str]]:
    with ivr_line.house.world.sessions() as tx:
        return [tuple(row) for row in tx.execute(text("select kind, priority from casework_duty order by created_at"))]


def test_a_caller_who_hangs_up_while_waiting_is_called_back(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    caller.hears("혼자 기다리시는 게 아니에요")
    caller.hangs_up()
    waited_for(lambda: duties(ivr_line) == [("callback", "normal")])
    assert entry(ivr_line) in {"abandoned", "abandoned_short"}


def test_a_caller_who_asks_for_a_callback_gets_a_duty_and_a_promise(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial()
    caller.press("5", "1", "1")
    caller.hears("곧 다시 전화드릴게요")
    assert caller.ended() == "completed"
    waited_for(lambda: entry(ivr_line) == "callback_requested")
    assert duties(ivr_line) == [("callback", "normal")]


def test_a_caller_with_a_withheld_number_is_not_promised_a_callback(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial("anonymous")
    caller.press("5", "1")
    assert "일 번" not in caller.hears("혼자 기다리시는 게 아니에요")
    caller.hangs_up()
    waited_for(lambda: entry(ivr_line) in {"abandoned", "abandoned_short"})
    assert duties(ivr_line) == []


def test_danger_goes_to_the_head_of_the_queue(ivr_line: Line) -> None:
    first = ivr_line.telephone.dial("+821011111111")
    first.press("5", "1")
    first.hears("혼자 기다리시는 게 아니에요")
    second = ivr_line.telephone.dial("+821022222222")
    second.press("0")
    second.hears("가장 먼저 연결해")
    with ivr_line.house.world.sessions() as tx:
        waited_for(lambda: tx.scalar(text("select count(*) from routing_queue_entry")) == 2)
    hana = ivr_line.counselor()
    assert hana.offered()["priority"] == "danger"
    hana.accept()
    second.talks()
    first.hangs_up()
    second.hangs_up()


def test_danger_while_waiting_overtakes_whoever_came_before(ivr_line: Line) -> None:
    first = ivr_line.telephone.dial("+821011111111")
    first.press("5", "1")
    first.hears("혼자 기다리시는 게 아니에요")
    second = ivr_line.telephone.dial("+821022222222")
    second.press("5", "1", "0")
    second.hears("가장 먼저 연결해")
    waited_for(lambda: _escalated(ivr_line))
    hana = ivr_line.counselor()
    assert hana.offered()["priority"] == "danger"


def _escalated(ivr_line: Line) -> bool:
    with ivr_line.house.world.sessions() as tx:
        return bool(tx.scalar(text("select count(*) from routing_queue_entry where priority = 'danger'")))


def test_a_rejected_caller_goes_to_the_next_counselor_at_the_same_place(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    offer = hana.offered()
    reply = hana.client.post(f"/api/offers/{offer['offer_id']}/reject", json={"reason": "break"})
    assert reply.status_code == 200
    duri.accept()
    caller.talks()
    assert hana.client.post(f"/api/offers/{offer['offer_id']}/accept").status_code == 409


def test_a_softphone_that_does_not_answer_sends_the_caller_to_the_next_counselor(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    ivr_line.telephone.softphone("hana", rung="busy")
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    hana.accept()
    hana.comes_to("not_responding")
    duri = ivr_line.counselor("duri")
    duri.accept()
    caller.talks()
    duri.comes_to("on_contact")


def test_a_counselor_who_leaves_before_the_caller_comes_gives_them_back(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    ivr_line.telephone.softphone("hana", talk_s=0.0, patience_s=0.0)
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    hana.accept()
    waited_for(lambda: entry(ivr_line) in {"waiting", "finished", "connected"})
    caller.hangs_up()
    waited_for(lambda: entry(ivr_line) not in {"waiting", "offered", "connecting", "connected"})


def test_hold_plays_music_and_takes_the_caller_back(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    hana.comes_to("on_contact")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 202
    hana.comes_to("on_hold")
    caller.hears("waiting.wav")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 409
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 202
    hana.comes_to("on_contact")
    duri = ivr_line.counselor("duri")
    assert duri.client.post(f"/api/calls/{contact}/hang-up").status_code == 403
    caller.hangs_up()


def test_other_branches_reach_their_desks(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial()
    caller.press("1")
    caller.talks()
    caller.hangs_up()
    assert duties(ivr_line) == []


def test_a_desk_that_is_not_configured_leads_to_our_own_counselors(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("3")
    caller.hears("저희 상담원이 이어서")
    hana.accept()
    caller.talks()


def test_silence_at_every_question_reaches_a_person(ivr_line: Line) -> None:
    caller = ivr_line.telephone.dial()
    caller.hears("누르신 번호가 들리지 않았어요")
    caller.talks()
    assert "다산콜 상담원" in caller.play
