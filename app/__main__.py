"""Lets `python -m app` stand for the `goodbye120` command."""

from app.cli import app

app()
