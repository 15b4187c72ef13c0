"""What a caller left to be heard is owed once, whatever the order in which it is heard of."""

from datetime import timedelta
from uuid import UUID

import pytest

from casework.config import Config
from casework.messages import TranscriptWanted, VoicemailAwaited
from casework.policy.duties import SHORTEST_VOICEMAIL
from casework.service import ended, recorded, voicemails
from casework.tables import Contact, Duty, Voicemail
from tests.casework.conftest import House


def leave(house: House, contact_id: UUID, recording: str = "RE1", seconds: int = 20) -> None:
    with house.sessions.begin() as tx:
        recorded(tx, contact_id, recording, seconds, config=house.config, at=house.clock.at)


def hang_up(house: House, contact_id: UUID) -> None:
    with house.sessions.begin() as tx:
        ended(tx, contact_id, ended_by="caller", reached="voicemail", at=house.clock.at)


def look(house: House, contact_id: UUID) -> None:
    with house.sessions.begin() as tx:
        voicemails.on_awaited(tx, VoicemailAwaited(contact_id), house.clock.at, config=house.config)


@pytest.mark.parametrize("first_hung_up", [False, True])
def test_a_voicemail_is_one_duty_whichever_is_heard_of_first(house: House, *, first_hung_up: bool) -> None:
    contact_id = house.ring()
    for act in (hang_up, leave) if first_hung_up else (leave, hang_up):
        act(house, contact_id)
        act(house, contact_id)
    look(house, contact_id)
    look(house, contact_id)
    (duty,) = house.rows(Duty)
    assert (duty.kind, duty.team, duty.due_at) == ("voicemail", "counselors", house.clock.at + timedelta(hours=1))
    assert house.row(Contact, contact_id).unanswered == "voicemail"
    assert [voicemail.duty_id for voicemail in house.rows(Voicemail)] == [duty.id]


@pytest.mark.parametrize("seconds", [None, 0, SHORTEST_VOICEMAIL - 1])
def test_who_said_too_little_is_owed_a_call_back_like_one_who_hung_up(house: House, seconds: int | None) -> None:
    contact_id = house.ring()
    if seconds is not None:
        leave(house, contact_id, seconds=seconds)
    hang_up(house, contact_id)
    assert not house.rows(Duty)
    look(house, contact_id)
    assert [duty.kind for duty in house.rows(Duty)] == ["callback"]


def test_a_recording_that_is_heard_of_very_late_belongs_to_the_call_back_that_is_owed(house: House) -> None:
    contact_id = house.ring()
    hang_up(house, contact_id)
    look(house, contact_id)
    leave(house, contact_id)
    (duty,) = house.rows(Duty)
    assert (duty.kind, house.rows(Voicemail)[0].duty_id) == ("callback", duty.id)


def test_a_withheld_number_s_words_are_heard_all_the_same(house: House) -> None:
    contact_id = house.ring(number=None)
    leave(house, contact_id)
    hang_up(house, contact_id)
    look(house, contact_id)
    assert [duty.kind for duty in house.rows(Duty)] == ["voicemail"]


def test_two_recordings_of_one_call_are_one_duty(house: House) -> None:
    contact_id = house.ring()
    leave(house, contact_id, "RE1")
    leave(house, contact_id, "RE2")
    assert len(house.rows(Duty)) == 1
    assert len(house.rows(Voicemail)) == 2


def test_without_a_transcriber_nothing_is_asked_and_nothing_fails(house: House) -> None:
    leave(house, house.ring())
    (left,) = house.rows(Voicemail)
    with house.sessions.begin() as tx:
        wanted = TranscriptWanted(left.id)
        assert voicemails.prepare(tx, wanted, house.clock.at, config=Config()) is None
        voicemails.record(tx, wanted, "", house.clock.at, vault=house.vault)
    assert house.row(Voicemail, left.id).transcribed_at is None
