"""The locked dependencies: every one with a hash, no host and no path, each set inside the next larger one."""

import re
from pathlib import Path

import pytest

from tests.guards.tree import ROOT

LOCKS = ["production", "local", "dev"]


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][\w.\-]*)==(\S+)", lock(name).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_to_a_version_with_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", lock(name).read_text(encoding="utf-8").strip())
    assert entries
    assert [
        entry for entry in entries if not re.match(r"[a-z0-9][\w.\-]*==\S+ .*--hash=sha256:", entry, re.DOTALL)
    ] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host_or_a_path(name: str) -> None:
    said = lock(name).read_text(encoding="utf-8")
    assert re.findall(r".*(?:://|--index|--extra-index|--find-links|@ |file:).*", said) == []


def test_the_local_set_holds_the_production_set_and_the_development_set_holds_both() -> None:
    production, local, dev = (pinned(name).items() for name in LOCKS)
    assert production <= local
    assert local <= dev
