"""What this network is: its account, its numbers, its limits and its pace."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """Where the network sends a request: an absolute URL (a `#rc=..` fragment overrides limits) and GET or POST."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Account:
    """The one account this network serves; with a shared key its requests also carry the SHA-256 signature header."""

    sid: str = "AC" + "1" * 32
    auth_token: str = "0" * 32
    shared_key_id: str = ""
    shared_key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to calls that arrive at a number or a TwiML App; REST replaces a number's line."""

    voice: Target | None = None
    fallback: Target | None = None
    status: Target | None = None
    status_events: tuple[str, ...] = ("completed",)
    application_sid: str = ""
    friendly_name: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much the network bears of a webhook, in real seconds and bytes (the provider's own figures)."""

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    body_bytes: int = 64 * 1024
    redirects: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a network needs to start.

    `speed` is the share of its natural time that everything spoken or waited for takes: 1 is real life, 0.1 is ten
    times quicker, 0 is at once. Three floors keep a quick network sane, in real seconds: a Gather listens at least
    `listen_s`, one round of a waiting document lasts at least `lap_s`, and an end rings at least `ring_s` before it
    counts as not answering. People talk in real seconds, and limits of their talking are real seconds too. `lenient`
    ignores TwiML it does not know instead of failing. `api_keys` (SID to secret) may ask over REST like the account.
    """

    account: Account = field(default_factory=Account)
    numbers: Mapping[str, Line] = field(default_factory=dict)
    applications: Mapping[str, Line] = field(default_factory=dict)
    base_url: str = "http://127.0.0.1:8130"
    limits: Limits = field(default_factory=Limits)
    speed: float = 1.0
    listen_s: float = 0.05
    lap_s: float = 0.2
    ring_s: float = 1.0
    lenient: bool = False
    seed: int | None = None
    calls_kept: int = 5000
    api_keys: Mapping[str, str] = field(default_factory=dict)
