"""The line as a whole in another mode: new calls begin elsewhere, and nobody who is on the line notices."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.calls.conftest import Line
from tests.house import waited_for


def choose(supervisor: httpx.Client, kind: str, **more: Any) -> dict[str, Any]:
    version = supervisor.get("/api/mode").json()["version"]
    reply = supervisor.put("/api/mode", json={"kind": kind, "reason": "훈련입니다", "version": version, **more})
    assert reply.status_code == 200, reply.text
    line: dict[str, Any] = reply.json()
    return line


def takes_effect(supervisor: httpx.Client, kind: str) -> None:
    """Wait until the web process knows, as it does by itself within a second."""
    waited_for(lambda: supervisor.get("/api/mode").json()["now"] == kind)


@pytest.fixture
def supervisor(ivr_line: Line) -> httpx.Client:
    return ivr_line.house.sign_in("sun")


def test_a_mode_takes_effect_for_new_calls_and_leaves_alone_who_waits(ivr_line: Line, supervisor: httpx.Client) -> None:
    before = ivr_line.telephone.dial("+821011111111")
    before.press("5", "1")
    before.hears("혼자 기다리시는 게 아니에요")
    choose(supervisor, "closed")
    takes_effect(supervisor, "closed")
    after = ivr_line.telephone.dial("+821022222222")
    after.press("5", "1")
    after.hears("지금은 상담사가 쉬는 시간이에요")
    after.hears("곧 다시 전화드릴게요")
    after.ended()
    hana = ivr_line.counselor()
    hana.accept()
    before.talks()
    hana.comes_to("on_contact")
    with ivr_line.house.world.sessions() as tx:
        waited_for(lambda: tx.scalar(text("select count(*) from casework_duty where kind = 'callback'")) == 1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("say", "연결이 늦어질 수 있어요"),
        ("play", "notice.wav"),
        ("forward", "당직자에게 바로 연결해 드릴게요"),
        ("holiday", "오늘은 공휴일이지만"),
        ("mass_event", "한 분 한 분 모두 받겠습니다"),
    ],
)
def test_every_mode_has_words_and_then_a_person(
    ivr_line: Line, supervisor: httpx.Client, kind: str, words: str
) -> None:
    choose(supervisor, kind)
    takes_effect(supervisor, kind)
    caller = ivr_line.telephone.dial()
    caller.hears(words)
    caller.talks()
    caller.hangs_up()


def test_a_caller_who_leaves_the_closed_line_is_called_back(ivr_line: Line, supervisor: httpx.Client) -> None:
    choose(supervisor, "closed")
    takes_effect(supervisor, "closed")
    caller = ivr_line.telephone.dial()
    caller.press("5")
    caller.hears("지금은 상담사가 쉬는 시간이에요")
    caller.hangs_up()
    with ivr_line.house.world.sessions() as tx:
        waited_for(lambda: tx.scalar(text("select count(*) from casework_duty where kind = 'callback'")) == 1)


def test_a_mode_with_an_end_ends_by_itself(ivr_line: Line, supervisor: httpx.Client) -> None:
    until = datetime.now(UTC) + timedelta(seconds=2)
    choose(supervisor, "closed", until=until.isoformat())
    takes_effect(supervisor, "closed")
    waited_for(lambda: supervisor.get("/api/mode").json()["now"] == "normal")
