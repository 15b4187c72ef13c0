"""What both ends of a SIP call agree on for their sound: PCMU or PCMA, 8 kHz, keys as telephone events."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from aiosipua import SdpMessage, SdpNegotiationError, build_sdp, negotiate_sdp

SUPPORTED: Final = (0, 8)
_PCMU, _PCMA = SUPPORTED
_NOT_AN_ADDRESS: Final = "0.0.0.0"  # noqa: S104  (read in an offer as the old sign for "hold", never bound)
_USUAL_KEY_TYPE: Final = 101
_LAST_PORT: Final = 65_535
_IPV4: Final = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """How sound goes in one call."""

    remote: tuple[str, int]
    payload_type: int
    key_type: int
    rfc_keys: bool
    held: bool
    """The phone wants to hear nothing for now."""


def answer(offer: SdpMessage | None, host: str, port: int) -> tuple[SdpMessage, Agreement] | None:
    """Answer a phone's offer with our RTP address, or None when there is no codec or address we could use."""
    if offer is None or not _usable(offer):
        return None
    key_type = _key_type(offer)
    try:
        ours, payload_type = negotiate_sdp(
            offer, host, port, supported_codecs=list(SUPPORTED), dtmf_payload_type=key_type or _USUAL_KEY_TYPE
        )
    except SdpNegotiationError:
        return None
    return ours, _agreement(offer, payload_type, key_type)


def offer(host: str, port: int) -> SdpMessage:
    """Offer both G.711 codecs and telephone events."""
    ours = build_sdp(host, port, _PCMU, "PCMU", dtmf_payload_type=_USUAL_KEY_TYPE)
    audio = ours.media[0]
    audio.formats.insert(1, str(_PCMA))
    audio.attributes["rtpmap"].insert(1, f"{_PCMA} PCMA/8000")
    return ours


def accept(theirs: SdpMessage | None) -> Agreement | None:
    """Read a phone's answer to our offer, or None when it took neither codec."""
    if theirs is None or theirs.audio is None or not _usable(theirs):
        return None
    chosen = next((codec.payload_type for codec in theirs.audio.codecs if codec.payload_type in SUPPORTED), None)
    return None if chosen is None else _agreement(theirs, chosen, _key_type(theirs))


def _usable(theirs: SdpMessage) -> bool:
    """Say whether sound can be sent there: a host name would be looked up again for every packet."""
    if theirs.rtp_address is None or not 0 < theirs.rtp_address[1] <= _LAST_PORT:
        return False
    try:
        return ip_address(theirs.rtp_address[0]).version == _IPV4
    except ValueError:
        return False


def _agreement(theirs: SdpMessage, payload_type: int, key_type: int | None) -> Agreement:
    audio, remote = theirs.audio, theirs.rtp_address
    if audio is None or remote is None:
        raise ValueError("This description of media has no audio.")
    held = audio.direction in {"sendonly", "inactive"} or remote[0] == _NOT_AN_ADDRESS
    return Agreement(remote, payload_type, key_type or _USUAL_KEY_TYPE, key_type is not None, held)


def _key_type(sdp: SdpMessage) -> int | None:
    codecs = sdp.audio.codecs if sdp.audio else []
    return next((each.payload_type for each in codecs if each.encoding_name.lower() == "telephone-event"), None)
