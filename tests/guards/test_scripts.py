"""The commands that a person types: they run, they stop at the first error, and ShellCheck has nothing to say."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, files, text_of

SCRIPTS = [path for path in files() if path.parent in {ROOT / "script", ROOT / ".ci"} and path.suffix == ""]
SHELL = [path for path in SCRIPTS if text_of(path).startswith("#!/usr/bin/env bash")]


def test_the_promised_commands_are_there() -> None:
    assert {path.name for path in SCRIPTS} >= {"server", "test", "check", "bench", "lock", "setup", "run"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.name))
def test_every_script_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)
    assert text_of(path).startswith("#!")


@pytest.mark.parametrize("path", SHELL, ids=lambda path: str(path.name))
def test_every_shell_script_stops_at_the_first_error(path: Path) -> None:
    assert "\nset -euo pipefail\n" in text_of(path)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say() -> None:
    checked = subprocess.run(
        ["shellcheck", "-x", *map(str, SHELL)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.stdout == ""


def test_continuous_integration_runs_what_a_person_runs() -> None:
    assert "script/test" in text_of(ROOT / ".ci" / "run")


def test_there_is_no_benchmark_of_an_unknown_name() -> None:
    asked = subprocess.run(
        [str(ROOT / "script" / "bench"), "no_such_bench"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert "There is no bench/no_such_bench.py" in asked.stderr
