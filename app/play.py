"""A call in the telephone network in miniature, printed like a play while it goes on."""

import contextlib
from collections.abc import Iterator, Sequence

import httpx
import orjson
import typer


def perform(simulator: str, caller: str, to: str, keys: Sequence[str], stay: float) -> None:
    """Place a call, press the keys one at each question, stay so many seconds more, and print it all."""
    script = [{"press": " ".join(keys)}, {"wait": stay}, {"hang_up": True}]
    wish = {"from": caller, "to": to, "script": script, "speed": 1.0}
    try:
        placed = httpx.post(f"{simulator}/sim/calls", json=wish, timeout=5)
    except httpx.HTTPError as error:
        typer.echo(
            f"The telephone network does not answer at {simulator} ({error}). Run script/server first.", err=True
        )
        raise typer.Exit(1) from error
    if placed.is_error:
        typer.echo(placed.json().get("error", placed.text), err=True)
        raise typer.Exit(1)
    with contextlib.suppress(KeyboardInterrupt):
        for line in lines(simulator, placed.json()["sid"]):
            typer.echo(line)


def lines(simulator: str, sid: str) -> Iterator[str]:
    """Give a call's conversation line by line, until it is over."""
    with httpx.stream("GET", f"{simulator}/sim/calls/{sid}/stream", timeout=None) as stream:  # noqa: S113 - a call may last
        for row in stream.iter_lines():
            if not row.startswith("data:"):
                continue
            line = orjson.loads(row.removeprefix("data:")).get("line")
            if line:
                yield str(line)
