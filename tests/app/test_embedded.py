"""PostgreSQL and Valkey from wheels: they answer, keep what they are told, and come back after every kind of end."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest
import redis

from app.embedded import EmbeddedError, start_postgres, start_valkey
from app.embedded.server import socket_folder
from tests.services import connect

PARENT = """
import sys
from pathlib import Path
from app.embedded import start_postgres, start_valkey

folder = Path(sys.argv[1])
print(start_postgres(folder / "postgres", quick=True).pid, start_valkey(folder / "valkey", quick=True).pid, flush=True)
sys.stdin.read()
"""

SUPERVISED = """
import sys
from pathlib import Path
from app.embedded import prepare_postgres, prepare_valkey
from app.supervise import run

postgres = prepare_postgres(Path(sys.argv[1]) / "postgres", quick=True)
valkey = prepare_valkey(Path(sys.argv[1]) / "valkey", quick=True)
sys.exit(run([postgres.process, valkey.process], on_ready=lambda: print("READY", postgres.url, flush=True)))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="g120t-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def wait_for_end(pid: int, seconds: float = 20) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def test_postgres_keeps_its_rows_from_one_run_to_the_next(folder: Path) -> None:
    server = start_postgres(folder, quick=True)
    with connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('안녕하세요')")
    server.stop()
    again = start_postgres(folder, quick=True)
    with connect(again.url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("안녕하세요",)
    again.stop()


def test_the_same_url_serves_asyncpg(folder: Path) -> None:
    server = start_postgres(folder, quick=True)

    async def ask() -> object:
        connection = await asyncpg.connect(server.url.replace("+psycopg", ""))
        try:
            return await connection.fetchval("SELECT current_database()")
        finally:
            await connection.close()

    assert asyncio.run(ask()) == "goodbye120"
    server.stop()


def test_the_environment_of_another_postgres_does_not_mislead_us(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "9", "PGHOST": "127.0.0.1", "PGUSER": "nobody", "PGDATABASE": "none"}.items():
        monkeypatch.setenv(name, value)
    server = start_postgres(folder, quick=True)
    with connect(server.url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)
    server.stop()


def test_postgres_is_durable_unless_it_is_asked_to_be_quick(folder: Path) -> None:
    server = start_postgres(folder)
    with connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    server.stop()


def test_postgres_never_runs_as_root_and_listens_on_no_port(folder: Path) -> None:
    server = start_postgres(folder, quick=True)
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids
    with connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    server.stop()


def test_postgres_comes_back_after_it_was_killed(folder: Path) -> None:
    server = start_postgres(folder, quick=True)
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait()
    assert (folder / "data" / "postmaster.pid").exists()
    again = start_postgres(folder, quick=True)
    with connect(again.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    again.stop()


def test_a_process_id_file_that_names_somebody_else_is_no_hindrance(folder: Path) -> None:
    start_postgres(folder, quick=True).stop()
    stale = f"{os.getpid()}\n{folder}/data\n"
    (folder / "data" / "postmaster.pid").write_text(stale, encoding="utf-8")
    server = start_postgres(folder, quick=True)
    assert server.child.poll() is None
    server.stop()


def test_servers_that_outlived_their_parent_are_replaced(folder: Path) -> None:
    orphan = start_postgres(folder, quick=True)
    successor = start_postgres(folder, quick=True)
    assert orphan.child.wait(10) == 0
    with connect(successor.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    successor.stop()


def test_a_valkey_that_outlived_its_parent_is_replaced(folder: Path) -> None:
    orphan = start_valkey(folder)
    with redis.Redis.from_url(orphan.url) as client:
        client.set("kept", "yes")
    successor = start_valkey(folder)
    assert orphan.child.wait(10) == 0
    with redis.Redis.from_url(successor.url) as client:
        assert client.get("kept") == b"yes"
    successor.stop()


def test_supervised_servers_come_back_after_a_kill_and_end_with_ctrl_c(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(folder)], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        lines = iter(supervisor.stdout.readline, "")
        url = next(line for line in lines if line.startswith("READY ")).split()[1]
        first = int((folder / "postgres" / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        os.kill(first, signal.SIGKILL)
        assert any("starting it again" in line for line in lines)
        assert any("ready to accept connections" in line for line in lines)
        with connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(20) == 0
    with pytest.raises(psycopg.OperationalError):
        connect(url)


def test_both_servers_end_when_their_parent_is_killed(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    assert all(wait_for_end(pid) for pid in pids)


def test_data_of_another_version_are_refused_with_words(folder: Path) -> None:
    start_postgres(folder, quick=True).stop()
    (folder / "data" / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 9.*pg_dump"):
        start_postgres(folder, quick=True)


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    start_postgres(folder, quick=True).stop()
    with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("no_such_setting_exists = on\n")
    with pytest.raises(EmbeddedError, match="no_such_setting_exists"):
        start_postgres(folder, quick=True)


def test_an_interrupted_first_start_leaves_nothing_that_hinders_the_next(folder: Path) -> None:
    (folder / "data.new" / "base").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    server = start_postgres(folder, quick=True)
    with connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()


def test_a_folder_too_deep_for_a_socket_is_reached_by_a_short_link(folder: Path) -> None:
    deep = folder / ("고" * 40) / "postgres"
    server = start_postgres(deep, quick=True)
    with connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    assert socket_folder(deep / "socket").resolve() == (deep / "socket").resolve()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hides its folders from the account that PostgreSQL runs under")
def test_a_private_parent_folder_is_no_hindrance(folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0
    server = start_postgres(folder / "var" / "postgres", quick=True)
    with connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()


def test_a_stopped_server_answers_nobody_and_may_be_stopped_again(folder: Path) -> None:
    server = start_postgres(folder, quick=True)
    server.stop()
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        connect(server.url)


def test_valkey_keeps_its_keys_from_one_run_to_the_next_also_after_a_kill(folder: Path) -> None:
    server = start_valkey(folder)
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        # An answered WAITAOF means the append-only file is on disk, so what follows does not race the kill.
        client.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(server.pid, signal.SIGKILL)
    server.child.wait()
    again = start_valkey(folder)
    with redis.Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"
    again.stop()


def test_valkey_listens_on_no_port_and_only_for_us(folder: Path) -> None:
    server = start_valkey(folder, quick=True)
    assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0
    with redis.Redis.from_url(server.url) as client:
        assert client.config_get("port") == {"port": "0"}
    server.stop()
