"""A voice with a memory: a prompt is synthesized once and read from disk ever after."""

import asyncio
import contextlib
import hashlib
import logging
import os
import secrets
import subprocess
from pathlib import Path

from simulator.voice.engines import Engine, choose
from simulator.voice.pcm import LINE_RATE, read_wav, write_wav
from simulator.voice.recorded import Recorded

_log = logging.getLogger(__name__)

# A helpline has far fewer different prompts than this; a load test with random words must not fill a disk.
_MOST_KEPT = 5000


class Voice:
    """Speaks texts as 16-bit 8 kHz mono samples, keeping each in a folder of WAV files."""

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        self._folder = folder
        self._engine = engine or choose()
        self._at_work: dict[str, asyncio.Task[bytes]] = {}

    @property
    def name(self) -> str:
        """Which engine speaks."""
        return self._engine.name

    async def speak(self, text: str, language: str = "en-US") -> bytes:
        """Give the samples of a spoken text; a blank text is no samples.

        Synthesis runs in a thread and once for all who ask at the same time. When the engine fails, the recordings
        answer: a caller hears something in any case.
        """
        text = " ".join(text.split())
        if not text:
            return b""
        key = hashlib.sha256("\n".join((self._engine.name, str(LINE_RATE), language, text)).encode()).hexdigest()
        task = self._at_work.get(key)
        if task is None:
            task = self._at_work[key] = asyncio.create_task(
                asyncio.to_thread(self._recall_or_make, key, text, language)
            )
            task.add_done_callback(lambda _: self._at_work.pop(key, None))
        # A caller who interrupts a prompt must not take it away from the others who wait for the same words.
        return await asyncio.shield(task)

    def _recall_or_make(self, key: str, text: str, language: str) -> bytes:
        path = self._folder / f"{key[:40]}.wav"
        try:
            return read_wav(path.read_bytes())
        except (OSError, ValueError):
            pass  # Not there yet, or a disk that filled up once cut it short: it is made again.
        try:
            pcm = self._engine.synthesize(text, language)
        except (OSError, ValueError, subprocess.SubprocessError):
            _log.exception("The voice %s failed; a recording answers", self._engine.name)
            return Recorded().synthesize(text, language)
        self._keep(path, pcm)
        return pcm

    def _keep(self, path: Path, pcm: bytes) -> None:
        """Write a prompt so that another process sees all of it or nothing; a full disk costs the memory only."""
        spare = path.with_name(f".{path.stem}.{secrets.token_hex(4)}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if sum(1 for _ in os.scandir(self._folder)) >= _MOST_KEPT:
                return
            spare.write_bytes(write_wav(pcm))
            spare.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                spare.unlink()
            _log.warning("The spoken prompt could not be kept in %s", self._folder, exc_info=True)
