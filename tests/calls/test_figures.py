"""One call through the whole house, and the figures that supervisors see of it."""

from sqlalchemy import func, select

from routing.tables import RoutingEvent
from tests.calls.conftest import Line
from tests.house import waited_for

FORM = {
    "relation": "self", "topic": "loneliness", "outcome_class": "data", "triage_level": "info",
    "consent": {"answer": "given"}, "notes": "혼자 지낸 지 오래되었다고 함.", "subject": {"district": "11110"},
}  # fmt: skip


def test_a_call_is_counted_for_the_queue_for_its_counselor_and_for_a_district(ivr_line: Line) -> None:
    hana, sun = ivr_line.counselor(), ivr_line.house.sign_in("sun")
    caller = ivr_line.telephone.dial()
    caller.press("5", "1")
    contact = hana.accept()
    caller.talks()
    hana.comes_to("on_contact")
    caller.hangs_up()
    hana.comes_to("wrapping")
    assert hana.client.post("/api/seat/wrap-up").status_code == 200
    waited_for(lambda: hana.client.get(f"/api/contacts/{contact}").json()["state"] == "draft")
    finalized = hana.client.post(f"/api/contacts/{contact}/finalize", json={"form": FORM})
    assert finalized.status_code == 200, finalized.text

    def placed() -> bool:
        with ivr_line.house.world.sessions() as tx:
            of = (RoutingEvent.kind == "placed", RoutingEvent.detail["district"].as_string() == "11110")
            return tx.scalar(select(func.count()).select_from(RoutingEvent).where(*of)) == 1

    waited_for(placed)
    asked = "/api/queues/loneliness/history?grain=whole&by="
    (line,) = sun.get(asked + "queue").json()["lines"]
    assert (line["offered"], line["answered"], line["offers_accepted"], line["answer_rate"]) == (1, 1, 1, 1.0)
    (line,) = sun.get(asked + "counselor").json()["lines"]
    assert (line["login"], line["answered"], line["offers_accepted"]) == ("hana", 1, 1)
    assert 0 < line["busy_s"] <= line["at_work_s"]
