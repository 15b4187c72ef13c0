"""Who speaks: the espeak-ng program, else its library from a Python wheel, else recordings.

espeak-ng is licensed under GPL-3.0-or-later. It is neither shipped with nor linked into this project: it is used only
where somebody has installed it, and everything works without it.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from simulator.voice import library, recorded
from simulator.voice.languages import espeak_names
from simulator.voice.pcm import read_wav

_LONGEST_SYNTHESIS_S = 30


class Engine(Protocol):
    """Something that speaks."""

    @property
    def name(self) -> str:
        """A short name, stable enough to be part of a cache key."""

    def synthesize(self, text: str, language: str) -> bytes:
        """Speak a text (a BCP 47 language, like `ko-KR`) as 16-bit 8 kHz mono samples. Blocks; call it in a thread."""


def choose() -> Engine:
    """Pick the best voice this machine has."""
    program = shutil.which("espeak-ng")
    if program is not None:
        return Program(Path(program))
    return library.load() or recorded.Recorded()


class Program:
    """The espeak-ng program, one short-lived process for each text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """Part of the cache key."""
        return "espeak-ng"

    def synthesize(self, text: str, language: str) -> bytes:
        """Speak by running the program; raises OSError when not even its English voice works."""
        problem = ""
        for voice in espeak_names(language):
            # The text goes through standard input: one that begins with a dash must not become an option.
            done = subprocess.run(  # noqa: S603  (a fixed program, and no shell)
                [str(self._path), "-v", voice, "-b", "1", "--stdin", "--stdout"],
                input=text.encode(),
                capture_output=True,
                timeout=_LONGEST_SYNTHESIS_S,
                check=False,
            )
            if done.returncode == 0 and done.stdout:
                return read_wav(done.stdout)
            problem = done.stderr.decode(errors="replace").strip()
        raise OSError(f"espeak-ng could not speak: {problem}")
