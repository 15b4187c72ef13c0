"""Where the phone of an address is: a registered name, a name on this door, or anywhere that SIP reaches."""

from dataclasses import dataclass

from aiosipua import parse_uri

from simulator.sip.messages import Address, user_of
from simulator.sip.registrar import Registrar

_SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to ask for, and where."""

    uri: str
    addr: Address


def find(address: str, registrar: Registrar, door: Address) -> Place | None:
    """Find the phone of `client:<name>` or of `sip:<name>@<host>`; None when there is none."""
    if address.startswith("client:"):
        return _registered(address.removeprefix("client:"), registrar)
    try:
        uri, user = parse_uri(address), user_of(address)
    except ValueError:
        return None
    if not address.startswith("sip:") or not uri.host:
        return None
    remote = (uri.host, uri.port or _SIP_PORT)
    if remote[1] == door[1] and remote[0] in {door[0], "localhost", "127.0.0.1"}:
        return _registered(user, registrar)
    return Place(address, remote)


def _registered(name: str, registrar: Registrar) -> Place | None:
    phone = registrar.find(name)
    return Place(phone.uri, phone.addr) if phone else None
