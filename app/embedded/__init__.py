"""A real PostgreSQL and a real Valkey from Python wheels, in a folder of ours; knows nothing of our tables."""

from app.embedded.postgres import prepare_postgres, start_postgres
from app.embedded.server import Embedded, EmbeddedError, Started
from app.embedded.valkey import prepare_valkey, start_valkey

__all__ = [
    "Embedded",
    "EmbeddedError",
    "Started",
    "prepare_postgres",
    "prepare_valkey",
    "start_postgres",
    "start_valkey",
]
