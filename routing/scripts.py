"""The index's Lua: one file for each transition, behind the prelude they share."""

from functools import cache
from pathlib import Path

from routing.config import RoutingConfig

FOLDER = Path(__file__).parent / "lua"
NEEDS_NO_EPOCH = ("rebuild", "open", "place")
MOVES_NOBODY = ("confirm", "accept", "connected", "hold", "heartbeat", "extend")
"""Transitions of whoever is in no line and at no free seat: they need not be sent the keys of lines and free seats."""


@cache
def names() -> tuple[str, ...]:
    """List the transitions."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.lua") if path.stem != "prelude"))


@cache
def source(name: str, config: RoutingConfig) -> str:
    """Give one transition's whole text, for these classes and languages."""
    header = (
        f"local CLASS_NAMES = {_list(config.classes)}\n"
        f"local HEAD_STARTS, LONGEST = {{{', '.join(str(round(s * 1000)) for s in config.head_starts)}}},"
        f" {round(config.longest_overtaken_seconds * 1000)}\n"
        f"local LANGUAGE_NAMES = {_list(config.languages)}\n"
        f"local CLASSES, LANGUAGES = {_numbers(config.classes)}, {_numbers(config.languages)}\n"
        f"local REBUILDS = {str(name in NEEDS_NO_EPOCH).lower()}\n"
    )
    return header + _read("prelude") + _read(name)


def keys(site: str, config: RoutingConfig, name: str = "") -> list[str]:
    """List every key of a site's index, or those a transition needs, in the order the scripts know.

    One hash tag keeps them on one Cluster node.
    """
    tag = f"{{goodbye120:{site}}}:"
    fixed = ["epoch", "contacts", "seats", "due", "wraps", "leases", "shift", "drought"]
    if name in MOVES_NOBODY:
        return [tag + key for key in fixed]
    waits = [f"wait:{klass}:{language}" for klass in config.classes for language in config.languages]
    return [tag + key for key in (*fixed, *waits, *(f"idle:{language}" for language in config.languages))]


def rates_key(site: str) -> str:
    """Name what a site's forecasts go by: no part of the index, which may be lost and made anew without it."""
    return f"{{goodbye120:{site}}}:rates"


def _list(words: tuple[str, ...]) -> str:
    if not all(word.isidentifier() for word in words):
        raise ValueError(f"Classes and languages are plain words, not {words!r}.")
    return "{" + ", ".join(f"'{word}'" for word in words) + "}"


def _numbers(words: tuple[str, ...]) -> str:
    # Written out, for every call of every script would else count them again.
    return "{" + ", ".join(f"{word} = {n}" for n, word in enumerate(words, start=1)) + "}"


@cache
def _read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
