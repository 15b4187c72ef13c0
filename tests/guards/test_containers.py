"""The container files: what they copy, start and need exists, and nothing secret is written into them."""

import re
from typing import Any

import pytest
import yaml

from tests.guards.tree import ROOT

COMMANDS = {"web", "worker", "relay", "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_image_copies_every_package_the_product_needs(dockerfile: str) -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    assert copied == {"app", "casework", "console", "core", "ivr", "migrations", "routing"}
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert copied <= allowed
    assert all((ROOT / name).is_dir() for name in copied)


def test_the_image_installs_only_what_is_locked_and_does_not_run_as_root(dockerfile: str) -> None:
    assert re.search(r"pip install .*--require-hashes -r requirements/production\.txt", dockerfile)
    assert dockerfile.rindex("\nUSER goodbye120") > dockerfile.rindex("\nRUN ")


def test_every_part_of_the_product_runs_from_one_image(compose: dict[str, Any]) -> None:
    ours = {name: each for name, each in compose["services"].items() if each["image"] == "goodbye120"}
    assert set(ours) == COMMANDS
    assert all(each["command"] == [name] for name, each in ours.items())
    # Without a build of its own, a service would be looked for in a public registry.
    assert all(each["build"] == "." for each in ours.values())


def test_what_is_waited_for_exists_and_can_tell_that_it_is_ready(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for each in services.values():
        for name, wish in each.get("depends_on", {}).items():
            if wish["condition"] == "service_healthy":
                assert "test" in services[name]["healthcheck"]
            else:
                assert services[name]["restart"] == "no"


def test_every_named_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {volume.split(":")[0] for each in compose["services"].values() for volume in each.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    for each in compose["services"].values():
        for name, value in each.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|KEY|SECRET", name):
                assert re.fullmatch(r"\$\{\w+:\?.*\}", value)


def test_workers_and_relays_are_two(compose: dict[str, Any]) -> None:
    assert [compose["services"][name]["deploy"]["replicas"] for name in ("worker", "relay")] == [2, 2]
