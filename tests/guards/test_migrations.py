"""The migrations make exactly the tables that the code means, in one line, and can be taken back."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.migrate import FOLDER, configuration, downgrade, upgrade
from app.tables import metadata
from tests.guards.tree import ROOT, python_files
from tests.services import connect

Rows = list[tuple[object, ...]]


def drift(url: str) -> list[object]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def schema(url: str) -> Rows:
    """Give everything about the tables that PostgreSQL can tell in words."""
    columns = (
        "select table_name, column_name, data_type, is_nullable, column_default, is_identity, character_maximum_length"
        " from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'"
    )
    indexes = "select tablename, indexname, indexdef, '', '', '', '' from pg_indexes where schemaname = 'public'"
    constraints = (
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', '', '' from pg_constraint"
        " where connamespace = 'public'::regnamespace"
    )
    with connect(url) as connection:
        found = [row for asked in (columns, indexes, constraints) for row in connection.execute(asked).fetchall()]
    return sorted((row for row in found if row[0] != "alembic_version"), key=repr)


def test_there_is_one_line_of_migrations() -> None:
    scripts = ScriptDirectory.from_config(configuration("postgresql://unused"))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_migrations_are_named_in_the_order_they_are_applied() -> None:
    scripts = ScriptDirectory.from_config(configuration("postgresql://unused"))
    applied = [Path(each.path).name for each in scripts.walk_revisions()][::-1]
    assert applied == sorted(applied)
    assert len(applied) == len(list((FOLDER / "versions").glob("*.py"))), "none is left out of the line"


def test_the_tables_are_those_the_code_means(database_url: str) -> None:
    assert drift(database_url) == []


def test_everything_can_be_taken_back_and_made_again(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    first = schema(empty_database_url)
    assert first
    downgrade(empty_database_url)
    assert schema(empty_database_url) == []
    upgrade(empty_database_url)
    assert schema(empty_database_url) == first


def test_two_processes_that_apply_them_at_once_and_again_do_no_harm(empty_database_url: str) -> None:
    command = [sys.executable, "-c", "import sys; from app.migrate import upgrade; upgrade(sys.argv[1])"]
    started = [subprocess.Popen([*command, empty_database_url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    upgrade(empty_database_url)
    assert drift(empty_database_url) == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_declared_in_a_module_that_app_tables_loads(table: str) -> None:
    declared = [path for path in python_files() if f'__tablename__ = "{table}"' in path.read_text(encoding="utf-8")]
    assert len(declared) == 1
