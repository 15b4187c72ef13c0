"""Whatever fails while a conversation is handed on, the caller is with somebody, or first in line."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from simulator.faults import Faults, WebhookFault
from tests.calls.conftest import Line
from tests.calls.handing import ask, comes_to, consulted, contact_of, ended, entries, state, talking
from tests.house import waited_for


@pytest.mark.parametrize("rung", ["busy", "failed", "no_answer"])
def test_a_desk_that_does_not_answer_gives_the_caller_back_at_once(ivr_line: Line, rung: str) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    if rung == "no_answer":
        ivr_line.house.world.telephone.__dict__["ring_timeout"] = 5
    ivr_line.telephone.person("119", rung=rung)
    ask(hana, contact, to="desk", name="119")
    waited_for(lambda: state(hana, contact) == "returned", 25)
    hana.comes_to("on_contact")
    caller.talks()
    caller.hangs_up()
    hana.comes_to("wrapping")


def test_a_desk_that_hangs_up_before_it_is_briefed_gives_the_caller_back(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    ivr_line.telephone.person("119", talk_s=0.3)
    ask(hana, contact, to="desk", name="119")
    comes_to(hana, contact, "returned")
    hana.comes_to("on_contact")
    caller.talks()


def test_a_counselor_who_passes_the_offer_on_leaves_the_caller_with_the_first(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    ivr_line.counselor("sena")
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="counselor", name="duri")
    offer = duri.offered()["offer_id"]
    assert duri.client.post(f"/api/offers/{offer}/reject", json={"reason": "break"}).status_code == 200
    comes_to(hana, contact, "returned")
    assert list(entries(ivr_line).values()) == ["connected", "withdrawn"]
    caller.talks()


def test_a_counselor_whose_telephone_is_busy_leaves_the_caller_with_the_first(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact = talking(ivr_line, hana)
    ivr_line.telephone.softphone("duri", rung="busy")
    ask(hana, contact, to="counselor", name="duri")
    duri.accept()
    comes_to(hana, contact, "returned")
    duri.comes_to("not_responding")
    hana.comes_to("on_contact")
    caller.talks()


def test_a_first_counselor_whose_line_drops_in_a_consult_loses_nobody(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, _ = consulted(ivr_line, hana, duri)
    ivr_line.telephone.drop("client:hana")
    caller.hears("다른 상담원을 바로 찾고 있어요")
    waited_for(lambda: entries(ivr_line)[contact] in {"waiting", "offered"})
    duri.comes_to("wrapping")
    assert duri.client.post("/api/seat/wrap-up").is_success
    assert duri.accept() == contact
    caller.talks()
    duri.comes_to("on_contact")
    caller.hangs_up()
    duri.comes_to("wrapping")


def test_a_first_counselor_whose_line_drops_in_a_three_way_call_has_left_it(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, following = consulted(ivr_line, hana, duri)
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    caller.talks()
    ivr_line.telephone.drop("client:hana")
    comes_to(hana, contact, "released")
    hana.comes_to("wrapping")
    assert contact_of(duri, following)["state"] == "in_progress"
    caller.talks()


def test_a_caller_who_hangs_up_in_a_consult_ends_everything(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, following = consulted(ivr_line, hana, duri)
    caller.hangs_up()
    hana.comes_to("wrapping")
    duri.comes_to("wrapping")
    assert state(hana, contact) == "canceled"
    assert contact_of(hana, following)["state"] == "voided"
    ivr_line.telephone.settled()


def test_a_release_while_the_caller_hangs_up_leaves_nobody_on_the_line(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact, _ = consulted(ivr_line, hana, duri)
    ask(hana, contact, "/briefed")
    ask(hana, contact, "/conference")
    with ThreadPoolExecutor(2) as both:
        gone = both.submit(caller.hangs_up)
        released = both.submit(hana.client.post, f"/api/calls/{contact}/transfer/release")
        gone.result()
    assert released.result().status_code in {202, 409}
    hana.comes_to("wrapping")
    duri.comes_to("wrapping")
    waited_for(lambda: ended(ivr_line))
    assert state(hana, contact) in {"released", "canceled"}
    assert not set(entries(ivr_line).values()) & {"waiting", "offered", "connecting", "connected"}


def test_a_target_of_whom_nothing_is_heard_gives_the_caller_back_by_the_clock(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    ivr_line.telephone.settled()
    ivr_line.telephone.network.trouble(Faults((WebhookFault(kind="callback", lost=1),), seed=1))
    ask(hana, contact, to="desk", name="119")
    comes_to(hana, contact, "target_ringing")
    caller.hears("waiting.wav")
    with ivr_line.house.world.sessions.begin() as tx:
        tx.execute(text("update outbox_message set due = now() where kind = 'TransferDue'"))
    comes_to(hana, contact, "returned")
    caller.talks()


def test_a_target_whose_end_was_lost_is_asked_after(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="desk", name="119")
    comes_to(hana, contact, "target_answered")
    ivr_line.telephone.settled()
    ivr_line.telephone.network.trouble(Faults((WebhookFault(kind="callback", lost=1),), seed=1))
    ivr_line.telephone.drop("119")
    with ivr_line.house.world.sessions.begin() as tx:
        tx.execute(text("update outbox_message set due = now() where kind = 'TransferDue'"))
    comes_to(hana, contact, "returned")
    caller.talks()
