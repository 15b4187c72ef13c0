"""Settings are read once, and a wrong one is refused with what to write instead."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.settings import BadSettings, Settings, load
from core.security import Vault
from tests.house import ACCOUNT, KEY

NEW_KEY = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="
WHOLE = {
    "DATABASE_URL": "postgresql://city@db/helpline",
    "REDIS_URL": "redis://redis:6379/0",
    "PUBLIC_URL": "https://helpline.example.org/",
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "a token",
    "DATA_KEYS": f"k1={KEY}",
    "FINGERPRINT_KEY": KEY,
}
Reading = Callable[..., Settings]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    """Read settings from an environment that holds these and no others."""

    def read(env_file: Path | None = None, **changes: str | None) -> Settings:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in (WHOLE | changes).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return load(env_file)

    return read


def test_the_required_ones_are_enough(reading: Reading) -> None:
    settings = reading()
    assert settings.public_url == "https://helpline.example.org", "without the slash at its end"
    assert (settings.port, settings.site, settings.endpoints, settings.keys.tokens) == (8120, "seoul", {}, ("a token",))


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_one_is_named(reading: Reading, name: str, value: str | None) -> None:
    with pytest.raises(BadSettings, match=f"^{name} is not set: .*docs/configuration.md"):
        reading(**{name: value})


WRONG = [
    ("CALLBACK_ATTEMPTS", "0", "1"),
    ("CALLBACK_RING_SECONDS", "600", "120"),
    ("TRUSTED_PROXIES", "proxy.example.org", "10.0.0.5"),
    ("CALLBACK_QUIET_HOURS", "night", "22:00-08:00"),
    ("CALLBACK_QUIET_HOURS", "24:00-08:00", "22:00-08:00"),
    ("CALLBACK_QUIET_HOURS", "08:00-08:00", "two different hours"),
    ("CALLS_PER_SECOND", "0", "0"),
    ("CALLS_PER_SECOND", "nan", "finite"),
    ("DATABASE_URL", "mysql://db/helpline", "postgresql://user:password@host:5432/name"),
    ("REDIS_URL", "localhost:6379", "redis://host:6379/0"),
    ("PUBLIC_URL", "helpline.example.org", "https://helpline.example.org"),
    ("PUBLIC_URL", "https://helpline.example.org/?x=1", "without ?"),
    ("PUBLIC_URL", "ftp://helpline.example.org", "https://"),
    ("TWILIO_API_URL", "api.example.org", "https://"),
    ("TWILIO_ACCOUNT_SID", "SK" + "5" * 32, "AC and 32 letters or digits"),
    ("TWILIO_ACCOUNT_SID", "AC5", "AC and 32 letters or digits"),
    ("DATA_KEYS", "secret", "name=value"),
    ("DATA_KEYS", ",", "newest first"),
    ("DATA_KEYS", f"k:1={KEY}", "no colon"),
    ("DATA_KEYS", "k1=c2hvcnQ=", "openssl rand -base64 32"),
    ("DATA_KEYS", f"k1={KEY},k2=nonsense!", "'k2' must be 32 random bytes"),
    ("FINGERPRINT_KEY", "password", "openssl rand -base64 32"),
    ("PORT", "http", "valid integer"),
    ("PORT", "0", "greater than or equal to 1"),
    ("PORT", "65536", "less than or equal to 65535"),
    ("WEB_PROCESSES", "0", "greater than or equal to 1"),
    ("LOG_LEVEL", "loud", "debug, info, warning, error, critical"),
    ("SITE", "서울", "a-z"),
    ("SITE", "{x}", "a-z"),
    ("SOFTPHONE_ADDRESS", "client:hana", "client:{login}"),
    ("SOFTPHONE_ADDRESS", "client:{login}{x}", "client:{login}"),
    ("SOFTPHONE_ADDRESS", "client:{login.__class__}", "client:{login}"),
    ("DESKS", "duty", "name=value"),
    ("DESKS", "duty=", "name=value"),
    ("VOICES", "=Polly.Seoyeon", "name=value"),
    ("TWILIO_SHARED_KEYS", "abc", "name=value"),
    ("OFFER_SECONDS", "0", "greater than 0"),
    ("LEASE_SECONDS", "-1", "greater than 0"),
    ("WRAP_UP_SECONDS", "inf", "finite"),
    ("ANSWER_WITHIN_SECONDS", "soon", "valid number"),
    ("SHORT_ABANDON_SECONDS", "nan", "finite number"),
    ("DISPATCH_ACKNOWLEDGE_SECONDS", "0", "greater than 0"),
    ("VISIT_ACKNOWLEDGE_SECONDS", "1.5", "integer"),
    ("RETENTION_DAYS", "photos=3", "choose among recordings"),
    ("RETENTION_DAYS", "cases=0", "whole days"),
    ("RETENTION_DAYS", "cases=five", "whole days"),
    ("RETENTION_DAYS", "cases", "name=value"),
    ("ENDPOINTS", "police=https://x.example", "choose among visit, 119, 112, joint"),
    ("ENDPOINTS", "119=http://x.example", "https://"),
    ("ENDPOINTS", "119=https://x.example", "at least 16 characters"),
    ("TWILIO_API_KEY", "SK1", "set both, or neither"),
    ("TWILIO_API_SECRET", "secret", "set both, or neither"),
]


@pytest.mark.parametrize(("name", "value", "instead"), WRONG)
def test_a_wrong_value_is_refused_with_what_to_write_instead(
    reading: Reading, name: str, value: str, instead: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        reading(**{name: value})
    (line,) = str(refused.value).splitlines()
    assert name in line.split(": ")[0]
    assert instead in line
    assert line.endswith(".")
    assert not line.endswith("..")


def test_everything_wrong_is_told_at_once(reading: Reading) -> None:
    with pytest.raises(BadSettings) as refused:
        reading(PORT="x", LOG_LEVEL="y", DATABASE_URL=None)
    assert {line.split()[0].rstrip(":") for line in str(refused.value).splitlines()} == {
        "PORT", "LOG_LEVEL", "DATABASE_URL",
    }  # fmt: skip


def test_no_secret_is_told_with_what_is_wrong(reading: Reading) -> None:
    with pytest.raises(BadSettings) as refused:
        reading(DATA_KEYS="k1=a-very-secret-key", FINGERPRINT_KEY="another-secret", DATABASE_URL="mysql://u:secret@h")
    assert "secret" not in str(refused.value).replace("secret key", "")


def test_the_environment_goes_before_the_file(reading: Reading, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SITE=busan\nPORT=9000\n# a comment\nUNKNOWN=1\nDESKS=duty=+8221200000, dasan=120\n")
    settings = reading(file, PORT="9001")
    assert (settings.site, settings.port) == ("busan", 9001)
    assert settings.desks == {"duty": "+8221200000", "dasan": "120"}


def test_a_file_that_is_not_there_is_no_fault(reading: Reading, tmp_path: Path) -> None:
    assert reading(tmp_path / "none").port == 8120


def test_a_new_data_key_seals_and_the_old_one_still_opens(reading: Reading) -> None:
    sealed = reading().vault.seal("010-1234-5678")
    rotated = reading(DATA_KEYS=f"k2={NEW_KEY},k1={KEY}").vault
    assert rotated.open(sealed) == "010-1234-5678"
    assert rotated.seal("x").startswith("k2:")
    assert rotated.fingerprint("x") == _vault_of_house().fingerprint("x")


def _vault_of_house() -> Vault:
    import base64

    return Vault({}, base64.b64decode(KEY))


def test_the_previous_token_and_shared_keys_may_sign_too(reading: Reading) -> None:
    changes: dict[str, Any] = {"TWILIO_AUTH_TOKEN_PREVIOUS": "the one before", "TWILIO_SHARED_KEYS": "id1=secret"}
    keys = reading(**changes).keys
    assert keys.tokens == ("a token", "the one before")
    assert keys.shared == {"id1": "secret"}


def test_endpoints_with_a_real_secret_are_taken(reading: Reading) -> None:
    settings = reading(ENDPOINTS="119=https://x.example/in,visit=http://127.0.0.1:9/v", PARTNER_SECRET="s" * 16)
    assert settings.endpoints == {"119": "https://x.example/in", "visit": "http://127.0.0.1:9/v"}


def test_what_is_read_cannot_be_changed(reading: Reading) -> None:
    with pytest.raises(ValueError, match="frozen"):
        reading().port = 1
