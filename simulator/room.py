"""A conference's sound: who is in it, and what each member hears of the others."""

import sys
from array import array
from collections import deque
from typing import Final

FRAME_BYTES: Final = 320
"""20 ms of 16-bit little-endian mono PCM at 8 kHz."""

QUEUED_FRAMES: Final = 10
"""How far a listener may fall behind (200 ms) before the oldest frames are dropped."""

SILENCE: Final = bytes(FRAME_BYTES)


class Room:
    """Members exchange 20 ms frames here; each hears the sum of the others (mix-minus), never itself.

    Members are any hashable things, in practice legs. A member who is not in the room feeds nothing and hears silence.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[object, dict[object, deque[bytes]]] = {}
        self._muted: set[object] = set()
        self._coached: dict[object, object] = {}

    def join(self, leg: object) -> None:
        """Make the leg a member; joining twice changes nothing."""
        self.members.setdefault(leg, {})

    def leave(self, leg: object) -> None:
        """Forget the leg and everything it said that nobody has heard yet."""
        self.members.pop(leg, None)
        self._muted.discard(leg)
        self._coached.pop(leg, None)
        for inbox in self.members.values():
            inbox.pop(leg, None)

    def mute(self, leg: object, *, muted: bool) -> None:
        """Let nobody hear the leg, or let it be heard again."""
        (self._muted.add if muted else self._muted.discard)(leg)

    def coach(self, leg: object, target: object | None) -> None:
        """Let only the target hear this leg (whispering); None lets everybody hear it."""
        if target is None:
            self._coached.pop(leg, None)
        else:
            self._coached[leg] = target

    def hears(self, listener: object, speaker: object) -> bool:
        """Say whether what the speaker says reaches the listener."""
        if speaker is listener or speaker in self._muted:
            return False
        return self._coached.get(speaker, listener) is listener

    def feed(self, leg: object, pcm: bytes) -> None:
        """Take one frame that the leg's microphone produced: 16-bit little-endian mono, 8 kHz, FRAME_BYTES long."""
        if leg not in self.members:
            return
        for listener, inbox in self.members.items():
            if self.hears(listener, leg):
                inbox.setdefault(leg, deque(maxlen=QUEUED_FRAMES)).append(pcm)

    def listen(self, leg: object) -> bytes:
        """Give the next frame for the leg's ear, silence when nobody speaks; to be called once every 20 ms."""
        inbox = self.members.get(leg, {})
        frames = [queued.popleft() for queued in inbox.values() if queued]
        return mix(frames)


def mix(frames: list[bytes]) -> bytes:
    """Add frames sample by sample, clipped to 16 bits; no frames are silence, and so is the end of a short one."""
    if not frames:
        return SILENCE
    if len(frames) == 1:
        return frames[0].ljust(FRAME_BYTES, b"\0")[:FRAME_BYTES]
    voices = [_samples(frame) for frame in frames]
    mixed = array("h", (max(-32768, min(32767, sum(at_once))) for at_once in zip(*voices, strict=True)))
    return _little_endian(mixed).tobytes()


def _samples(frame: bytes) -> "array[int]":
    return _little_endian(array("h", frame.ljust(FRAME_BYTES, b"\0")[:FRAME_BYTES]))


def _little_endian(samples: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
