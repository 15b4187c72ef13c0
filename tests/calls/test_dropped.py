"""A caller in danger who is cut off is called three times within five minutes; then the police are asked."""

from tests.calls.conftest import Line
from tests.calls.promise import NUMBER, gap_over, offered_anew, results, rows, states
from tests.house import waited_for

DISPATCHES = "select kind, state, triage_level, page from casework_dispatch"


def test_the_police_are_asked_to_find_somebody_in_danger_whom_three_calls_did_not_reach(ivr_line: Line) -> None:
    hana = ivr_line.counselor()
    caller = ivr_line.telephone.dial(NUMBER)
    caller.press("0")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    waited_for(lambda: rows(ivr_line, "select danger_at is not null from casework_contact") == [(True,)])
    ivr_line.telephone.person(NUMBER, rung="no_answer")
    caller.loses_signal()
    offered_anew(hana, contact)
    for nth in (1, 2, 3):
        hana.accept()
        waited_for(lambda nth=nth: len([r for r in results(ivr_line) if r]) == nth)  # type: ignore[misc] # Bound at once.
        hana.comes_to("idle")
        if nth < 3:
            waited_for(lambda: states(ivr_line) == [("scheduled", None)])
            assert rows(ivr_line, DISPATCHES) == []
            gaps = rows(ivr_line, "select due_at - last_try_at < interval '65 seconds' from ivr_callback")
            assert gaps == [(True,)], "three calls fit into five minutes"
            gap_over(ivr_line)
    waited_for(lambda: rows(ivr_line, DISPATCHES) == [("112", "requested", "emergency", 1)])
    mirae = ivr_line.house.sign_in("mirae")
    ((dispatch,),) = rows(ivr_line, "select id from casework_dispatch")
    packet = mirae.post(f"/api/dispatches/{dispatch}/reveal", json={"reason": "출동 확인"}).json()
    assert NUMBER in str(packet)
    assert "위치를 모릅니다" in str(packet)
    told = rows(ivr_line, "select about_kind, reason from casework_escalation order by 1")
    assert ("dispatch", "no_endpoint") in told, "without a way to the police, a person is told to telephone"
    assert ("duty", "exhausted") in told
