"""What the network does wrong changes nothing but the time it takes."""

import pytest
from sqlalchemy import text

from simulator.faults import Faults, RestFault, WebhookFault
from tests.calls.conftest import Line
from tests.house import waited_for

COUNTED = (
    "casework_contact", "ivr_call", "routing_queue_entry", "routing_offer", "casework_case", "casework_visit",
    "casework_dispatch", "casework_duty",
)  # fmt: skip


def whole_call(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    hana.comes_to("on_contact")
    caller.talks()
    caller.hangs_up()
    hana.comes_to("wrapping")
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["state"] == "draft")
    ivr_line.telephone.settled()


def rows(ivr_line: Line) -> dict[str, int]:
    with ivr_line.house.world.sessions() as tx:
        return {table: tx.scalar(text(f"select count(*) from {table}")) or 0 for table in COUNTED}


ONCE = {
    "casework_contact": 1, "ivr_call": 2, "routing_queue_entry": 1, "routing_offer": 1, "casework_case": 0,
    "casework_visit": 0, "casework_dispatch": 0, "casework_duty": 0,
}  # fmt: skip


def test_a_call_without_faults_leaves_these_rows(ivr_line: Line) -> None:
    whole_call(ivr_line)
    assert rows(ivr_line) == ONCE


@pytest.mark.parametrize("together", [False, True])
def test_every_webhook_twice_leaves_the_same_rows(ivr_line: Line, together: bool) -> None:  # noqa: FBT001
    ivr_line.telephone.network.trouble(Faults((WebhookFault(twice=1, together=together),), seed=1))
    whole_call(ivr_line)
    assert rows(ivr_line) == ONCE


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_callbacks_late_and_out_of_order_end_in_the_same_state(ivr_line: Line, seed: int) -> None:
    ivr_line.telephone.network.trouble(
        Faults((WebhookFault(kind="callback", late=0.7, late_s=0.6, twice=0.3),), seed=seed)
    )
    whole_call(ivr_line)
    assert rows(ivr_line) == ONCE


def test_a_lost_request_to_move_the_caller_is_made_good_by_the_waiting_loop(ivr_line: Line) -> None:
    # The provider says yes, and does nothing: only the caller's own next words can bring them over.
    ivr_line.telephone.network.trouble(Faults(rest=(RestFault("*/Calls/*", "POST", status=200, fail=1),), seed=1))
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    hana.accept()
    caller.talks()
    hana.comes_to("on_contact")


def test_a_provider_that_fails_now_and_then_is_asked_again(ivr_line: Line) -> None:
    ivr_line.telephone.network.trouble(Faults(rest=(RestFault(status=503, fail=0.4, unheard=0.2),), seed=3))
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    hana.accept()
    caller.talks()
    hana.comes_to("on_contact")


def test_an_end_nobody_told_us_of_is_found_by_asking(ivr_line: Line) -> None:
    ivr_line.telephone.network.trouble(Faults((WebhookFault(kind="callback", lost=1),), seed=1))
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    caller.hears("혼자 기다리시는 게 아니에요")
    caller.hangs_up()
    with ivr_line.house.world.sessions.begin() as tx:
        tx.execute(text("update outbox_message set due = now() where kind = 'CallCheckDue'"))
    waited_for(lambda: rows(ivr_line)["casework_duty"] == 1)
    with ivr_line.house.world.sessions() as tx:
        assert tx.scalar(text("select ended_at is not null from ivr_call"))
