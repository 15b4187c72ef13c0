"""The IncomingPhoneNumbers resource: which number leads to which URL; and the account itself."""

from dataclasses import replace
from typing import Any, Final

from simulator.call import rfc2822
from simulator.rest.asked import Answer, Asked
from simulator.settings import Line, Target

UPDATE: Final = frozenset(
    {
        "FriendlyName",
        "VoiceUrl",
        "VoiceMethod",
        "VoiceFallbackUrl",
        "VoiceFallbackMethod",
        "StatusCallback",
        "StatusCallbackMethod",
        "VoiceApplicationSid",
    }
)


async def browse(asked: Asked) -> Answer:
    """List the numbers of this network."""
    asked.allow({"PhoneNumber", "FriendlyName", "PageSize", "Page", "PageToken"})
    number, name = asked.text("PhoneNumber"), asked.text("FriendlyName")
    found = [
        shape(asked, known)
        for known, line in asked.network.lines.items()
        if number in {"", known} and name in {"", line.friendly_name or known}
    ]
    return asked.page("incoming_phone_numbers", found)


async def fetch(asked: Asked) -> Answer:
    """Look at one number."""
    return 200, shape(asked, _number(asked))


async def update(asked: Asked) -> Answer:
    """Point a number somewhere else."""
    asked.allow(UPDATE)
    number = _number(asked)
    line = asked.network.lines[number]
    asked.network.lines[number] = replace(
        line,
        voice=_changed(asked, line.voice, "VoiceUrl", "VoiceMethod"),
        fallback=_changed(asked, line.fallback, "VoiceFallbackUrl", "VoiceFallbackMethod"),
        status=_changed(asked, line.status, "StatusCallback", "StatusCallbackMethod"),
        friendly_name=asked.text("FriendlyName", line.friendly_name),
        application_sid=asked.text("VoiceApplicationSid", line.application_sid),
    )
    return 200, shape(asked, number)


async def account(asked: Asked) -> Answer:
    """Look at the account."""
    sid = asked.network.settings.account.sid
    when = rfc2822(asked.network.began_at)
    return 200, {
        "sid": sid,
        "auth_token": asked.network.settings.account.auth_token,
        "friendly_name": "The telephone network in miniature",
        "owner_account_sid": sid,
        "status": "active",
        "type": "Full",
        "date_created": when,
        "date_updated": when,
        "uri": f"/2010-04-01/Accounts/{sid}.json",
        "subresource_uris": {"calls": f"/2010-04-01/Accounts/{sid}/Calls.json"},
    }


def shape(asked: Asked, number: str) -> dict[str, Any]:
    """Say a number as the provider does."""
    network = asked.network
    line, sid, account_sid = network.lines[number], network.line_sids[number], network.settings.account.sid
    when = rfc2822(network.began_at)
    return {
        "sid": sid,
        "account_sid": account_sid,
        "phone_number": number,
        "friendly_name": line.friendly_name or number,
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "date_created": when,
        "date_updated": when,
        "origin": "twilio",
        "status": "in-use",
        "voice_receive_mode": "voice",
        "voice_application_sid": line.application_sid or None,
        "voice_caller_id_lookup": False,
        "address_requirements": "none",
        **_urls(line),
        "uri": f"/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers/{sid}.json",
    }


def _urls(line: Line) -> dict[str, str | None]:
    named = {"voice": ("voice_url", line.voice), "voice_fallback": ("voice_fallback_url", line.fallback)}
    fields: dict[str, str | None] = {}
    for prefix, (name, target) in named.items():
        fields |= {name: target.url if target else None, f"{prefix}_method": target.method if target else "POST"}
    status = line.status
    return fields | {
        "status_callback": status.url if status else None,
        "status_callback_method": status.method if status else "POST",
    }


def _changed(asked: Asked, now: Target | None, url: str, method: str) -> Target | None:
    """Read a new target; an empty URL takes it away, an absent one leaves it."""
    if url not in asked.fields:
        given = asked.text(method)
        return Target(now.url, given) if now and given in {"GET", "POST"} else now
    return asked.target(url, method, now.method if now else "POST")


def _number(asked: Asked) -> str:
    sid = asked.names["sid"]
    number = next((number for number, known in asked.network.line_sids.items() if known == sid), None)
    if number is None:
        raise asked.missing()
    return number
