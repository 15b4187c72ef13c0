"""The connection overrides a webhook URL may carry after its `#`."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

from simulator.failures import Failure
from simulator.settings import Limits

POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
REGIONS_AND_TLS = frozenset({"e", "sni"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How one request is tried: seconds per phase and in all, how often again, and after which failures."""

    connect_s: float
    read_s: float
    total_s: float
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def retries_after(self, kind: str) -> bool:
        """Say whether a failure of this kind is tried again."""
        return "all" in self.policies or kind in self.policies


def read(url: str, limits: Limits) -> tuple[str, Overrides]:
    """Split a URL into what is requested and how; a bad override is failure 11243."""
    bare, fragment = urldefrag(url)
    given = dict(parse_qsl(fragment, keep_blank_values=True))
    unknown = set(given) - {"ct", "rt", "tt", "rc", "rp"} - REGIONS_AND_TLS
    policies = frozenset(given.get("rp", "ct").split(","))
    if unknown or not policies <= POLICIES:
        raise Failure(11243, f"Invalid connection override: #{fragment}", bare)
    return bare, Overrides(
        _seconds(given, "ct", limits.connect_s, 10000, bare),
        _seconds(given, "rt", limits.read_s, 15000, bare),
        min(_seconds(given, "tt", limits.total_s, 15000, bare), limits.total_s),
        int(_number(given, "rc", 1, 5, bare)),
        policies,
    )


def _seconds(given: dict[str, str], name: str, default: float, most: int, url: str) -> float:
    return _number(given, name, default * 1000, most, url) / 1000


def _number(given: dict[str, str], name: str, default: float, most: int, url: str) -> float:
    if name not in given:
        return default
    text = given[name]
    if not text.isdecimal() or int(text) > most:
        raise Failure(11243, f"Invalid connection override: {name}={text}", url)
    return float(text)
