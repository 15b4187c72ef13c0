"""The real SIP phone baresip, driven through its control port."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simulator.sip.messages import Address
from simulator.voice.pcm import read_wav, write_wav
from simulator.voice.tones import tone
from tests.simulator.sip.ports import tcp_port, udp_port

_MODULES = next((folder for folder in Path("/usr/lib").glob("**/baresip/modules") if folder.is_dir()), None)
MISSING = "" if shutil.which("baresip") and _MODULES else "baresip is not installed (Debian package baresip)"

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
audio_player aubridge,ear
audio_source aufile,{folder}/microphone.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {folder}
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Baresip:
    """A running phone: what it is told, and what it tells."""

    def __init__(self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._folder = folder
        self._writer = writer
        self.events: list[dict[str, Any]] = []
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read(reader))

    def command(self, command: str, params: str = "") -> None:
        text = json.dumps({"command": command, "params": params, "token": "test"})
        self._writer.write(f"{len(text)}:{text},".encode())

    def dial(self, uri: str) -> None:
        self.command("dial", uri)

    def press(self, key: str) -> None:
        self.command("sndcode", key)

    async def told(self, kind: str) -> dict[str, Any]:
        """Wait until the phone has reported this kind of event, such as CALL_ESTABLISHED."""
        async with asyncio.timeout(15):
            while True:
                found = next((event for event in self.events if event.get("type") == kind), None)
                if found is not None:
                    return found
                self._more.clear()
                await self._more.wait()

    def heard(self) -> bytes:
        """What came out of the ear piece during the last call that has ended."""
        return read_wav(max(self._folder.glob("*-dec.wav")).read_bytes())

    async def _read(self, reader: asyncio.StreamReader) -> None:
        data = b""
        while piece := await reader.read(65_536):
            data += piece
            while found := re.match(rb"(\d+):", data):
                end = found.end() + int(found.group(1))
                if len(data) <= end:
                    break
                self.events.append(json.loads(data[found.end() : end]))
                self._more.set()
                data = data[end + 1 :]

    async def close(self) -> None:
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


@asynccontextmanager
async def baresip(
    folder: Path, door: Address, user: str, hertz: float = 440, account: str = "regint=0"
) -> AsyncIterator[Baresip]:
    """Run a phone of this name, which hums a tone into its microphone and answers by itself."""
    line = f"<sip:{user}@{door[0]}:{door[1]}>;answermode=auto;audio_codecs=pcmu;{account}"
    process, control = await _started(folder, hertz, line)
    try:
        phone = Baresip(folder, *control)
        try:
            yield phone
        finally:
            await phone.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _started(
    folder: Path, hertz: float, line: str, tries: int = 3
) -> tuple[asyncio.subprocess.Process, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Start the phone; a port that was free a moment ago may be another's by now, and then it never gets ready."""
    control, nothing = tcp_port(), asyncio.subprocess.DEVNULL
    _set_up(folder, control, hertz, line)
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), stdin=nothing, stdout=nothing, stderr=nothing
    )
    try:
        return process, await _connected(control)
    except TimeoutError:
        process.kill()
        await process.wait()
        if tries == 1:
            raise
    return await _started(folder, hertz, line, tries - 1)


def _set_up(folder: Path, control: int, hertz: float, account: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(_CONFIG.format(sip=udp_port(), control=control, folder=folder, modules=_MODULES))
    (folder / "accounts").write_text(account + "\n")
    (folder / "microphone.wav").write_bytes(write_wav(tone(hertz, 30, 12_000)))


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The control port opens when the phone is ready; there is nothing else to wait for."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
