"""What the network does wrong rings nobody twice, and leaves no counselor in an empty room."""

import pytest

from simulator.faults import Faults, RestFault, WebhookFault
from tests.calls.conftest import Line
from tests.calls.promise import NUMBER, answers, duties, in_time, promised, results, rows, states
from tests.house import waited_for


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
