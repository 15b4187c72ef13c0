"""A conversation is handed on, and whatever happens on the way the caller is with somebody, or first in line."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from simulator.faults import Faults, WebhookFault
from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import waited_for


def talking(line: Line, counselor: Counselor) -> tuple[Caller, str]:
    caller = line.telephone.dial()
    caller.press("5", "1")
    contact = counselor.accept()
    counselor.comes_to("on_contact")
    caller.talks()
    return caller, contact


def ask(counselor: Counselor, contact: str, what: str = "", **form: Any) -> dict[str, Any]:
    reply = counselor.client.post(f"/api/calls/{contact}/transfer{what}", json=form)
    assert reply.is_success, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def state(counselor: Counselor, contact: str) -> str:
    return str(counselor.client.get(f"/api/calls/{contact}/transfer").json()["state"])


def comes_to(counselor: Counselor, contact: str, wanted: str) -> None:
    waited_for(lambda: state(counselor, contact) == wanted)


def entries(line: Line) -> dict[str, str]:
    with line.house.world.sessions() as tx:
        rows = tx.execute(text("select contact_id, state from routing_queue_entry order by seq"))
        return {str(key): found for key, found in rows}


def contact_of(counselor: Counselor, contact: str) -> dict[str, Any]:
    found: dict[str, Any] = counselor.client.get(f"/api/contacts/{contact}").json()
    return found


def consulted(line: Line, hana: Counselor, duri: Counselor) -> tuple[Caller, str, str]:
    """Bring a second counselor to where the first tells them of the caller."""
    caller, contact = talking(line, hana)
    ask(hana, contact, to="counselor", name="duri")
    following = duri.accept()
    comes_to(hana, contact, "target_answered")
    return caller, contact, following


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
    waited_for(lambda: _ended(ivr_line))


def _ended(line: Line) -> bool:
    with line.house.world.sessions() as tx:
        return bool(tx.scalar(text("select ended_at is not null from ivr_call where role = 'caller'")))


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


@pytest.mark.parametrize("rung", ["busy", "failed", "no_answer"])
def test_a_desk_that_does_not_answer_gives_the_caller_back_at_once(ivr_line: Line, rung: str) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    if rung == "no_answer":
        ivr_line.house.world.telephone.__dict__["ring_timeout"] = 5
    ivr_line.telephone.number("119", rung=rung)
    ask(hana, contact, to="desk", name="119")
    waited_for(lambda: state(hana, contact) == "returned", 25)
    hana.comes_to("on_contact")
    caller.talks()
    caller.hangs_up()
    hana.comes_to("wrapping")


def test_a_desk_that_hangs_up_before_it_is_briefed_gives_the_caller_back(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller, contact = talking(ivr_line, hana)
    ivr_line.telephone.number("119", talk_s=0.3)
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
    waited_for(lambda: _ended(ivr_line))
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
    ivr_line.telephone.number("+8221200001", rung="busy")
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="desk", name="dasan", blind=True)
    hana.comes_to("wrapping")
    caller.hears("더 잘 도와드릴 수 있는 곳으로")
    caller.hears("다른 상담원을 바로 찾고 있어요")
    duri = ivr_line.counselor("duri")
    following = duri.accept()
    assert following != contact
    caller.talks()
    assert contact_of(duri, following)["continues_id"] == contact


def test_a_caller_sent_on_blindly_talks_to_the_desk_and_is_owed_nothing_more(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller, contact = talking(ivr_line, hana)
    ask(hana, contact, to="desk", name="dasan", blind=True)
    caller.hears("더 잘 도와드릴 수 있는 곳으로")
    caller.talks()
    caller.hangs_up()
    waited_for(lambda: _ended(ivr_line))
    with ivr_line.house.world.sessions() as tx:
        assert tx.scalar(text("select count(*) from casework_duty")) == 0


def test_a_caller_in_danger_is_not_sent_on_without_an_introduction(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    caller = ivr_line.telephone.dial()
    caller.press("0")
    contact = hana.accept()
    hana.comes_to("on_contact")
    blind = {"to": "queue", "name": "loneliness", "blind": True}
    refused = hana.client.post(f"/api/calls/{contact}/transfer", json=blind)
    assert refused.status_code == 409
    assert "danger" in refused.json()["detail"]
    assert "소개 없이" in refused.json()["detail"]
    caller.talks()


@pytest.mark.parametrize("level", ["emergency", "urgent"])
def test_a_blind_transfer_is_refused_at_a_high_triage_level(ivr_line: Line, level: str) -> None:
    hana = ivr_line.counselor("hana")
    _, contact = talking(ivr_line, hana)
    with ivr_line.house.world.sessions.begin() as tx:
        tx.execute(text("update casework_contact set triage_level = :level"), {"level": level})
    blind = {"to": "desk", "name": "119", "blind": True}
    refused = hana.client.post(f"/api/calls/{contact}/transfer", json=blind)
    assert refused.status_code == 409
    assert level in refused.json()["detail"]


def test_no_move_is_made_out_of_its_turn_and_none_by_somebody_else(ivr_line: Line) -> None:
    hana, duri = ivr_line.counselor("hana"), ivr_line.counselor("duri")
    caller, contact = talking(ivr_line, hana)

    def refused(*moves: str) -> None:
        for move in moves:
            assert hana.client.post(f"/api/calls/{contact}/transfer/{move}").status_code == 409, move

    assert hana.client.get(f"/api/calls/{contact}/transfer").status_code == 404
    refused("briefed", "conference", "release", "cancel")
    began = ask(hana, contact, to="counselor", name="duri")
    refused("briefed", "conference", "release")
    assert hana.client.post(f"/api/calls/{contact}/hang-up").status_code == 409
    again = hana.client.post(f"/api/calls/{contact}/transfer", json={"to": "desk", "name": "119"})
    assert again.status_code == 409
    duri.accept()
    comes_to(hana, contact, "target_answered")
    assert duri.client.post(f"/api/calls/{contact}/transfer/briefed").status_code == 403
    assert duri.client.post(f"/api/calls/{began['next_id']}/hang-up").status_code == 404
    refused("conference", "release")
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 409
    ask(hana, contact, "/briefed")
    refused("briefed", "release")
    ask(hana, contact, "/conference")
    refused("briefed", "conference")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 202
    hana.comes_to("on_hold")
    assert hana.client.post(f"/api/calls/{contact}/resume").status_code == 202
    hana.comes_to("on_contact")
    ask(hana, contact, "/release")
    refused("briefed", "conference", "release", "cancel")
    assert hana.client.post(f"/api/calls/{contact}/hold").status_code == 409
    caller.talks()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"to": "moon", "name": "x"}, 422),
        ({"to": "desk", "name": "nowhere"}, 422),
        ({"to": "desk", "name": ""}, 422),
        ({"to": "desk", "name": "+821012345678"}, 422),
        ({"to": "queue", "name": "nothing"}, 422),
        ({"to": "counselor", "name": "nobody"}, 422),
        ({"to": "counselor", "name": "hana"}, 422),
        ({"to": "counselor", "name": "duri", "blind": True}, 422),
        ({"to": "counselor", "name": "sena"}, 409),
        ({"to": "desk", "name": "119", "more": 1}, 422),
        ({"to": "desk", "name": "1\u00009"}, 422),
    ],
)
def test_a_transfer_to_nowhere_is_refused_and_changes_nothing(
    ivr_line: Line, form: dict[str, Any], status: int
) -> None:
    hana = ivr_line.counselor("hana")
    _, contact = talking(ivr_line, hana)
    assert hana.client.post(f"/api/calls/{contact}/transfer", json=form).status_code == status
    assert hana.client.get(f"/api/calls/{contact}/transfer").status_code == 404
    assert list(entries(ivr_line).values()) == ["connected"]
