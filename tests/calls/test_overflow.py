"""Calls that are led out of the queue: to the duty desk and back, to a partner, to voicemail, to a call-back."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

import routing.service as queue
from casework import signing
from simulator.virtual import Policy
from tests.calls.conftest import Line
from tests.calls.telephone import Caller, network_at
from tests.casework.partner import Partner
from tests.house import ACCOUNT, TOKEN, open_house, waited_for, worker_port

SECRET = "a secret that the transcriber knows"
DUTY, PARTNER = "+8221200000", "+8221200109"


@pytest.fixture
def transcriber() -> Iterator[Partner]:
    made = Partner()
    yield made
    made.close()


@pytest.fixture
def line(clean_database: str, clean_redis: str, tmp_path: Path, transcriber: Partner) -> Iterator[Line]:
    port = worker_port(250)
    more: dict[str, Any] = {
        "twilio_api_url": f"http://127.0.0.1:{port}", "desks": {"duty": DUTY, "109": PARTNER},
        "endpoints": {"transcription": transcriber.url}, "partner_secret": SECRET,
    }  # fmt: skip
    with (
        open_house(clean_database, clean_redis, tmp_path, **more) as house,
        network_at(port, house.url, ACCOUNT, TOKEN) as telephone,
    ):
        yield Line(house, telephone)


def nobody_answers(line: Line, number: str) -> None:
    line.telephone.call(lambda: line.telephone.network.directory.behave(number, Policy(rung="busy")))


def waits(line: Line, seconds: int, *keys: str) -> Caller:
    """Bring a caller into the queue who has waited for so long already."""
    caller = line.telephone.dial()
    caller.press(*(keys or ("5", "1")))
    caller.hears("혼자 기다리시는 게 아니에요")
    world = line.house.world
    waited_for(lambda: world.board.contacts() != {})
    with world.sessions.begin() as tx:
        moved = "update routing_queue_entry set entered_at = entered_at - make_interval(secs => :s)"
        tx.execute(text(moved), {"s": seconds})
    with world.sessions.begin() as tx:
        queue.reconcile(tx, board=world.board, at=datetime.now(UTC))
    return caller


def one(line: Line, sql: str) -> Any:
    with line.house.world.sessions() as tx:
        return tx.scalar(text(sql))


def state(line: Line) -> str:
    return str(one(line, "select state from routing_queue_entry"))


def duties(line: Line) -> list[str]:
    with line.house.world.sessions() as tx:
        return list(tx.scalars(text("select kind from casework_duty where kind <> 'review' order by created_at")))


def test_with_nobody_on_shift_a_caller_is_asked_and_else_brought_to_the_duty_desk(line: Line) -> None:
    caller = waits(line, 130)
    caller.hears("지금 자리에 있는 상담사가 없어")
    caller.hears("당직자에게 연결해 볼게요")
    caller.talks()
    waited_for(lambda: state(line) == "exited_with_key")
    caller.hangs_up()
    assert one(line, "select count(*) from routing_queue_entry where state like 'abandoned%'") == 0


def test_a_desk_that_does_not_answer_gives_the_caller_back_at_the_old_place(line: Line) -> None:
    nobody_answers(line, DUTY)
    caller = waits(line, 130)
    entered = one(line, "select entered_at from routing_queue_entry")
    caller.hears("당직자에게 연결해 볼게요")
    caller.hears("다른 상담원을 바로 찾고 있어요")
    waited_for(lambda: state(line) == "waiting")
    assert one(line, "select entered_at from routing_queue_entry") == entered
    hana = line.counselor()
    hana.accept()
    caller.talks()
    hana.comes_to("on_contact")


def test_a_caller_who_waited_too_long_may_go_to_a_partner(line: Line) -> None:
    duri = line.counselor("duri")
    busy = line.telephone.dial("+821099999999")
    busy.press("5", "1")
    duri.accept()
    duri.comes_to("on_contact")
    caller = line.telephone.dial()
    caller.press("5", "1")
    caller.hears("혼자 기다리시는 게 아니에요")
    waited_for(lambda: len(line.house.world.board.contacts()) == 2)
    with line.house.world.sessions.begin() as tx:
        tx.execute(text("update routing_queue_entry set entered_at = entered_at - interval '2500 s'"))
    with line.house.world.sessions.begin() as tx:
        queue.reconcile(tx, board=line.house.world.board, at=datetime.now(UTC))
    caller.hears("오래 기다리시게 해서 죄송해요")
    caller.press("3")
    caller.hears("백구 번 상담사에게 연결해 볼게요")
    caller.talks()
    waited_for(lambda: one(line, "select count(*) from routing_queue_entry where state = 'exited_with_key'") == 1)
    caller.hangs_up()
    busy.hangs_up()


def test_somebody_in_danger_is_brought_to_the_duty_desk_and_never_asked_to_call_later(line: Line) -> None:
    caller = waits(line, 30, "0")
    caller.hears("당직자에게 연결해 볼게요")
    caller.talks()
    waited_for(lambda: state(line) == "no_counselor")
    assert "다시 전화를 받고" not in caller.play
    caller.hangs_up()


def test_zero_in_the_middle_of_the_choices_goes_back_to_the_head_of_the_queue(line: Line) -> None:
    caller = waits(line, 130)
    caller.hears("지금 자리에 있는 상담사가 없어")
    caller.press("0")
    caller.hears("가장 먼저 연결해 드릴게요")
    waited_for(lambda: one(line, "select priority from routing_queue_entry") == "danger")
    caller.hangs_up()


def test_a_callback_that_was_chosen_is_owed_and_ends_the_call_kindly(line: Line) -> None:
    caller = waits(line, 130)
    caller.hears("지금 자리에 있는 상담사가 없어")
    caller.press("1")
    caller.hears("곧 다시 전화드릴게요")
    assert caller.ended() == "completed"
    waited_for(lambda: duties(line) == ["callback"])
    assert state(line) == "callback_requested"


def leaves_words(line: Line, *, spoken: int) -> Caller:
    """Let a caller speak for so many tenths of a second after the beep."""
    caller = waits(line, 130)
    caller.hears("지금 자리에 있는 상담사가 없어")
    caller.press("2")
    caller.hears("삐 소리가 나면")
    recordings = line.telephone.network.recordings
    waited_for(lambda: line.telephone.call(lambda: len(recordings)) == 1)
    for _ in range(spoken):
        line.telephone.call(lambda: caller.phone.say("잠이 오지 않아서요"))
        threading.Event().wait(0.1)
    return caller


def test_words_that_were_left_become_a_duty_and_can_be_heard_and_read(line: Line, transcriber: Partner) -> None:
    transcriber.answer = orjson.dumps({"text": "잠이 오지 않아서요."})
    caller = leaves_words(line, spoken=22)
    caller.hears("잘 들었습니다")
    caller.ended()
    waited_for(lambda: duties(line) == ["voicemail"])
    assert state(line) == "voicemail"
    assert one(line, "select unanswered from casework_contact") == "voicemail"

    hana = line.house.sign_in("hana")
    waited_for(lambda: hana.get("/api/voicemails").json()[0]["transcribed"])
    headers, body = transcriber.heard[0]
    at = datetime.now(UTC)
    assert signing.genuine(SECRET, headers[signing.HEADER], body, at=at, age=line.house.world.casework.signature_age)
    found = hana.get("/api/voicemails").json()[0]
    assert hana.get(f"/api/voicemails/{found['id']}").json()["transcript"] == "잠이 오지 않아서요."
    assert "잠이" not in str(one(line, "select transcript_cipher from casework_voicemail"))
    sound = hana.get(f"/api/voicemails/{found['id']}/audio")
    assert (sound.status_code, sound.headers["content-type"], sound.content[:4]) == (200, "audio/wav", b"RIFF")
    assert hana.get("/api/voicemails").json()[0]["heard_at"]
    assert one(line, "select count(*) from access_entry where object_kind = 'voicemail'") == 2

    duty = found["duty_id"]
    assert hana.post(f"/api/duties/{duty}/take").status_code == 200
    assert hana.post(f"/api/duties/{duty}/done").status_code == 200
    assert hana.get("/api/voicemails").json() == []
    closed = hana.get("/api/voicemails", params={"open_only": False}).json()[0]
    assert closed["ended_by"] == hana.get("/api/me").json()["id"]


def test_who_says_nothing_after_the_beep_is_followed_up_like_one_who_hung_up(line: Line) -> None:
    caller = leaves_words(line, spoken=0)
    caller.hears("말씀이 들리지 않았어요")
    caller.hears("말씀하기 어려우셔도 괜찮아요")
    caller.ended()
    due = "select count(*) from outbox_message where kind = 'VoicemailAwaited'"
    waited_for(lambda: one(line, due) == 1)
    with line.house.world.sessions.begin() as tx:
        tx.execute(text("update outbox_message set due = posted_at where kind = 'VoicemailAwaited'"))
    waited_for(lambda: duties(line) == ["callback"])
    assert one(line, "select count(*) from casework_voicemail where duty_id is not null") == 0


def test_the_recording_of_a_caller_who_hangs_up_while_speaking_is_kept(line: Line) -> None:
    caller = leaves_words(line, spoken=22)
    caller.hangs_up()
    waited_for(lambda: duties(line) == ["voicemail"])


def test_nobody_hears_a_voicemail_without_leave(line: Line) -> None:
    caller = leaves_words(line, spoken=22)
    caller.ended()
    waited_for(lambda: duties(line) == ["voicemail"])
    found = line.house.sign_in("hana").get("/api/voicemails").json()[0]["id"]
    stranger = line.house.sign_in("mirae")
    for path in ("", f"/{found}", f"/{found}/audio"):
        assert stranger.get(f"/api/voicemails{path}").status_code == 403
    hana = line.house.sign_in("hana")
    for wrong, status in (("nonsense", 422), ("00000000-0000-0000-0000-000000000000", 404)):
        assert hana.get(f"/api/voicemails/{wrong}").status_code == status
        assert hana.get(f"/api/voicemails/{wrong}/audio").status_code == status
    assert hana.get("/api/voicemails", params={"limit": 0}).status_code == 422
    line.telephone.call(line.telephone.network.recordings.clear)
    assert hana.get(f"/api/voicemails/{found}/audio").status_code == 404
    assert one(line, "select count(*) from access_entry where action = 'hear'") == 0
