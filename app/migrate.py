"""Bring a database's schema to the newest version."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from core.db import sqlalchemy_url

FOLDER = Path(__file__).parent.parent / "migrations"


def configuration(url: str) -> Config:
    """Point alembic at our migrations and this database."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url(url).replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration not yet applied, under a lock so that two processes may do it at once."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back to `revision`."""
    command.downgrade(configuration(url), revision)
