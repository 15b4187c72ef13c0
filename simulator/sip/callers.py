"""Who a SIP call is from, and what else about it is told to the webhooks."""

import re
from typing import Final

from aiosipua import IncomingCall, parse_uri

from simulator.sip.messages import Address, user_of

_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,20}")
_LONGEST_HEADER: Final = 1024
_NOBODY: Final = "anonymous"


def address_of(call: IncomingCall) -> str:
    """Give the caller as digits, as an E.164 number, as `anonymous`, or else as a SIP address."""
    uri = parse_uri(call.caller)
    user = re.sub(r"[\s().-]", "", user_of(call.caller)) if call.caller else ""
    if _NUMBER.fullmatch(user):
        return user
    if not user or user.lower() in {_NOBODY, "unknown"} or uri.host.endswith("anonymous.invalid"):
        return _NOBODY
    return f"sip:{user_of(call.caller)}@{uri.host}"


def uri_of(address: str, host: Address) -> str:
    """Give the SIP URI under which a called phone sees a caller of this network."""
    if address.startswith("sip:"):
        return address
    user = address.removeprefix("client:")
    if user == _NOBODY:
        return "sip:anonymous@anonymous.invalid"
    return f"sip:{re.sub(r'[^A-Za-z0-9_.+*-]', '_', user)}@{host[0]}:{host[1]}"


def parameters_of(call: IncomingCall) -> dict[str, str]:
    """List the fields that a provider adds to the webhooks of a SIP call."""
    fields = {
        "SipDomain": parse_uri(call.invite.uri).host,
        "SipUsername": user_of(call.caller) if call.caller else "",
        "SipCallId": call.call_id,
        "SipSourceIp": call.source_addr[0],
    }
    extra = {f"SipHeader_{name}": value[:_LONGEST_HEADER] for name, value in call.x_headers.items()}
    return fields | extra
