"""Voicemails as staff see and hear them: the sound comes through us from the provider, never by a public link."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from casework.queries import reach
from casework.queries import voicemails as queries
from casework.service import voicemails
from casework.tables import Voicemail
from core.errors import Conflict, NotFound
from core.staff import Actor
from core.web import Now, Tx, allow
from ivr.telephony import Gone, TwilioTelephone

router = APIRouter(prefix="/api/voicemails", tags=["voicemails"])
Listener = Annotated[Actor, allow("voicemail.hear")]


class VoicemailOut(BaseModel):
    """A voicemail and the duty it is: taken, tried and closed at `/api/duties`."""

    id: UUID
    contact_id: UUID
    recorded_at: datetime
    seconds: int
    heard_at: datetime | None
    heard_by: UUID | None
    duty_id: UUID | None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    transcribed: bool


class VoicemailWhole(VoicemailOut):
    """A voicemail with its words, where somebody wrote them down."""

    transcript: str | None


def _shown(found: Voicemail) -> dict[str, object]:
    names = ("id", "contact_id", "recorded_at", "seconds", "heard_at", "heard_by", "duty_id")
    return {**{name: getattr(found, name) for name in names}, "transcribed": found.transcribed_at is not None}


@router.get("")
def list_voicemails(
    actor: Listener, tx: Tx, *, open_only: bool = True, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> list[VoicemailOut]:
    """List voicemails that wait for an answer, the oldest first."""
    mine = reach.contacts(actor, "voicemail.hear")
    listed = queries.voicemails(tx, mine, open_only=open_only, limit=limit)
    more = [{"due_at": duty.due_at, "ended_at": duty.ended_at, "ended_by": duty.ended_by} for _, duty in listed]
    return [VoicemailOut.model_validate(_shown(found) | each) for (found, _), each in zip(listed, more, strict=True)]


@router.get("/{voicemail_id}")
def read_voicemail(voicemail_id: UUID, actor: Listener, tx: Tx, at: Now, request: Request) -> VoicemailWhole:
    """Read a voicemail's words; that somebody did is written down."""
    found, words = voicemails.read(tx, voicemail_id, actor, vault=request.app.state.vault, at=at)
    return VoicemailWhole.model_validate({**_shown(found), "transcript": words})


@router.get("/{voicemail_id}/audio", response_class=StreamingResponse)
def hear_voicemail(voicemail_id: UUID, actor: Listener, tx: Tx, at: Now, request: Request) -> StreamingResponse:
    """Hear a voicemail as a WAV file; that somebody did is written down."""
    found = voicemails.hear(tx, voicemail_id, actor, at=at)
    telephone: TwilioTelephone = request.app.state.telephone
    try:
        sound = telephone.recording(found.recording)
    except Gone as error:
        raise NotFound("통신 사업자에 녹음이 남아 있지 않습니다. The provider does not have it any more.") from error
    except OSError as error:
        raise Conflict("지금은 녹음을 가져올 수 없습니다. The provider does not give it now; try again.") from error
    return StreamingResponse(sound, media_type="audio/wav", headers={"Cache-Control": "no-store"})
