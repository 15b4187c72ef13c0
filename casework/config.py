"""The small values casework needs: clocks, limits and where requests are sent."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from casework.instruments import Catalog, shipped
from casework.policy.triage import TARGETS, Targets
from core.security import Vault

_SHORTEST_SECRET = 16
KINDS = ("visit", "119", "112", "joint", "transcription")
"""What may be handed to an outside endpoint."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one kind of request is delivered; raises ValueError for an address or a secret that is not safe."""

    url: str
    secret: str = field(repr=False)
    proxy: str | None = None

    def __post_init__(self) -> None:
        """Refuse plain http to anywhere but this machine, and secrets that can be guessed."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError(f"Write a whole https:// address instead of {self.url!r}.")
        if parts.scheme == "http" and not _loopback(parts.hostname):
            raise ValueError(f"{self.url!r} would carry personal data in the open: write https:// instead.")
        if len(self.secret) < _SHORTEST_SECRET:
            raise ValueError(f"The secret of {self.url!r} needs at least {_SHORTEST_SECRET} characters.")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Config:
    """Every clock and limit of casework; the defaults are proposals for a city to set."""

    targets: Targets = field(default_factory=lambda: dict(TARGETS))
    """From the first contact to the first response, by triage level; None: none is owed."""
    callback_within: timedelta = timedelta(minutes=30)
    danger_callback_within: timedelta = timedelta(minutes=5)
    voicemail_within: timedelta = timedelta(hours=1)
    """From a voicemail to the call that answers it."""
    recording_within: timedelta = timedelta(minutes=1)
    """From the end of a call to the news that it left a recording."""
    attempt_again_after: timedelta = timedelta(minutes=15)
    attempt_limit: int = 3
    """After so many attempts that reached nobody the supervisor decides."""
    overdue_grace: timedelta = timedelta(minutes=10)
    """From the reminder to the supervisor; none at danger."""
    dispatch_acknowledged_within: timedelta = timedelta(minutes=3)
    arrival_within: timedelta = timedelta(minutes=15)
    visit_acknowledged_within: timedelta = timedelta(minutes=30)
    urgent_visit_acknowledged_within: timedelta = timedelta(minutes=5)
    """At emergency and urgent."""
    visit_within: timedelta = timedelta(days=14)
    """For a visit at a level that owes no response by itself."""
    travel: timedelta = timedelta(minutes=30)
    """No visit is expected to be made sooner after it was asked for."""
    in_depth_within: timedelta = timedelta(hours=72)
    """For in-depth counseling without a window, at a level that owes no response by itself."""
    follow_up_opens: timedelta = timedelta(hours=24)
    """A follow-up shows as due so long before its deadline."""
    referral_answered_within: timedelta = timedelta(days=3)
    """From sending a referral to its answer: then it is overdue in the house, and asked after outside."""
    referral_chased_within: timedelta = timedelta(hours=24)
    """From then, or from a refusal, to what the referrer does about it."""
    referral_expires_after: timedelta = timedelta(days=14)
    """A referral that nobody answered is over."""
    instruments: Catalog = field(default_factory=shipped)
    pages: int = 5
    """A request that nobody acknowledges is sent so many times; the supervisor's ladder goes on without it."""
    rung_within: timedelta = timedelta(minutes=5)
    summon_within: timedelta = timedelta(seconds=60)
    """A counselor who calls for help is told that somebody comes, or the supervisors are told again, so soon."""
    rungs: int = 6
    """A supervisor is told so many times that an escalation waits."""
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    outside_timeout: float = 3.5
    """Seconds for a whole outside call; must stay below the delivery lease."""
    signature_age: timedelta = timedelta(minutes=5)
    public_url: str = "http://127.0.0.1:8120"
    """Where partners reach us."""

    def __post_init__(self) -> None:
        """Refuse endpoints for kinds that do not exist."""
        unknown = sorted(set(self.endpoints) - set(KINDS))
        if unknown:
            raise ValueError(f"There is no request of the kind {unknown[0]!r}; choose among {', '.join(KINDS)}.")


DEFAULT = Config()


@dataclass(frozen=True, slots=True)
class Means:
    """What casework works with: the keys to what is sealed, and its clocks and limits."""

    vault: Vault
    config: Config = DEFAULT
