"""Sounds which are not speech: the chime before a prompt, a telephone key, and the tune of somebody waiting."""

import math
from array import array
from functools import lru_cache

from simulator.voice.pcm import LINE_RATE, SILENCE, bytes_of, samples_of

_SOFT = 6000
_KEYS = "123A456B789C*0#D"
_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
# Two quiet bars around C major, in hertz, with 0 for a breath: long enough not to nag, plain enough to owe nobody.
_TUNE = (262, 330, 392, 330, 440, 392, 330, 0, 294, 349, 440, 349, 392, 330, 262, 0)


def tone(hertz: float, seconds: float, loudness: int = _SOFT) -> bytes:
    """Make a sine that swells and fades within 20 ms, so that it never clicks; 0 hertz is silence."""
    count = int(seconds * LINE_RATE)
    edge = max(1, min(LINE_RATE // 50, count // 2))
    step = 2 * math.pi * hertz / LINE_RATE
    swell = (loudness * min(1.0, at / edge, (count - at) / edge) for at in range(count))
    return bytes_of(array("h", (int(height * math.sin(step * at)) for at, height in enumerate(swell))))


def key_tone(key: str, seconds: float) -> bytes:
    """Make the two tones of a telephone key (ITU-T Q.23): 0-9 * # A-D. Raises ValueError for anything else."""
    row, column = divmod(_KEYS.index(key), len(_COLUMNS))
    low, high = samples_of(tone(_ROWS[row], seconds)), samples_of(tone(_COLUMNS[column], seconds))
    return bytes_of(array("h", (one + other for one, other in zip(low, high, strict=True))))


@lru_cache(maxsize=1)
def chime() -> bytes:
    """Two falling notes that say: something is announced."""
    return tone(660, 0.18) + tone(523, 0.3) + SILENCE * 5


@lru_cache(maxsize=1)
def waiting_tune() -> bytes:
    """One round of the quiet tune for a caller who is held; it may be repeated for ever."""
    return b"".join(tone(note, 0.45, _SOFT // 2) for note in _TUNE)
