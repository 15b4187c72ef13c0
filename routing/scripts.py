"""The index's Lua: one file for each transition, behind the prelude they share."""

from functools import cache
from pathlib import Path

from routing.config import RoutingConfig

FOLDER = Path(__file__).parent / "lua"
NEEDS_NO_EPOCH = ("rebuild", "open", "place")


@cache
def names() -> tuple[str, ...]:
    """List the transitions."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.lua") if path.stem != "prelude"))


@cache
def source(name: str, config: RoutingConfig) -> str:
    """Give one transition's whole text, for these classes and languages."""
    header = (
        f"local CLASS_NAMES = {_list(config.classes)}\n"
        f"local LANGUAGE_NAMES = {_list(config.languages)}\n"
        f"local REBUILDS = {str(name in NEEDS_NO_EPOCH).lower()}\n"
    )
    return header + _read("prelude") + _read(name)


def keys(site: str, config: RoutingConfig) -> list[str]:
    """List every key of a site's index, in the order the scripts know; one hash tag keeps them on one Cluster node."""
    tag = f"{{goodbye120:{site}}}:"
    fixed = ["epoch", "contacts", "seats", "due", "wraps", "leases", "shift", "drought"]
    waits = [f"wait:{name}:{language}" for name in config.classes for language in config.languages]
    return [tag + name for name in (*fixed, *waits, *(f"idle:{language}" for language in config.languages))]


def rates_key(site: str) -> str:
    """Name what a site's forecasts go by: no part of the index, which may be lost and made anew without it."""
    return f"{{goodbye120:{site}}}:rates"


def _list(words: tuple[str, ...]) -> str:
    if not all(word.isidentifier() for word in words):
        raise ValueError(f"Classes and languages are plain words, not {words!r}.")
    return "{" + ", ".join(f"'{word}'" for word in words) + "}"


@cache
def _read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
