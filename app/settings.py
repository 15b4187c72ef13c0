"""Everything that can be set from outside, read once at start; a wrong value is refused with what to write instead."""

import base64
import binascii
import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from casework.config import KINDS, TELEPHONES, Endpoint
from casework.policy.retention import KINDS as RETENTION_KINDS
from core.phone import read_address
from core.security import Vault
from ivr.crisis import CRISIS_DESKS
from ivr.signature import Keys
from ivr.twiml import Wording

KEY_BYTES = 32
LONGEST_KEPT = 36_500
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


class BadSettings(Exception):
    """The settings cannot be used, with a line for each that says what to write instead."""


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    pairs = {name.strip(): rest.strip() for name, _, rest in (part.partition("=") for part in parts)}
    if "" in pairs or "" in pairs.values():
        raise ValueError("write it as name=value,name=value")
    return pairs


def _keys(value: dict[str, str]) -> dict[str, str]:
    if not value or any(":" in name for name in value):
        raise ValueError("write it as k2=<key>,k1=<key>: the newest first, and no colon in a name")
    for name, text in value.items():
        _key(text, f"the key {name!r}")
    return value


def _key(text: str, what: str = "it") -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError(f"{what} must be 32 random bytes in base64; make one with `openssl rand -base64 32`")
    return raw


def _checked_key(text: str) -> str:
    _key(text)
    return text


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write it as https://helpline.example.org, without ? and #")
    return value.rstrip("/")


def _database(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("write it as postgresql://user:password@host:5432/name")
    return value


def _redis(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write it as redis://host:6379/0 or unix:///path/to/redis.sock")
    return value


def _endpoints(value: dict[str, str]) -> dict[str, str]:
    if unknown := set(value) - set(KINDS):
        raise ValueError(f"there is no request of the kind {min(unknown)!r}; choose among {', '.join(KINDS)}")
    return value


def _networks(value: str) -> str:
    try:
        for part in filter(None, value.split(",")):
            ipaddress.ip_network(part.strip())
    except ValueError as error:
        raise ValueError("write addresses or networks with commas between them: 10.0.0.5,10.1.0.0/16") from error
    return value


def _periods(value: dict[str, str]) -> dict[str, str]:
    if unknown := set(value) - set(RETENTION_KINDS):
        raise ValueError(f"nothing of the kind {min(unknown)!r} is kept; choose among {', '.join(RETENTION_KINDS)}")
    if not all(days.isascii() and days.isdigit() and 0 < int(days) <= LONGEST_KEPT for days in value.values()):
        raise ValueError(f"write whole days from 1 to {LONGEST_KEPT}: recordings=60,cases=1825")
    return value


def _phones(value: dict[str, str]) -> dict[str, str]:
    if unknown := set(value) - set(TELEPHONES):
        raise ValueError(f"there is no telephone for {min(unknown)!r}; choose among {', '.join(TELEPHONES)}")
    for name, number in value.items():
        if not read_address(number).reachable:
            raise ValueError(f"{name}: write a whole number such as +82221234567; 119 itself must not be called by us")
    return {name: read_address(number).value for name, number in value.items()}


def _account(value: str) -> str:
    if not (value.startswith("AC") and len(value) == 34 and value.isalnum()):  # noqa: PLR2004 - Twilio's SID
        raise ValueError("write the account's SID: AC and 32 letters or digits")
    return value


def _site(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", value):
        raise ValueError("write at most 40 of the characters a-z, 0-9, - and _")
    return value


def _hours(value: str) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("write it as 22:00-08:00, or leave it empty for no such hours")
    if value and value[:5] == value[6:]:
        raise ValueError("write two different hours, or leave it empty for no such hours")
    return value


def _log_level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise ValueError(f"choose among {', '.join(LOG_LEVELS)}")
    return value.lower()


def _softphone(value: str) -> str:
    rest = value.replace("{login}", "")
    if rest == value or "{" in rest or "}" in rest:
        raise ValueError("write it as client:{login} or sip:{login}@pbx.example.org")
    return value


Pairs = Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)]
Url = Annotated[str, AfterValidator(_http_url)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WholeSeconds = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """The settings, by their names in the environment or in `.env` (docs/configuration.md tells what each is for)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(_database)]
    redis_url: Annotated[str, AfterValidator(_redis)]
    public_url: Url
    site: Annotated[str, AfterValidator(_site)] = "seoul"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8120
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    web_processes: Annotated[int, Field(ge=1)] = 1
    log_level: Annotated[str, AfterValidator(_log_level)] = "info"

    twilio_account_sid: Annotated[str, AfterValidator(_account)]
    twilio_auth_token: str
    twilio_auth_token_previous: str | None = None
    twilio_shared_keys: Pairs = {}
    twilio_api_url: Url | None = None
    twilio_api_key: str | None = None
    twilio_api_secret: str | None = None
    twilio_webhook_overrides: str = "rc=2&rp=all"
    helpline_number: str = "120"
    caller_id: str | None = None
    softphone_address: Annotated[str, AfterValidator(_softphone)] = "client:{login}"
    desks: Pairs = {}
    voices: Pairs = {"ko": "Polly.Seoyeon", "en": "Polly.Joanna"}

    data_keys: Annotated[Pairs, AfterValidator(_keys)]
    fingerprint_key: Annotated[str, AfterValidator(_checked_key)]
    metrics_token: str | None = None
    spool_dir: Path = Path("var/spool")

    offer_seconds: Seconds = 20
    unanswered_limit: Annotated[int, Field(ge=1, le=20)] = 2
    heartbeat_seconds: Seconds = 1.5
    lease_seconds: Seconds = 4.5
    wrap_up_seconds: Seconds = 120
    outcome_required: bool = True
    recovery_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300
    long_talk_seconds: Seconds = 2700
    occupancy_cap: Annotated[float, Field(gt=0, le=1)] = 0.85
    break_after_seconds: Seconds = 7200
    break_seconds: Seconds = 600
    preferred_seconds: Seconds = 20
    answer_within_seconds: Seconds = 20
    short_abandon_seconds: Seconds = 5
    announce_listening: bool = True
    summon_acknowledge_seconds: WholeSeconds = 60

    callback_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    callback_gap_seconds: WholeSeconds = 600
    callback_ring_seconds: Annotated[int, Field(ge=5, le=120)] = 25
    callback_quiet_hours: Annotated[str, AfterValidator(_hours)] = ""
    same_counselor_seconds: WholeSeconds = 20
    resume_seconds: WholeSeconds = 1800
    calls_per_second: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1

    frequent_contacts: Annotated[int, Field(ge=2, le=1000)] = 5
    frequent_days: Annotated[int, Field(ge=1, le=90)] = 7
    companion_horizon_days: Annotated[int, Field(ge=1, le=90)] = 14
    companion_tries: Annotated[int, Field(ge=1, le=10)] = 3
    companion_misses: Annotated[int, Field(ge=1, le=10)] = 2

    endpoints: Annotated[Pairs, AfterValidator(_endpoints)] = {}
    partner_secret: str | None = None
    dispatch_phones: Annotated[Pairs, AfterValidator(_phones)] = {}
    visit_acknowledge_seconds: WholeSeconds = 1800
    dispatch_acknowledge_seconds: WholeSeconds = 180

    retention_days: Annotated[Pairs, AfterValidator(_periods)] = {}

    @model_validator(mode="after")
    def _safe_endpoints(self) -> "Settings":
        try:
            for url in self.endpoints.values():
                Endpoint(url, self.partner_secret or "")
        except ValueError as wrong:
            raise ValueError(f"ENDPOINTS and PARTNER_SECRET: {wrong}") from wrong
        return self

    @model_validator(mode="after")
    def _whole_pairs(self) -> "Settings":
        if self.lease_seconds < 2 * self.heartbeat_seconds:
            raise ValueError("LEASE_SECONDS: at least twice HEARTBEAT_SECONDS, or one late heartbeat loses a seat")
        if (self.twilio_api_key is None) != (self.twilio_api_secret is None):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_SECRET: set both, or neither")
        return self

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """Give from when to when nobody is tried again; None where there are no such hours."""
        begins, _, ends = self.callback_quiet_hours.partition("-")
        return (time.fromisoformat(begins), time.fromisoformat(ends)) if ends else None

    @cached_property
    def vault(self) -> Vault:
        """Give the keys that seal personal data."""
        return Vault({name: _key(text) for name, text in self.data_keys.items()}, _key(self.fingerprint_key))

    @cached_property
    def chain_key(self) -> bytes:
        """Give the key that signs what is written down: a key of its own, made of the fingerprints'."""
        return hmac.digest(_key(self.fingerprint_key), b"audit chain", "sha256")

    @cached_property
    def keys(self) -> Keys:
        """Give what the provider may sign with."""
        tokens = (self.twilio_auth_token, self.twilio_auth_token_previous)
        return Keys(tuple(token for token in tokens if token), self.twilio_shared_keys)

    @cached_property
    def wording(self) -> Wording:
        """Give what TwiML needs to know."""
        return Wording(
            self.public_url,
            "" if self.twilio_webhook_overrides == "off" else self.twilio_webhook_overrides,
            tuple({**CRISIS_DESKS, **self.desks}.items()),
            self.caller_id,
            tuple(self.voices.items()),
        )


def load(env_file: Path | Sequence[Path] | None = Path(".env"), **values: Any) -> Settings:
    """Read the settings from the environment and `.env`; raises BadSettings naming every wrong or missing one."""
    try:
        return Settings(_env_file=env_file, **values)  # type: ignore[call-arg] # The library's own argument.
    except ValidationError as error:
        raise BadSettings("\n".join(_fault(fault) for fault in error.errors())) from error


def _fault(fault: Mapping[str, Any]) -> str:
    words = str(fault["msg"]).removeprefix("Value error, ").removesuffix(".")
    if not fault["loc"]:
        # What is wrong between several settings names them itself.
        return f"{words}."
    name = str(fault["loc"][0]).upper()
    if fault["type"] == "missing":
        return (
            f"{name} is not set: put it into the environment or into .env (docs/configuration.md says what it is for)."
        )
    return f"{name}: {words}."
