"""Reading and making the SIP messages which the SIP library does not make itself."""

import re
from urllib.parse import unquote

from aiosipua import CSeq, SipMessage, SipRequest, SipResponse, generate_tag, parse_uri, stringify_cseq

Address = tuple[str, int]


def key_of(message: SipMessage) -> tuple[str, str]:
    """Name the transaction a message belongs to: branch and method; both are empty when they cannot be read."""
    try:
        vias, cseq = message.via, message.cseq
    except ValueError:
        return "", ""
    branch = vias[0].branch if vias else None
    return branch or "", cseq.method.upper() if cseq else ""


def reply(request: SipRequest, status: int, reason: str) -> SipResponse:
    """Answer a request that belongs to no dialog. Raises ValueError for one which names nobody to answer."""
    response = SipResponse(status_code=status, reason_phrase=reason)
    for via in request.headers.get("via"):
        response.headers.append("Via", via)
    for name in ("From", "Call-ID", "CSeq"):
        value = request.get_header(name)
        if value:
            response.set_header(name, value)
    to = request.get_header("To") or ""
    response.set_header("To", to if ";tag=" in to else f"{to};tag={generate_tag()}")
    return response


def acknowledgment(invite: SipRequest, refusal: SipResponse) -> SipRequest:
    """Acknowledge the refusal of an INVITE (RFC 3261, section 17.1.1.3)."""
    ack = SipRequest(method="ACK", uri=invite.uri)
    ack.headers.append("Via", invite.headers.get("via")[0])
    for name, source in (("From", invite), ("To", refusal), ("Call-ID", invite)):
        ack.set_header(name, source.get_header(name) or "")
    number = invite.cseq.seq if invite.cseq else 1
    ack.set_header("CSeq", stringify_cseq(CSeq(seq=number, method="ACK")))
    ack.set_header("Max-Forwards", "70")
    for route in invite.headers.get("route"):
        ack.headers.append("Route", route)
    return ack


def user_of(uri: str) -> str:
    """Give the user part of a SIP URI, percent-decoded, without parameters; empty when there is none.

    Raises ValueError for what is not a URI.
    """
    user = parse_uri(uri).user or ""
    return unquote(user.split(";", 1)[0])


def keys_of(info: SipRequest) -> str:
    """Give the key in an INFO of the two kinds that phones send (application/dtmf-relay and application/dtmf)."""
    kind = (info.content_type or "").split(";", 1)[0].strip().lower()
    if kind not in {"application/dtmf-relay", "application/dtmf"}:
        return ""
    found = re.search(r"(?im)^\s*(?:signal\s*=\s*)?([0-9*#A-D])\s*$", info.text)
    return found.group(1).upper() if found else ""
