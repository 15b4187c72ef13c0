"""A conversation is handed on, with an introduction or without."""

import pytest
from sqlalchemy import text

from simulator.faults import Faults, WebhookFault
from tests.calls.conftest import Line
from tests.calls.handing import ask, comes_to, consulted, contact_of, ended, entries, state, talking
from tests.house import waited_for


def test_a_warm_transfer_to_a_counselor_goes_from_one_to_the_other(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact = talking(ivr_line, hana)
    draft = hana.client.patch(f"/api/contacts/{contact}", json={"version": 1, "form": {"topic": "loneliness"}})
    assert draft.is_success, draft.text
    began = ask(hana, contact, to="counselor", name="duri")
    assert (began["state"], duri.offered()["contact_id"]) == ("initiated", began["next_id"])
    assert duri.client.get(f"/api/contacts/{began['next_id']}").json()["continues_id"] == contact
    duri.accept()
    comes_to(hana, contact, "target_answered")
    hana.comes_to("on_hold")
    caller.hears("waiting.wav")
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    hana.comes_to("on_contact")
    caller.talks()
    ask(hana, contact, "/release")
    hana.comes_to("wrapping")
    duri.comes_to("on_contact")
    first, second = contact_of(hana, contact), contact_of(duri, began["next_id"])
    assert (first["state"], first["ended_by"]) == ("draft", "transfer")
    assert second["state"] == "in_progress"
    assert second["topic"] == "loneliness"
    caller.talks()
    ivr_line.telephone.settled()
    assert list(entries(ivr_line).values()) == ["transferred", "connected"]
    assert duri.client.post(f"/api/calls/{began['next_id']}/hang-up").status_code == 202
    caller.hears("이야기 나눠 주셔서 고맙습니다")
    assert caller.ended() == "completed"
    duri.comes_to("wrapping")


def test_the_figures_count_the_wait_of_each_part_by_itself(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, _ = consulted(ivr_line, hana, duri)
    for move in ("/briefed", "/conference", "/release"):
        ask(hana, contact, move)
    hana.comes_to("wrapping")
    caller.hangs_up()
    duri.comes_to("wrapping")
    today = ivr_line.house.sign_in("sun").get("/api/queues/loneliness").json()["today"]
    assert (today["offered"], today["answered"], today["abandoned"]) == (2, 2, 0)


def test_the_second_counselor_can_leave_a_three_way_call_and_the_first_goes_on(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, following = consulted(ivr_line, hana, duri)
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    ask(hana, contact, "/cancel")
    assert state(hana, contact) == "canceled"
    duri.comes_to("wrapping")
    caller.talks()
    hana.comes_to("on_contact")
    assert contact_of(hana, following)["state"] == "voided"
    caller.hangs_up()
    hana.comes_to("wrapping")


@pytest.mark.parametrize("desk", ["119", "1577-0199", "dasan"])
def test_an_outside_desk_is_brought_in_and_left_with_the_caller(ivr_line: Line, desk: str) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    assert ask(hana, contact, to="desk", name=desk)["next_id"] is None
    comes_to(hana, contact, "target_answered")
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    ask(hana, contact, "/release")
    hana.comes_to("wrapping")
    ivr_line.telephone.settled()
    caller.talks()
    assert contact_of(hana, contact)["state"] == "draft"
    caller.hangs_up()
    waited_for(lambda: ended(ivr_line))


def test_a_transfer_to_the_queue_is_taken_by_whoever_is_free(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller, contact = talking(ivr_line, hana)
    following = ask(hana, contact, to="queue", name="loneliness")["next_id"]
    caller.talks()
    sena = ivr_line.counselor("sena")
    offer = sena.offered()
    assert (offer["contact_id"], offer["priority"]) == (following, "transfer")
    sena.accept()
    comes_to(hana, contact, "target_answered")
    for move in ("/briefed", "/conference", "/release"):
        ask(hana, contact, move)
    hana.comes_to("wrapping")
    caller.hangs_up()
    sena.comes_to("wrapping")


@pytest.mark.parametrize("seed", [1, 2])
def test_callbacks_late_doubled_and_out_of_order_change_nothing_about_a_transfer(ivr_line: Line, seed: int) -> None:
    late = WebhookFault(kind="callback", late=0.7, late_s=0.4, twice=0.3)
    ivr_line.telephone.network.trouble(Faults((late,), seed=seed))
    test_a_warm_transfer_to_a_counselor_goes_from_one_to_the_other(ivr_line)


def test_a_blind_transfer_to_the_queue_lets_the_counselor_go_and_the_caller_wait(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller, contact = talking(ivr_line, hana)
    following = ask(hana, contact, to="queue", name="loneliness", blind=True)["next_id"]
    hana.comes_to("wrapping")
    caller.hears("이야기를 이어서 들을 상담원을 찾고 있어요")
    duri = ivr_line.counselor("duri")
    assert duri.accept() == following
    duri.comes_to("on_contact")
    caller.talks()
    assert contact_of(duri, following)["state"] == "in_progress"
    caller.hangs_up()
    duri.comes_to("wrapping")


def test_a_caller_sent_on_blindly_to_a_desk_that_does_not_answer_comes_back_to_the_queue(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    ivr_line.telephone.person("+8221200001", rung="busy")
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="desk", name="dasan", blind=True)
    hana.comes_to("wrapping")
    caller.hears("더 잘 도와드릴 수 있는 곳으로")
    caller.hears("다른 상담원을 바로 찾고 있어요")
    duri = ivr_line.counselor("duri")
    following = duri.accept()
    assert following != contact
    caller.talks()
    duri.comes_to("on_contact")
    assert contact_of(duri, following)["continues_id"] == contact


def test_a_caller_sent_on_blindly_talks_to_the_desk_and_is_owed_nothing_more(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="desk", name="dasan", blind=True)
    caller.hears("더 잘 도와드릴 수 있는 곳으로")
    caller.talks()
    caller.hangs_up()
    waited_for(lambda: ended(ivr_line))
    with ivr_line.house.world.sessions() as tx:
        assert tx.scalar(text("select count(*) from casework_duty")) == 0
