"""A waiting caller hears how long it will be, and what they heard is compared with what came."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from app.relay import Relay
from ivr.record import contact_of
from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import House, form, waited_for
from tests.ivr.test_webhooks import next_url, to_queue
from tests.routing.past import a_usual_day

OTHER = "CA" + "8" * 32
MINUTES = "약 3분 뒤에 연결될 것 같아요"
"""The past day's calls took 150 s each, and one seat is there: rounded up, three minutes."""


def a_busy_counselor(line: Line) -> tuple[Counselor, Caller]:
    """Give the line a past that a relay has learned from, and one counselor who talks with somebody."""
    now = datetime.now(UTC)
    a_usual_day(line.house.world.sessions, now)
    Relay(line.house.world).sweep(now)
    hana, first = line.counselor(), line.telephone.dial("+821011111111")
    first.press("5", "1")
    hana.accept()
    first.talks()
    hana.comes_to("on_contact")
    return hana, first


def foretold(house: House) -> list[dict[str, Any]]:
    with house.world.sessions() as tx:
        return list(tx.scalars(text("select detail from routing_event where kind = 'foretold'")))


def test_a_caller_hears_the_minutes_and_the_queue_learns_how_true_they_were(ivr_line: Line) -> None:
    hana, first = a_busy_counselor(ivr_line)
    second = ivr_line.telephone.dial("+821022222222")
    second.press("5", "1")
    second.hears(MINUTES)
    assert "다음이 바로 차례입니다" in second.play
    first.hangs_up()
    hana.comes_to("wrapping")
    assert hana.client.post("/api/seat/wrap-up").status_code == 200
    hana.accept()
    second.talks()
    hana.comes_to("on_contact")
    shown = ivr_line.house.sign_in("sun").get("/api/queues/loneliness/calibration").json()["figures"]
    assert shown["told"] == shown["answered"] == len(foretold(ivr_line.house)) >= 1
    assert shown["bias_s"] > 0
    second.hangs_up()
    hana.comes_to("wrapping")


def test_a_word_asked_for_twice_is_the_same_and_is_written_down_once(ivr_line: Line) -> None:
    _, first = a_busy_counselor(ivr_line)
    house = ivr_line.house
    waiting, board = next_url(to_queue(house, call=OTHER), "waitUrl"), house.world.board
    waited_for(lambda: board.outlook(contact_of(OTHER), datetime.now(UTC)).seconds is not None)
    said = {house.webhook(waiting, form(call=OTHER)).text for _ in range(3)}
    assert len(said) == 1
    assert MINUTES in said.pop()
    assert [each["told_s"] for each in foretold(house)] == [180]
    first.hangs_up()
