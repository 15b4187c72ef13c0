"""Telephone samples: reading WAV bytes and bringing any sample rate down to the line's 8 kHz."""

import io
import math
import sys
import wave
from array import array
from functools import lru_cache
from operator import mul

LINE_RATE = 8000
FRAME_SAMPLES = LINE_RATE // 50
FRAME_BYTES = FRAME_SAMPLES * 2
SILENCE = bytes(FRAME_BYTES)

# How many input samples at least make an output sample; a higher input rate takes proportionally more.
_TAPS = 24
_TAPS_RATE = 22_050
# The pass band ends a little under half the line rate, so that what is above it cannot fold back as a whistle.
_PASS_BAND = 0.9
_LOUDEST = 32767
_QUIETEST = -32768


def frames(pcm: bytes) -> list[bytes]:
    """Cut samples into 20 ms frames of 320 bytes; the last one is filled up with silence."""
    return [pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for at in range(0, len(pcm), FRAME_BYTES)]


def seconds(pcm: bytes) -> float:
    """How long these line samples take to be heard."""
    return len(pcm) / 2 / LINE_RATE


def read_wav(data: bytes) -> bytes:
    """Read a PCM WAV file of any rate and channel count into line samples.

    Raises ValueError for anything else, a compressed WAV included.
    """
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width, rate = sound.getnchannels(), sound.getsampwidth(), sound.getframerate()
            raw = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as problem:
        raise ValueError(f"This is not a PCM WAV file: {problem}") from problem
    if channels < 1 or rate < 1:
        raise ValueError("This WAV file names no channel or no sample rate.")
    samples = _words(raw, width)
    if channels > 1:
        samples = array("h", (sum(samples[at : at + channels]) // channels for at in range(0, len(samples), channels)))
    return to_line_rate(bytes_of(samples), rate)


def write_wav(pcm: bytes) -> bytes:
    """Wrap line samples as a WAV file which any player opens."""
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(LINE_RATE)
        sound.writeframes(pcm)
    return target.getvalue()


def to_line_rate(pcm: bytes, rate: int) -> bytes:
    """Bring 16-bit mono samples from `rate` to 8 kHz through a polyphase low-pass filter."""
    if rate == LINE_RATE or not pcm:
        return pcm
    common = math.gcd(rate, LINE_RATE)
    up, down = LINE_RATE // common, rate // common
    taps = _TAPS * max(1, math.ceil(rate / _TAPS_RATE))
    bank = _filter_bank(up, down, taps)
    source = [0] * (taps // 2) + list(samples_of(pcm)) + [0] * (taps + 1)
    total = len(pcm) // 2 * up // down
    # Each output sample is one short product of the input with the filter for its fraction of an input step.
    made = (
        int(sum(map(mul, bank[at * down % up], source[at * down // up + 1 : at * down // up + 1 + taps])))
        for at in range(total)
    )
    return bytes_of(array("h", [min(max(value, _QUIETEST), _LOUDEST) for value in made]))


@lru_cache(maxsize=16)
def _filter_bank(up: int, down: int, taps: int) -> tuple[tuple[float, ...], ...]:
    """One windowed-sinc filter for every fraction `n / up` of an input step."""
    cutoff = min(1.0, up / down) * _PASS_BAND
    return tuple(_weights(phase / up, cutoff, taps) for phase in range(up))


def _weights(fraction: float, cutoff: float, taps: int) -> tuple[float, ...]:
    """Hann-windowed sinc around an input position, scaled so that a constant stays that constant."""
    half = taps // 2
    places = [tap - half + 1 - fraction for tap in range(taps)]
    weights = [_sinc(place * cutoff) * (0.5 + 0.5 * math.cos(math.pi * place / half)) for place in places]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)


def _sinc(place: float) -> float:
    return 1.0 if place == 0 else math.sin(math.pi * place) / (math.pi * place)


def _words(raw: bytes, width: int) -> "array[int]":
    """Bring WAV samples of 1 to 4 bytes to 16 bits; 8-bit WAV is unsigned, as the format says."""
    if width == 1:
        return array("h", ((value - 128) << 8 for value in raw))
    whole = len(raw) // width * width
    kept = bytearray(whole // width * 2)
    kept[0::2], kept[1::2] = raw[width - 2 : whole : width], raw[width - 1 : whole : width]
    return samples_of(bytes(kept))


def samples_of(pcm: bytes) -> "array[int]":
    """Read little-endian sample bytes as numbers of this machine."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def bytes_of(samples: "array[int]") -> bytes:
    """Write samples as little-endian bytes, whatever this machine is."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()
