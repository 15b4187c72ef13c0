"""A clock that a bench moves ahead for every process of the product at once: the wall's time and what a file says."""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.process import Process

FILE = "BENCH_CLOCK"


class MovedClock:
    """The time of a bench; each process reads it from the same file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        """Read the time that holds for everybody."""
        return datetime.now(UTC) + self._ahead()

    def forward(self, by: timedelta) -> None:
        """Move everybody's time ahead at once."""
        new = self._file.with_suffix(".new")
        new.write_text(str((self._ahead() + by).total_seconds()), encoding="ascii")
        new.replace(self._file)

    def _ahead(self) -> timedelta:
        return timedelta(seconds=float(self._file.read_text(encoding="ascii"))) if self._file.exists() else timedelta()

    def given_to(self, process: Process) -> Process:
        """Let one of the product's processes run by this clock."""
        command = [sys.executable, "-c", "from bench.moved_clock import run; run()", process.command[-1]]
        ours = list(process.command[:-1]) == [sys.executable, "-m", "app"]
        return replace(process, command=command, env={**process.env, FILE: str(self._file)}) if ours else process


def run() -> None:
    """Run the product's command line by the moved clock."""
    import app.world

    # Whoever reads the clock imports it by its name, and does so after this.
    vars(app.world)["clock"] = MovedClock(Path(os.environ[FILE]))
    from app.cli import app as command_line

    command_line()
