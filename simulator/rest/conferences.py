"""The Conferences resource: looking at conferences and ending them."""

from typing import Any

from simulator.call import rfc2822
from simulator.conference import Conference
from simulator.rest.asked import Answer, Asked
from simulator.rest.errors import bad


async def fetch(asked: Asked) -> Answer:
    """Look at one conference."""
    return 200, shape(find(asked, asked.names["sid"]))


async def browse(asked: Asked) -> Answer:
    """List conferences, newest first."""
    asked.allow({"FriendlyName", "Status", "PageSize", "Page", "PageToken"})
    name, status = asked.text("FriendlyName"), asked.text("Status")
    found = [
        shape(conference)
        for conference in reversed(asked.network.conferences.values())
        if (not name or conference.name == name) and (not status or conference.status == status)
    ]
    return asked.page("conferences", found)


async def update(asked: Asked) -> Answer:
    """End a conference, or announce something to everybody in it."""
    asked.allow({"Status", "AnnounceUrl", "AnnounceMethod"})
    conference = find(asked, asked.names["sid"])
    announce = asked.target("AnnounceUrl", "AnnounceMethod")
    if asked.text("Status") not in {"", "completed"}:
        raise bad("Status must be completed")
    if conference.is_over:
        raise bad("Conference is not in-progress", 20404)
    if asked.text("Status"):
        conference.end("conference-ended-via-api")
    elif announce:
        for member in conference.participants.values():
            member.announcing = announce
            member.touch()
    return 200, shape(conference)


def find(asked: Asked, sid: str) -> Conference:
    """Find a conference by its SID, or refuse."""
    conference = asked.network.conferences.get(sid)
    if conference is None:
        raise asked.missing()
    return conference


def shape(conference: Conference) -> dict[str, Any]:
    """Say a conference as the provider does."""
    base = f"/2010-04-01/Accounts/{conference.account_sid}/Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": conference.account_sid,
        "friendly_name": conference.name,
        "api_version": "2010-04-01",
        "region": "us1",
        "status": conference.status,
        "reason_conference_ended": conference.reason,
        "call_sid_ending_conference": conference.ended_by,
        "date_created": rfc2822(conference.created_at),
        "date_updated": rfc2822(conference.updated_at),
        "uri": f"{base}.json",
        "subresource_uris": {
            "participants": f"{base}/Participants.json",
            "recordings": f"{base}/Recordings.json",
        },
    }
