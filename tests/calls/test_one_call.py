"""One call, from the first ring to a closed duty."""

from sqlalchemy import text

from tests.calls.conftest import Line
from tests.house import waited_for


def test_a_caller_presses_five_and_one_and_talks_with_a_counselor(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    assert hana.client.get(f"/api/contacts/{contact}").json()["state"] == "in_progress"
    caller.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["state"] == "draft")
    assert "외로움안녕 백이십입니다" in caller.play


def test_the_counselor_hangs_up_and_the_caller_hears_a_goodbye(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    assert hana.client.post(f"/api/calls/{contact}/hang-up").status_code == 202
    caller.hears("이야기 나눠 주셔서 고맙습니다")
    assert caller.ended() == "completed"
    hana.comes_to("wrapping")
    with ivr_line.house.world.sessions() as tx:
        assert tx.scalar(text("select ended_by from ivr_call where role = 'caller'")) in {None, "counselor"}
