"""Real PostgreSQL and real Redis for tests: each worker's own, or TEST_DATABASE_URL's and TEST_REDIS_URL's.

`database_url` and `redis_url` last for a worker's whole run; a test that writes asks for `clean_database` or
`clean_redis` (the same URLs, emptied before it). A conftest.py takes them with `from tests.services import *`.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from app.embedded import start_postgres, start_valkey

__all__ = [
    "clean_database",
    "clean_redis",
    "database_template",
    "database_url",
    "empty_database_url",
    "new_database",
    "postgres_url",
    "redis_url",
    "service_folder",
    "worker_name",
]

TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'alembic_version'
"""


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect to a SQLAlchemy url with psycopg, each statement committed at once, waiting at most 5 s for a lock."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, options="-c lock_timeout=5s")


def empty_tables(url: str) -> None:
    """Empty every table that has rows, except alembic's own; a connection left in a transaction fails it after 5 s."""
    with connect(url) as connection:
        tables = [sql.Identifier(str(schema), str(table)) for schema, table in connection.execute(TABLES)]
        if not tables:
            return
        # Emptying forty empty tables takes longer than asking each whether it has a row.
        asked = [sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(n, t) for n, t in enumerate(tables)]
        full = [tables[int(str(row[0]))] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked))]
        if full:
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(full)))


@contextmanager
def database(server_url: str, name: str, template: str | None = None) -> Iterator[str]:
    """Make a database, as a copy of `template` if one is named; give its url; drop it at the end."""
    with connect(server_url) as connection:
        copy = sql.SQL("") if template is None else sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copy)
    url: URL = make_url(server_url).set(database=name)
    yield url.render_as_string(hide_password=False)
    with connect(server_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The name of this test worker; `main` without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def service_folder() -> Iterator[Path]:
    """A short folder for the servers of this worker, gone at the end (pytest would keep three runs of them)."""
    folder = Path(tempfile.mkdtemp(prefix="g120t-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL server where databases may be made: TEST_DATABASE_URL's, or one of this worker's own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    server = start_postgres(request.getfixturevalue("service_folder") / "postgres", quick=True)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def database_template(postgres_url: str, worker_name: str) -> Iterator[str]:
    """The name of a database with every migration applied, to be copied."""
    from app.migrate import upgrade

    name = f"g120_template_{worker_name}_{uuid4().hex[:12]}"
    with database(postgres_url, name) as url:
        upgrade(url)
        yield name


@pytest.fixture(scope="session")
def database_url(postgres_url: str, database_template: str) -> Iterator[str]:
    """This worker's database with the whole schema; ask for `clean_database` to find it empty."""
    with database(postgres_url, f"g120_{uuid4().hex[:12]}", database_template) as url:
        yield url


@pytest.fixture
def clean_database(database_url: str) -> str:
    """This worker's database with every table empty."""
    empty_tables(database_url)
    return database_url


@pytest.fixture
def new_database(postgres_url: str, database_template: str) -> Iterator[Callable[[], str]]:
    """Make further databases with the whole schema, each the test's own, dropped after it."""
    with ExitStack() as made:
        yield lambda: made.enter_context(database(postgres_url, f"g120_{uuid4().hex[:12]}", database_template))


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database without any table, for tests of the migrations themselves."""
    with database(postgres_url, f"g120_{uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest, worker_name: str) -> Iterator[str]:
    """A Redis of this worker's own; with TEST_REDIS_URL that server's database 1 (worker gw0), 2 (gw1) and so on."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        number = 1 + int(worker_name.removeprefix("gw")) if worker_name.startswith("gw") else 15
        yield f"{given}?db={number}" if given.startswith("unix:") else f"{given.rstrip('/')}/{number}"
        return
    server = start_valkey(request.getfixturevalue("service_folder") / "valkey", quick=True)
    yield server.url
    server.stop()


@pytest.fixture
def clean_redis(redis_url: str) -> str:
    """This worker's Redis, emptied."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    return redis_url
