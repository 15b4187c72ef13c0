"""Recordings for a machine that cannot speak: a chime, "an announcement", and the keys that the prompt names.

The WAV files in `simulator/prerecorded/` were made once with this package's own voice (`python -m
simulator.voice.record`); they carry no license but this project's.
"""

import re
from functools import cache
from importlib.resources import files

from simulator.voice.pcm import SILENCE, read_wav
from simulator.voice.tones import chime

ANNOUNCEMENT = {"ko": "안내 말씀입니다.", "en": "Announcement."}
DIGITS = {
    "ko": ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_NAMED = {
    # In Korean a key's name is a syllable that is everywhere in other words: only before 번 (number) it is a key.
    "ko": re.compile(r"\d|[영일이삼사오육칠팔구](?=\s*번)"),
    "en": re.compile(r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine)\b", re.IGNORECASE),
}
_MOST_DIGITS = 24
_GAP = SILENCE * 5


class Recorded:
    """The engine of last resort, which every machine has."""

    @property
    def name(self) -> str:
        """Part of the cache key."""
        return "recorded"

    def synthesize(self, text: str, language: str) -> bytes:
        """Announce the text without saying it: the chime, the announcement, and its digits in their order."""
        spoken = "ko" if language.lower().startswith("ko") else "en"
        parts = [chime(), recording(f"announcement.{spoken}")]
        for digit in digits_named(text, spoken):
            parts += [_GAP, recording(f"{digit}.{spoken}")]
        return b"".join(parts)


def digits_named(text: str, spoken: str) -> list[int]:
    """List the digits a prompt names, in figures or in words (`spoken` is ko or en), at most two dozen."""
    words = {word: number for number, word in enumerate(DIGITS[spoken])}
    found = (match.group().lower() for match in _NAMED[spoken].finditer(text))
    return [words[each] if each in words else int(each) for each in found][:_MOST_DIGITS]


@cache
def recording(name: str) -> bytes:
    """Give the samples of one recording by its file name without `.wav`."""
    return read_wav((files("simulator") / "prerecorded" / f"{name}.wav").read_bytes())
