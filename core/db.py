"""The way to PostgreSQL: one declarative base, one kind of session."""

from sqlalchemy import DateTime, Engine, MetaData, Text, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

Sessions = sessionmaker[Session]
CHAIN_KEY = "chain_key"
"""Where a session carries the key by which what is written down is signed (`core/chain.py`)."""


class Base(DeclarativeBase):
    """Every table of the product, with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


Moment = DateTime(timezone=True)
"""A point in time, always with its zone."""

Words = Text()
Json = JSONB()


def sqlalchemy_url(url: str) -> str:
    """Name psycopg 3 as the driver of a plain `postgresql://` (or `postgres://`) address."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def libpq_url(url: str) -> str:
    """Give the plain address that asyncpg, psql and libpq read."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def connect(url: str, *, pool: int = 10) -> Engine:
    """Open an engine; its pool is as large as the concurrency it serves, for overflow connections cost a reconnect."""
    # A host that swallows packets must not hold a delivery for as long as the kernel would wait.
    within = {"connect_timeout": 4}
    return create_engine(
        sqlalchemy_url(url), pool_size=pool, max_overflow=0, pool_pre_ping=True, pool_timeout=10, connect_args=within
    )


def sessions(engine: Engine, *, chain_key: bytes = b"") -> Sessions:
    """Make sessions whose rows stay readable after the commit, and that sign what is written down with a key."""
    return sessionmaker(engine, expire_on_commit=False, info={CHAIN_KEY: chain_key})
