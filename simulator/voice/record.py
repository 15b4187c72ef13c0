"""Make the recordings anew: `python -m simulator.voice.record`, on a machine that has a voice."""

from pathlib import Path

from simulator.voice.engines import Engine, choose
from simulator.voice.pcm import write_wav
from simulator.voice.recorded import ANNOUNCEMENT, DIGITS

FOLDER = Path(__file__).parent.parent / "prerecorded"
_QUIET = 300


def record(engine: Engine, folder: Path) -> list[Path]:
    """Speak every recording into the folder and list the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder, name, engine.synthesize(text, language)) for name, text, language in _texts()]


def _texts() -> list[tuple[str, str, str]]:
    announcements = [(f"announcement.{spoken}", text, spoken) for spoken, text in ANNOUNCEMENT.items()]
    digits = [(f"{at}.{spoken}", word, spoken) for spoken, words in DIGITS.items() for at, word in enumerate(words)]
    return announcements + digits


def _write(folder: Path, name: str, pcm: bytes) -> Path:
    path = folder / f"{name}.wav"
    path.write_bytes(write_wav(_trimmed(pcm)))
    return path


def _trimmed(pcm: bytes) -> bytes:
    """Cut the silence at both ends, so that digits can follow each other closely."""
    loud = [at for at, value in enumerate(memoryview(pcm).cast("h")) if abs(value) > _QUIET]
    return pcm[loud[0] * 2 : loud[-1] * 2 + 2] if loud else pcm


if __name__ == "__main__":
    record(choose(), FOLDER)
