"""The doors of a caller who is handed on, with the right input and with the wrong."""

import pytest
from sqlalchemy import text

from ivr.record import contact_of
from tests.house import CALL, House, form
from tests.ivr.test_webhooks import next_url, to_queue

SPOT = "flow=1&node=queue&turn=7&tries=0&language=ko&about=self&reachable=1"


def test_a_caller_who_is_sent_on_waits_as_the_next_part_of_the_call(house: House) -> None:
    to_queue(house)
    reply = house.webhook(f"/ivr/handed?{SPOT}&part=1&offer=x", form())
    assert "이야기를 이어서 들을 상담원" in reply.text
    assert ">loneliness</Enqueue>" in reply.text
    assert "part=1" in next_url(reply, "waitUrl")
    with house.world.sessions() as tx:
        found = tx.scalars(text("select contact_id from routing_queue_entry order by seq")).all()
    assert found == [contact_of(CALL), contact_of(CALL, 1)]


def test_a_desk_that_nobody_knows_leads_back_to_the_queue(house: House) -> None:
    to_queue(house)
    reply = house.webhook(f"/ivr/handed?{SPOT}&part=1&offer=x&desk=nowhere", form())
    assert "<Dial" not in reply.text
    again = house.webhook(next_redirect(reply.text), form())
    assert ">loneliness</Enqueue>" in again.text


def next_redirect(words: str) -> str:
    return words.partition("<Redirect>")[2].partition("</Redirect>")[0].replace("&amp;", "&")


@pytest.mark.parametrize("query", ["desk=119", "flow=x&node=queue&turn=1", f"{SPOT}&part=x", f"{SPOT}&part="])
def test_an_address_that_is_none_of_ours_leads_to_the_menu_and_never_to_silence(house: House, query: str) -> None:
    reply = house.webhook(f"/ivr/handed?{query}", form())
    assert (reply.status_code, "<Say" in reply.text) == (200, True)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "supervising counselor"), ("ko", "책임상담사"), ("x", "책임상담사")]
)
def test_who_is_listened_to_is_told_in_their_language(house: House, language: str, words: str) -> None:
    assert words in house.webhook(f"/ivr/watched?language={language}", form()).text


@pytest.mark.parametrize("path", [f"/ivr/handed?{SPOT}", "/ivr/watched"])
def test_what_the_provider_did_not_sign_is_refused(house: House, path: str) -> None:
    assert house.webhook(path, form(), token="another").status_code == 403
