"""The offline voice speaks Korean and English on whatever machine it finds itself."""

import io
import math
import wave
from array import array
from pathlib import Path

import pytest

from simulator.voice import Engine, Voice, choose
from simulator.voice.engines import Program
from simulator.voice.languages import espeak_names
from simulator.voice.library import load
from simulator.voice.pcm import FRAME_BYTES, frames, read_wav, seconds, to_line_rate, write_wav
from simulator.voice.record import record
from simulator.voice.recorded import Recorded, digits_named
from simulator.voice.tones import chime, key_tone, tone, waiting_tune
from tests.simulator.sip.listening import loudness, tone_share

KOREAN = "안녕하세요. 외로움 안녕 120입니다."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Counting:
    """An engine that counts what it is asked for, and hums."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def synthesize(self, text: str, language: str) -> bytes:
        self.asked.append((text, language))
        return tone(400, 0.1)


class Broken:
    """An engine that never works."""

    name = "broken"

    def synthesize(self, text: str, language: str) -> bytes:
        raise OSError(f"no voice for {text!r} in {language}")


def engines() -> list[Engine]:
    found: list[Engine] = [Recorded(), choose()]
    library = load()
    return [*found, library] if library else found


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
@pytest.mark.parametrize(("text", "language"), [(KOREAN, "ko-KR"), ("Hello, press five.", "en-US"), ("你好", "xx-YY")])
def test_every_engine_speaks(engine: Engine, text: str, language: str) -> None:
    pcm = engine.synthesize(text, language)
    assert 0.3 < seconds(pcm) < 10
    assert loudness(pcm) > 500


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
@pytest.mark.parametrize("text", ["-f /etc/passwd", "<speak>&amp;", "\0", "😀", "…", "[[h@l'oU]]", "가" * 500])
def test_no_text_is_an_option_or_breaks_an_engine(engine: Engine, text: str) -> None:
    assert isinstance(engine.synthesize(text, "ko-KR"), bytes)


def test_korean_and_english_sound_different() -> None:
    engine = choose()
    assert engine.synthesize("120", "ko-KR") != engine.synthesize("120", "en-US")


def test_a_program_that_cannot_speak_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"could not speak|No such file"):
        Program(tmp_path / "missing").synthesize("a", "ko")
    with pytest.raises(OSError, match="could not speak"):
        Program(Path("/bin/false")).synthesize("a", "ko")


def test_the_recording_names_the_keys_of_a_prompt() -> None:
    assert digits_named("복지 3번, 외로움 오 번, 상담원", "ko") == [3, 5]
    assert digits_named("일이 많은 이번 사람", "ko") == [2]
    assert digits_named("Press five, or 0. Someone", "en") == [5, 0]
    assert seconds(Recorded().synthesize("5", "ko")) > seconds(Recorded().synthesize("", "ko"))
    assert len(digits_named("1" * 100, "en")) == 24


def test_the_recordings_can_be_made_anew(tmp_path: Path) -> None:
    made = record(choose(), tmp_path / "new")
    kept = Path(__file__).parents[2] / "simulator" / "prerecorded"
    assert {path.name for path in made} == {path.name for path in kept.glob("*.wav")}


def test_languages_fall_back_to_one_that_exists() -> None:
    assert espeak_names("ko-KR") == ("ko", "en-us")
    assert espeak_names("en_GB") == ("en-gb", "en-us")
    assert espeak_names("") == ("en-us",)


@pytest.mark.anyio
async def test_a_prompt_is_synthesized_once_and_read_from_disk_ever_after(tmp_path: Path) -> None:
    engine = Counting()
    voice = Voice(tmp_path / "cache", engine)
    first = await voice.speak("Hello", "en-US")
    assert await voice.speak("  Hello\n", "en-US") == first
    assert await Voice(tmp_path / "cache", engine).speak("Hello", "en-US") == first
    assert await voice.speak("Hello", "ko-KR") == first
    assert engine.asked == [("Hello", "en-US"), ("Hello", "ko-KR")]
    assert await voice.speak(" ") == b""


@pytest.mark.anyio
async def test_a_broken_engine_a_broken_cache_and_a_full_disk_do_not_silence_the_voice(tmp_path: Path) -> None:
    assert loudness(await Voice(tmp_path, Broken()).speak("Press 5.")) > 500
    voice = Voice(tmp_path / "cache", Counting())
    whole = await voice.speak("Hello")
    for kept in (tmp_path / "cache").iterdir():
        kept.write_bytes(kept.read_bytes()[:10])
    assert await voice.speak("Hello") == whole
    (tmp_path / "file").write_text("in the way")
    assert await Voice(tmp_path / "file", Counting()).speak("Hello") == whole


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_speech_and_drops_what_a_line_cannot_carry(rate: int) -> None:
    kept = to_line_rate(sine(1000, rate, 0.5), rate)
    assert abs(seconds(kept) - 0.5) < 0.001
    assert tone_share(kept, 1000) > 0.95
    if rate > 16_000:
        assert loudness(to_line_rate(sine(6000, rate, 0.5), rate)) < 200 < loudness(kept)


def sine(hertz: float, rate: int, length: float) -> bytes:
    step = 2 * math.pi * hertz / rate
    return array("h", (int(10_000 * math.sin(step * at)) for at in range(int(rate * length)))).tobytes()


def test_a_wav_file_of_any_width_and_channel_count_is_read() -> None:
    pcm = tone(800, 0.2)
    assert read_wav(write_wav(pcm)) == pcm
    samples = array("h", pcm)
    for width, data in (
        (1, bytes((value >> 8) + 128 for value in samples)),
        (3, _wide(samples, 3)),
        (4, _wide(samples, 4)),
    ):
        assert tone_share(read_wav(_wav(data, width, 1)), 800) > 0.9
    stereo = array("h", [value for value in samples for _ in range(2)]).tobytes()
    assert read_wav(_wav(stereo, 2, 2)) == pcm


def _wide(samples: "array[int]", width: int) -> bytes:
    return b"".join((value << 8 * (width - 2)).to_bytes(width, "little", signed=True) for value in samples)


def _wav(data: bytes, width: int, channels: int) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(8000)
        sound.writeframes(data)
    return target.getvalue()


@pytest.mark.parametrize("data", [b"", b"RIFF", b"ID3 an mp3 file", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"])
def test_what_is_no_wav_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a PCM WAV"):
        read_wav(data)


def test_frames_are_whole_and_tones_are_themselves() -> None:
    assert [len(frame) for frame in frames(b"\1" * 700)] == [FRAME_BYTES] * 3
    assert frames(b"") == []
    assert tone_share(tone(523, 0.3), 523) > 0.9
    key = key_tone("5", 0.2)
    assert tone_share(key, 770) > 0.3
    assert tone_share(key, 1336) > 0.3
    assert seconds(waiting_tune()) > 5 > seconds(chime())
    with pytest.raises(ValueError, match="not found"):
        key_tone("x", 0.1)
