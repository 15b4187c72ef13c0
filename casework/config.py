"""The small values casework needs: clocks, limits and where requests are sent."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from casework.instruments import Catalog, shipped
from casework.policy.retention import PERIODS, Kind
from casework.policy.triage import TARGETS, Targets
from core.security import Vault

_SHORTEST_SECRET = 16
KINDS = ("visit", "119", "112", "joint", "transcription")
"""What may be handed to an outside endpoint."""
OFFICER = "officer"
TELEPHONES = ("119", "112", "joint", OFFICER)
"""Whom a dispatch may be read to over the telephone: an agency's own desk, or our duty officer."""


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
class Care:
    """The clocks and limits of care plans, companion calls and welfare checks; proposals for a city to set."""

    frequent_contacts: int = 5
    """Who called so often within `frequent_within` is shown to the supervisor: a proposal, nothing else follows."""
    frequent_within: timedelta = timedelta(days=7)
    plan_longest: timedelta = timedelta(days=366)
    plan_review_within: timedelta = timedelta(days=7)
    """From a plan's review date to the deadline of the duty to look at it."""
    horizon: timedelta = timedelta(days=14)
    """Companion calls are written down so far ahead, in whole days."""
    call_within: timedelta = timedelta(hours=2)
    """From the agreed time to the deadline of a companion call."""
    call_tries: int = 3
    """A companion call is missed after so many tries that reached nobody."""
    misses: int = 2
    """A welfare check follows so many missed calls in a row."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Seoul"))
    holidays: frozenset[date] = frozenset()


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
    record_within: timedelta = timedelta(hours=4)
    """A record that is finished later is owed so soon: within the shift."""
    attempt_limit: int = 3
    """After so many attempts that reached nobody the supervisor decides."""
    overdue_grace: timedelta = timedelta(minutes=10)
    """From the reminder to the supervisor; none at danger."""
    dispatch_acknowledged_within: timedelta = timedelta(minutes=3)
    dropped_to: Literal["119", "112", "joint"] = "112"
    """Who is asked to find an emergency caller who was cut off and whom nobody reaches any more."""
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
    check_out_within: timedelta = timedelta(minutes=60)
    """A team that is inside is heard of again within this, for its own safety."""
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
    reveals_reviewed_within: timedelta = timedelta(days=10)
    """From the end of a month to the review of every look behind the mask in it."""
    rungs: int = 6
    """A supervisor is told so many times that an escalation waits."""
    care: Care = field(default_factory=Care)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    telephones: Mapping[str, str] = field(default_factory=dict)
    """Where a dispatch is read out, by agency, and for the `officer`: E.164."""
    outside_timeout: float = 3.5
    """Seconds for a whole outside call; must stay below the delivery lease."""
    signature_age: timedelta = timedelta(minutes=5)
    edit_own_within: timedelta = timedelta(hours=24)
    """After finalizing, a contact's owner may amend it so long; later it is reopened with a reason."""
    retention: Mapping[Kind, timedelta] = field(default_factory=lambda: dict(PERIODS))
    """How long what is kept."""
    public_url: str = "http://127.0.0.1:8120"
    """Where partners reach us."""

    def __post_init__(self) -> None:
        """Refuse endpoints and telephones for kinds that do not exist."""
        for named, kinds in ((self.endpoints, KINDS), (self.telephones, TELEPHONES)):
            if unknown := sorted({*named} - {*kinds}):
                raise ValueError(f"There is no request of the kind {unknown[0]!r}; choose among {', '.join(kinds)}.")


DEFAULT = Config()


@dataclass(frozen=True, slots=True)
class Means:
    """What casework works with: the keys to what is sealed, and its clocks and limits."""

    vault: Vault
    config: Config = DEFAULT
