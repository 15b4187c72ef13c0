"""The espeak-ng library out of the `espeakng-loader` wheel, for a machine without the program.

The wheel carries a GPL-3.0-or-later library. It is loaded only where it has been installed.
"""

import ctypes
import importlib
import threading
from typing import Any, ClassVar

from simulator.voice.languages import espeak_names
from simulator.voice.pcm import to_line_rate

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_UTF8 = 1
_DO_NOT_EXIT = 0x8000
_OK = 0

_ON_SAMPLES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Library:
    """espeak-ng inside this process; it has one global state, so one text is spoken at a time."""

    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, lib: Any, rate: int) -> None:
        self._lib = lib
        self._rate = rate
        self._spoken: list[bytes] = []
        # The library keeps only a pointer to this function: the reference here is what keeps it alive.
        self._on_samples = _ON_SAMPLES(self._keep)

    @property
    def name(self) -> str:
        """Part of the cache key."""
        return "espeak-ng-library"

    def synthesize(self, text: str, language: str) -> bytes:
        """Speak inside this process; raises OSError when not even the English voice works."""
        with self._lock:
            self._use_voice(language)
            self._lib.espeak_SetSynthCallback(self._on_samples)
            self._spoken.clear()
            data = text.replace("\0", " ").encode()
            done = self._lib.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 1, 0, _UTF8, None, None)
            if done != _OK:
                raise OSError(f"The espeak-ng library could not speak: error {done}.")
            return to_line_rate(b"".join(self._spoken), self._rate)

    def _use_voice(self, language: str) -> None:
        if not any(self._lib.espeak_SetVoiceByName(name.encode()) == _OK for name in espeak_names(language)):
            raise OSError("The espeak-ng library has no voices.")

    def _keep(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._spoken.append(ctypes.string_at(samples, count * 2))
        return 0


def load() -> Library | None:
    """Load the library when its wheel is installed and works on this machine, else None."""
    try:
        loader: Any = importlib.import_module("espeakng_loader")
        lib = ctypes.CDLL(loader.get_library_path())
        data = loader.get_data_path().encode()
    except (ImportError, OSError, RuntimeError):
        return None
    rate = lib.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
    return Library(lib, rate) if rate > 0 else None
