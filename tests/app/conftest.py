"""What tests of the commands share: the settings of the house, where a command reads them."""

from pathlib import Path

import pytest

from tests.house import settings


@pytest.fixture
def environment(
    clean_database: str, clean_redis: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> pytest.MonkeyPatch:
    """The settings of the house, where a command reads them."""
    monkeypatch.chdir(tmp_path)
    chosen = settings(clean_database, clean_redis, tmp_path, 9)
    for name in ("database_url", "redis_url", "public_url", "twilio_account_sid", "twilio_auth_token"):
        monkeypatch.setenv(name.upper(), str(getattr(chosen, name)))
    monkeypatch.setenv("DATA_KEYS", ",".join(f"{name}={key}" for name, key in chosen.data_keys.items()))
    monkeypatch.setenv("FINGERPRINT_KEY", chosen.fingerprint_key)
    return monkeypatch
