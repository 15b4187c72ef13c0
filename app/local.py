"""The whole helpline on one machine: which processes it takes, and what each is told."""

import base64
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import httpx
from dotenv import dotenv_values, set_key

from app.demo import CITY
from app.embedded import prepare_postgres, prepare_valkey
from app.process import Process
from core.staff import ROLES

GENERATED = "local.env"
WORKERS, RELAYS = 2, 2


@dataclass(frozen=True, slots=True)
class Local:
    """What runs on this machine, and where each part answers."""

    processes: Sequence[Process]
    environment: Mapping[str, str]
    sip_port: int | None
    simulator_url: str | None


def plan(folder: Path) -> Local:
    """Decide what must run here: servers and provider that are configured elsewhere are not started."""
    given = {**{k: v for k, v in dotenv_values(".env").items() if v}, **os.environ}
    own = dotenv_values(folder / GENERATED)
    environment = {**_generated(folder, own, given), **_passed_on(given)}
    processes: list[Process] = []
    if "DATABASE_URL" not in given:
        postgres = prepare_postgres(folder / "postgres")
        processes.append(postgres.process)
        environment["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in given:
        valkey = prepare_valkey(folder / "valkey")
        processes.append(valkey.process)
        environment["REDIS_URL"] = valkey.url
    port = free_port(int(given.get("PORT", "8120")))
    environment |= {"PORT": str(port), "SPOOL_DIR": str(folder / "spool")}
    environment.setdefault("PUBLIC_URL", given.get("PUBLIC_URL", f"http://127.0.0.1:{port}"))
    telephone = None if "TWILIO_API_URL" in given or "TWILIO_ACCOUNT_SID" in given else _telephone(folder, environment)
    for name, value in environment.items():
        set_key(folder / GENERATED, name, value)
    processes += _ours(environment, port)
    if telephone:
        processes.append(telephone.process)
    return Local(processes, environment, telephone.sip_port if telephone else None, environment.get("SIMULATOR_URL"))


def _passed_on(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL") if name in given}


def _generated(folder: Path, own: Mapping[str, str | None], given: Mapping[str, str]) -> dict[str, str]:
    """Make secrets once and keep them beside the data they open, readable by nobody else."""
    made = {
        "TWILIO_ACCOUNT_SID": lambda: "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": lambda: secrets.token_hex(16),
        "DATA_KEYS": lambda: "k1=" + _random_key(),
        "FINGERPRINT_KEY": _random_key,
    }
    kept: dict[str, str] = {}
    path = folder / GENERATED
    path.touch(mode=0o600)
    for name, make in made.items():
        if name in given:
            continue
        value = own.get(name) or make()
        kept[name] = value
        if not own.get(name):
            set_key(path, name, value)
    return kept


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def free_port(wanted: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Give the first free port from `wanted` on, on the loopback interface."""
    for port in range(wanted, wanted + 200):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"No port from {wanted} to {wanted + 199} is free.")


@dataclass(frozen=True, slots=True)
class _Telephone:
    process: Process
    sip_port: int


DESKS = {
    "dasan": "+8221200001", "care": "+8221200003", "deregulation": "+8221200004", "languages": "+8221200009",
    "duty": "+8221200000",
}  # fmt: skip
"""Desks of the demonstration city; in the telephone network in miniature somebody answers each of them."""


def _telephone(folder: Path, environment: dict[str, str]) -> _Telephone:
    port, sip = free_port(8130), free_port(5060, socket.SOCK_DGRAM)
    base = f"http://127.0.0.1:{port}"
    environment |= {
        "TWILIO_API_URL": base,
        "SIMULATOR_URL": base,
        "DESKS": ",".join(f"{name}={number}" for name, number in DESKS.items()),
    }
    public = environment["PUBLIC_URL"]
    command = [
        sys.executable, "-m", "simulator", "--port", str(port), "--sip-port", str(sip),
        "--account-sid", environment["TWILIO_ACCOUNT_SID"], "--cache", str(folder / "voice"),
        "--number", f"120={public}/ivr/voice", "--fallback", f"120={public}/ivr/fallback",
        "--status-callback", f"120={public}/ivr/status",
    ]  # fmt: skip
    secret = {"SIM_AUTH_TOKEN": environment["TWILIO_AUTH_TOKEN"]}
    process = Process("telephone", command, env=secret, ready=answers(f"{base}/sim/health"))
    return _Telephone(process, sip)


def seat_softphones(local: Local) -> None:
    """Put a softphone that answers by itself on the network for everybody who can sit at a desk.

    A SIP phone that registers under the same name is rung instead.
    """
    if local.simulator_url is None:
        return
    for person in CITY:
        if "seat.use" in ROLES[person.role]:
            httpx.put(f"{local.simulator_url}/sim/clients/{person.login}", json={}, timeout=5).raise_for_status()


def _ours(environment: Mapping[str, str], port: int) -> list[Process]:
    def make(name: str, *words: str, once: bool = False, ready: Callable[[], bool] | None = None) -> Process:
        command = [sys.executable, "-m", "app", *words]
        return Process(name, command, env=environment, once=once, ready=ready)

    return [
        make("migrate", "migrate", once=True),
        make("demo", "demo", once=True),
        make("web", "web", ready=answers(f"http://127.0.0.1:{port}/health")),
        *(make(f"relay-{n}", "relay") for n in range(1, RELAYS + 1)),
        *(make(f"worker-{n}", "worker") for n in range(1, WORKERS + 1)),
    ]


def answers(url: str) -> Callable[[], bool]:
    """Make a question that is true once `url` answers with success."""

    def ask() -> bool:
        try:
            with urlopen(url, timeout=1) as reply:  # noqa: S310 - our own loopback address
                return bool(reply.status < 300)  # noqa: PLR2004 - success
        except OSError:
            return False

    return ask
