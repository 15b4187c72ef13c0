"""The webhooks as the provider sees them: signed, committed before the answer, the same when they come twice."""

import threading
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import text

from tests.house import CALL, CALLER, House, form, sign, waited_for

TABLES = ("journal", "casework_contact", "ivr_call", "routing_queue_entry", "outbox_message")


def rows(house: House) -> dict[str, int]:
    with house.world.sessions() as tx:
        return {table: tx.scalar(text(f"select count(*) from {table}")) or 0 for table in TABLES}


def next_url(reply: httpx.Response, attribute: str = "action") -> str:
    root = ET.fromstring(reply.text)  # noqa: S314 - our own words
    return next(element.attrib[attribute] for element in root.iter() if attribute in element.attrib)


def to_queue(house: House, call: str = CALL, caller: str = CALLER, **more: str) -> httpx.Response:
    reply = house.webhook("/ivr/voice", form(call, caller, **more))
    for key in ("5", "1"):
        reply = house.webhook(next_url(reply), form(call, caller, Digits=key))
    return reply


def test_a_call_is_kept_before_it_is_answered(house: House) -> None:
    reply = house.webhook("/ivr/voice", form())
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert "외로움 상담은 오 번" in reply.text
    assert rows(house) == {
        "journal": 1, "casework_contact": 1, "ivr_call": 1, "routing_queue_entry": 0, "outbox_message": 1,
    }  # fmt: skip


def test_five_and_one_put_the_caller_in_the_queue(house: House) -> None:
    reply = to_queue(house)
    assert ">loneliness</Enqueue>" in reply.text
    with house.world.sessions() as tx:
        entry = tx.execute(text("select priority, language, state, provider_ref from routing_queue_entry")).one()
        kinds = set(tx.scalars(text("select kind from outbox_message")))
    assert tuple(entry) == ("normal", "ko", "waiting", CALL)
    assert kinds == {"CallerWaiting", "CallCheckDue"}


def test_everything_by_get_works_the_same(house: House) -> None:
    reply = house.webhook("/ivr/voice", form(), method="GET")
    for key in ("5", "1"):
        reply = house.webhook(next_url(reply), form(Digits=key), method="GET")
    assert ">loneliness</Enqueue>" in reply.text
    assert rows(house)["routing_queue_entry"] == 1


def test_every_webhook_sent_twice_gives_the_same_words_and_the_same_rows(house: House) -> None:
    reply = house.webhook("/ivr/voice", form())
    assert house.webhook("/ivr/voice", form()).text == reply.text
    for key in ("5", "1"):
        url = next_url(reply)
        reply = house.webhook(url, form(Digits=key))
        assert house.webhook(url, form(Digits=key)).text == reply.text
    once = rows(house)
    assert once == {
        "journal": 3, "casework_contact": 1, "ivr_call": 1, "routing_queue_entry": 1, "outbox_message": 2,
    }  # fmt: skip
    waiting = next_url(reply, "waitUrl")
    first = house.webhook(waiting, form(QueuePosition="1"))
    assert house.webhook(waiting, form(QueuePosition="7")).text == first.text
    status = form(CallStatus="completed", SequenceNumber="3")
    for _ in range(2):
        assert house.webhook("/ivr/status", status).status_code == 200
    assert rows(house) == {**once, "journal": 5, "outbox_message": 3}


def test_a_repeat_with_other_digits_hears_what_was_said_the_first_time(house: House) -> None:
    url = next_url(house.webhook("/ivr/voice", form()))
    first = house.webhook(url, form(Digits="5"))
    assert house.webhook(url, form(Digits="7")).text == first.text


def test_many_repeats_at_once_have_one_effect(house: House) -> None:
    url = next_url(house.webhook("/ivr/voice", form()))
    replies: list[str] = []
    threads = [
        threading.Thread(target=lambda: replies.append(house.webhook(url, form(Digits="0")).text)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 12
    assert len(set(replies)) == 1
    assert rows(house)["routing_queue_entry"] == 1


@pytest.mark.parametrize(
    "path", ["/ivr/voice", "/ivr/pressed?flow=1", "/ivr/status", "/ivr/conference", "/ivr/softphone"]
)
@pytest.mark.parametrize("wrong", ["none", "other token", "other body", "other query"])
def test_what_the_provider_did_not_sign_is_refused_and_changes_nothing(house: House, path: str, wrong: str) -> None:
    url, fields = house.url + path, form(CallStatus="completed")
    signature = {
        "none": "", "other token": sign(url, fields, "x"), "other body": sign(url, {**fields, "a": "b"}),
        "other query": sign(url + "&x=1", fields),
    }[wrong]  # fmt: skip
    reply = house.provider.post(url, data=fields, headers={"X-Twilio-Signature": signature} if signature else {})
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert sum(rows(house).values()) == 0


def test_the_signature_counts_on_the_configured_address_whatever_the_host_header_says(house: House) -> None:
    url = f"{house.url}/ivr/voice"
    headers = {"X-Twilio-Signature": sign(url, form()), "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert house.provider.post(url, data=form(), headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"b" * 70_000, 413),
    ],
)
def test_what_is_no_webhook_gets_a_clear_answer(house: House, kind: str, body: bytes, status: int) -> None:
    reply = house.provider.post(f"{house.url}/ivr/voice", content=body, headers={"Content-Type": kind})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert house.provider.put(f"{house.url}/ivr/voice").status_code == 405
    assert sum(rows(house).values()) == 0


@pytest.mark.parametrize(
    "caller", ["anonymous", "", "unknown", "sip:desk@pbx.example", "client:hana", "+266696687", "٠١٠", "x" * 900, "🙂"]
)
def test_a_caller_without_a_number_is_served_all_the_same(house: House, caller: str) -> None:
    reply = to_queue(house, caller=caller)
    assert "Enqueue" in reply.text
    waiting = house.webhook(next_url(reply, "waitUrl"), form(caller=caller))
    assert "일 번" not in waiting.text


@pytest.mark.parametrize("digits", ["", "12345678901234567890123", "*", "#", "a", "५", "\0", "5\r\n"])
def test_keys_that_are_none_are_asked_again(house: House, digits: str) -> None:
    url = next_url(house.webhook("/ivr/voice", form()))
    reply = house.webhook(url, form(Digits=digits))
    assert reply.status_code == 200
    assert "Gather" in reply.text


def test_unknown_and_doubled_fields_do_no_harm(house: House) -> None:
    fields = [*form().items(), ("CallSid", CALL), ("NewField", "x"), ("NewField", "y"), ("ToZip", "")]
    reply = _post_pairs(house, "/ivr/voice", fields)
    assert "Gather" in reply.text
    assert rows(house)["casework_contact"] == 1


def test_a_missing_call_id_still_reaches_a_person(house: House) -> None:
    for sid in ("", "CA not one", "x" * 65):
        reply = house.webhook("/ivr/voice", form(sid))
        assert "+8221200000" in reply.text
        assert "당직자" in reply.text
    assert sum(rows(house).values()) == 0


@pytest.mark.parametrize("query", ["", "?flow=x", "?flow=1&node=nowhere", "?flow=1&node=door&turn=-1&tries=a"])
def test_an_address_that_is_not_ours_leads_to_the_menu(house: House, query: str) -> None:
    assert "외로움 상담은 오 번" in house.webhook(f"/ivr/pressed{query}", form(Digits="5")).text


@pytest.mark.parametrize("fields", [{"CallSid": ""}, {"CallStatus": "dancing"}, {"CallStatus": ""}])
def test_a_status_that_says_nothing_is_refused(house: House, fields: dict[str, str]) -> None:
    assert house.webhook("/ivr/status", form(**{"call": "", **_named(fields)})).status_code == 422
    assert sum(rows(house).values()) == 0


def _named(fields: dict[str, str]) -> dict[str, str]:
    return {("call" if name == "CallSid" else name): value for name, value in fields.items()}


def test_names_in_any_script_and_nul_characters_are_kept_or_dropped_but_never_break(house: House) -> None:
    for n, name in enumerate(("مرحبا\u202e", "👩‍👩‍👧", "a\0b", "<&\"'>")):
        call = f"CA{n:032d}"
        assert house.webhook("/ivr/voice", form(call, CallerName=name, To=name)).status_code == 200
    assert rows(house)["casework_contact"] == 4


def test_the_fallback_needs_no_database(house: House) -> None:
    reply = house.webhook("/ivr/fallback", form(ErrorCode="11200", ErrorUrl="http://x"))
    assert "+8221200000" in reply.text
    assert rows(house)["journal"] == 0


def test_a_softphone_without_an_accepted_call_is_told_so(house: House) -> None:
    for caller in ("client:hana", "client:nobody", "+821012345678"):
        assert "연결할 통화가 없습니다" in house.webhook("/ivr/softphone", form(caller=caller)).text


def test_numbers_are_sealed_in_the_database(house: House) -> None:
    to_queue(house)
    with house.world.sessions() as tx:
        dump = str([tx.execute(text(f"select * from {table}")).all() for table in TABLES])
    assert "1012345678" not in dump
    assert "821012" not in dump


def test_without_the_database_the_caller_reaches_a_person_and_is_written_down_later(house: House) -> None:
    reply = house.webhook("/ivr/voice", form())
    url = next_url(reply)
    with closed_tables(house):
        reply = house.webhook(url, form(Digits="5"))
        assert "본인 이야기라면" in reply.text
        reply = house.webhook(next_url(reply), form(Digits="1"))
        assert "+8221200000" in reply.text
        assert "당직자" in reply.text
    waited_for(lambda: rows(house)["journal"] == 3)
    assert rows(house)["routing_queue_entry"] == 0


def test_a_recording_is_told_of_once_however_often_it_is_heard_of(house: House) -> None:
    house.webhook("/ivr/voice", form())
    said = form(RecordingSid="RE1", RecordingStatus="completed", RecordingDuration="12")
    spot = "flow=2&node=voicemail&turn=9&tries=0&language=ko&about=self&reachable=1&past=1"
    for _ in range(2):
        assert "잘 들었습니다" in house.webhook(f"/ivr/recorded?{spot}", said).text
        assert house.webhook("/ivr/recording", said).status_code == 200
    with house.world.sessions() as tx:
        told = tx.scalars(text("select body from outbox_message where kind = 'VoicemailRecorded'")).all()
    assert {(body["recording"], body["seconds"]) for body in told} == {("RE1", 12)}
    assert len(told) == 2, "one by the call, one by the callback; what is done about them is done once"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"RecordingSid": "", "RecordingStatus": "completed"},
        {"RecordingSid": "%%%", "RecordingStatus": "completed"},
        {"RecordingSid": "RE1", "RecordingStatus": ""},
        {"CallSid": "", "RecordingSid": "RE1", "RecordingStatus": "completed"},
    ],
)
def test_a_recording_callback_that_says_too_little_is_refused(house: House, more: dict[str, str]) -> None:
    assert house.webhook("/ivr/recording", {**form(), **more}).status_code == 422
    assert rows(house)["journal"] == 0


@pytest.mark.parametrize("length", ["", "-3", "1e3", "999999", "١٢", "twelve"])
def test_a_length_that_is_no_number_is_no_recording_to_answer(house: House, length: str) -> None:
    spot = "flow=2&node=voicemail&turn=9&tries=0&language=ko&about=self&reachable=1&past=0"
    said = form(RecordingSid="RE1", RecordingDuration=length)
    assert "<Record " in house.webhook(f"/ivr/recorded?{spot}", said).text


@pytest.mark.parametrize("door", ["asked", "answered", "closing", "recorded"])
@pytest.mark.parametrize("query", ["", "question=", "flow=2&node=nowhere&turn=x", "question=%00%27&reason=%3C"])
def test_a_new_door_that_is_asked_nonsense_still_has_words_or_a_way_on(house: House, door: str, query: str) -> None:
    reply = house.webhook(f"/ivr/{door}" + (f"?{query}" if query else ""), form(Digits="1"))
    assert reply.status_code == 200
    assert len(ET.fromstring(reply.text)) > 0  # noqa: S314 - our own words


class closed_tables:  # noqa: N801 - reads as what it does
    """The journal away, as after a failed disk: every insert is refused."""

    def __init__(self, house: House) -> None:
        self.house = house

    def _sql(self, words: str) -> None:
        with self.house.world.sessions.begin() as tx:
            tx.execute(text(words))

    def __enter__(self) -> None:
        self._sql("alter table journal rename to journal_away")

    def __exit__(self, *_: object) -> None:
        self._sql("alter table journal_away rename to journal")


def _post_pairs(house: House, path: str, fields: list[tuple[str, str]]) -> httpx.Response:
    url = house.url + path
    headers = {"X-Twilio-Signature": sign(url, fields), "Content-Type": "application/x-www-form-urlencoded"}
    return house.provider.post(url, content=urlencode(fields), headers=headers)
