"""PostgreSQL from its wheel: a cluster in a folder of ours, on a private socket, run by an unprivileged account.

Its url is for SQLAlchemy (`postgresql+psycopg://`); without `+psycopg` the same url works for asyncpg, libpq and psql.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.embedded.reach import installation, owner_for
from app.embedded.server import Embedded, EmbeddedError, Started, evict, ours, socket_folder, start
from app.process import Owner, Process, identity

DATABASE = "goodbye120"
# It names the socket only. It is said everywhere because PGPORT in the environment would otherwise name another.
PORT = "5432"
# A private parent folder (mode 0700, root's) would hide the data from the unprivileged account by their full path, but
# not from a process that already stands in them: the kernel lets every process follow its own cwd link.
HERE = "/proc/self/cwd"
INITDB = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": "../socket",
    "unix_socket_permissions": "0700",
    "port": PORT,
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


def start_postgres(folder: Path, *, quick: bool = False) -> Started:
    """Start PostgreSQL in `folder` and return when it answers; `quick` (for tests) trades safety for speed."""
    return start(prepare_postgres(folder, quick=quick))


def prepare_postgres(folder: Path, *, quick: bool = False) -> Embedded:
    """Make `folder` hold a cluster (a new one if there is none) and say how to run it; raises EmbeddedError.

    A server that runs there already is taken for one that outlived its parent, and stopped: claim the folder first.
    """
    owner = owner_for(folder)
    install = installation(owner)
    data = folder / "data"
    with ours(folder):
        _lay_out(folder, owner)
        evict(data / "postmaster.pid", data, signal.SIGINT)
        if not (data / "PG_VERSION").exists():
            _initialize(install, folder, owner)
        _refuse_other_version(install, data)
    sockets = socket_folder(folder / "socket")
    settings = {**SETTINGS, **(QUICK if quick else {})}
    command = [str(install / "bin" / "postgres"), "-D", _data_argument(data, owner)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = Process(
        "postgres",
        command,
        cwd=data,
        owner=owner,
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: it does not wait for its clients to leave.
        ready=lambda: _answers(sockets),
        grace=10.0,
    )
    url = f"postgresql+psycopg://postgres@/{DATABASE}?host={quote(str(sockets), safe='/')}&port={PORT}"
    return Embedded(url, process, folder / "postgres.log")


def _lay_out(folder: Path, owner: Owner | None) -> None:
    for path in (folder, folder / "socket"):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if owner is not None:
            os.chown(path, owner.uid, owner.gid)


def _initialize(install: Path, folder: Path, owner: Owner | None) -> None:
    """Make the cluster beside its place and move it there whole: an interrupted start leaves nothing half made."""
    fresh = folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if owner is not None:
        os.chown(fresh, owner.uid, owner.gid)
    command = [str(install / "bin" / "initdb"), "-D", _data_argument(fresh, owner), *INITDB]
    done = subprocess.run(
        command,
        cwd=fresh,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
        **identity(owner),
    )
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL could not make its cluster in {folder}:\n{done.stdout}{done.stderr}")
    shutil.rmtree(folder / "data", ignore_errors=True)
    fresh.rename(folder / "data")


def _data_argument(data: Path, owner: Owner | None) -> str:
    return str(data.resolve()) if owner is None else HERE


def _refuse_other_version(install: Path, data: Path) -> None:
    have = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    share = install / "share" / "postgresql" / "postgresql.conf.sample"
    want = install.name.removeprefix("pginstall") if share.exists() else ""
    if want and have != want:
        raise EmbeddedError(
            f"The data in {data} were made by PostgreSQL {have}, and this is PostgreSQL {want}. Dump them with the old "
            "version (pg_dump) and restore them here, or start over with script/server --fresh."
        )


def _answers(sockets: Path) -> bool:
    try:
        with psycopg.connect(
            host=str(sockets), port=PORT, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            _ensure_database(connection)
    except psycopg.OperationalError:
        return False
    return True


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
