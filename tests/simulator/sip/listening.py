"""Ears: how loud a tone of one pitch is in telephone samples (Goertzel's algorithm)."""

import math
from array import array

_RATE = 8000


def loudness(pcm: bytes) -> float:
    """The mean power of samples, as a root mean square."""
    samples = array("h", pcm)
    return math.sqrt(sum(value * value for value in samples) / len(samples)) if samples else 0.0


def tone_share(pcm: bytes, hertz: float) -> float:
    """How much of the sound is this tone: about 1 when it is all, about 0 when it is not there."""
    samples = array("h", pcm)
    whole = sum(value * value for value in samples)
    if not whole:
        return 0.0
    angle = 2 * math.pi * hertz / _RATE
    real = sum(value * math.cos(angle * at) for at, value in enumerate(samples))
    imaginary = sum(value * math.sin(angle * at) for at, value in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * whole)
