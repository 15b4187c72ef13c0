"""The Recordings resource: what was recorded, as JSON and as sound."""

import io
import wave
from typing import Any

from simulator.call import rfc2822
from simulator.recordings import Recording
from simulator.rest.asked import Answer, Asked

RATE = 8000


async def fetch(asked: Asked) -> Answer:
    """Look at one recording."""
    return 200, shape(find(asked))


async def browse(asked: Asked) -> Answer:
    """List recordings, of one call where the path names it."""
    asked.allow({"CallSid", "ConferenceSid", "PageSize", "Page", "PageToken"})
    call = asked.names.get("call") or asked.text("CallSid")
    found = [shape(known) for known in asked.network.recordings.values() if call in {"", known.call_sid}]
    return asked.page("recordings", found)


async def delete(asked: Asked) -> Answer:
    """Destroy a recording."""
    del asked.network.recordings[find(asked).sid]
    return 204, None


def find(asked: Asked) -> Recording:
    """Find a recording, or refuse."""
    recording = asked.network.recordings.get(asked.names["sid"])
    if recording is None:
        raise asked.missing()
    return recording


def wav(recording: Recording) -> bytes:
    """Give a recording as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(recording.pcm))
    return file.getvalue()


def shape(recording: Recording) -> dict[str, Any]:
    """Say a recording as the provider does."""
    base = f"/2010-04-01/Accounts/{recording.account_sid}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": recording.account_sid,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid or None,
        "api_version": "2010-04-01",
        "channels": 1,
        "date_created": rfc2822(recording.began_at),
        "date_updated": rfc2822(recording.began_at),
        "start_time": rfc2822(recording.began_at),
        "duration": str(recording.duration_s),
        "price": None,
        "price_unit": "USD",
        "source": recording.source,
        "status": recording.status,
        "error_code": None,
        "encryption_details": None,
        "media_url": base,
        "uri": f"{base}.json",
        "subresource_uris": {},
    }
