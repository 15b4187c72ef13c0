"""Destroying a recording at the provider, where the sound is."""

from datetime import datetime

from sqlalchemy.orm import Session

import casework.service as cases
from casework.messages import RecordingToErase
from core.delivery import Outward
from ivr.steering import unless_gone
from ivr.telephony import TwilioTelephone


def erase(telephone: TwilioTelephone) -> Outward:
    """Destroy a recording, and write down that it is gone; one that is gone already is as good."""

    def prepare(tx: Session, message: RecordingToErase, _: datetime) -> str | None:
        return cases.recording_to_erase(tx, message.voicemail_id)

    def send(recording: str) -> None:
        unless_gone(lambda: telephone.erase_recording(recording))

    def record(tx: Session, message: RecordingToErase, _: None, at: datetime) -> None:
        cases.recording_erased(tx, message.voicemail_id, message.why, at=at)

    return Outward(prepare, send, record)
