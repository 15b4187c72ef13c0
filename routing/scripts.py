"""The index's Lua: one file for each transition, behind the prelude they share."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from re import fullmatch

from routing.config import RoutingConfig
from routing.needs import Need
from routing.policy import groups

FOLDER = Path(__file__).parent / "lua"
NEEDS_NO_EPOCH = ("rebuild", "open", "place")
ASKS_FOR_SEATS = ("claim", "outlook")
"""Transitions that ask who may take a caller: they come behind `asking.lua` too."""
KEYS = ("epoch", "contacts", "seats", "due", "wraps", "leases", "shift", "drought", "lines", "holds", "profiles")
FAMILIES = {"WAIT": "wait", "IDLE": "idle", "STAFF": "staff"}
"""Keys there are many of: a line by its name, free seats by their group, seats on shift by all their groups."""
FORMAT = 2
"""Part of every key: an index of another format is not found, and so rebuilt."""


@cache
def names() -> tuple[str, ...]:
    """List the transitions."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.lua") if path.stem not in {"prelude", "asking"}))


@cache
def source(name: str, site: str, config: RoutingConfig) -> str:
    """Give one transition's whole text, for this site's keys and these classes, languages and needs."""
    header = [f"local {key.upper()} = '{_tag(site)}{key}'" for key in KEYS]
    header += [f"local {word} = '{_tag(site)}{key}:'" for word, key in FAMILIES.items()]
    header.append(f"local REBUILDS = {str(name in NEEDS_NO_EPOCH).lower()}")
    if name in ASKS_FOR_SEATS:
        header += _asking(site, config)
    if name == "rebuild":
        everything = groups(config.languages, config.needs.skills, config)
        header.append(f"local GROUPS = {_list(everything)}")
    parts = ["prelude", "asking", name] if name in ASKS_FOR_SEATS else ["prelude", name]
    return "\n".join((*header, *map(_read, parts)))


def _asking(site: str, config: RoutingConfig) -> list[str]:
    """Write down what it takes to ask for seats, as literals: whatever is computed would be at every call again."""
    words = (*config.classes, *config.languages, *config.needs.skills, *(need.name for need in config.needs.needs))
    if odd := [word for word in words if not (word.isascii() and word.isidentifier())]:
        raise ValueError(f"Classes, languages, skills and needs are plain words, not {odd}.")
    starts = ", ".join(f"{k} = {round(s * 1000)}" for k, s in zip(config.classes, config.head_starts, strict=True))
    idle = ", ".join(f"'{_tag(site)}idle:{language}'" for language in config.languages)
    return [
        f"local HEAD_STARTS, LONGEST = {{{starts}}}, {round(config.longest_overtaken_seconds * 1000)}",
        f"local NEEDS = {{{', '.join(map(_steps, config.needs.needs))}}}",
        f"local function somebody_is_free() return redis.call('EXISTS', {idle}) > 0 end",
    ]


def _steps(need: Need) -> str:
    steps = (f"{{{round(step.after * 1000)}, '{','.join(step.skills)}'}}" for step in need.steps)
    return f"{need.name} = {{{', '.join(steps)}}}"


def keys(site: str) -> list[str]:
    """List the keys of a site's index that there is one of.

    One hash tag keeps all its keys, those of the families too, on one Cluster node.
    """
    return [_tag(site) + key for key in KEYS]


def _tag(site: str) -> str:
    if not fullmatch(r"[A-Za-z0-9_-]+", site):
        raise ValueError(f"A site's name is letters, digits, - and _, not {site!r}.")
    return f"{{goodbye120:{site}}}:{FORMAT}:"


def rates_key(site: str) -> str:
    """Name what a site's forecasts go by: no part of the index, which may be lost and made anew without it."""
    return f"{{goodbye120:{site}}}:rates"


def _list(words: Iterable[str]) -> str:
    return "{" + ", ".join(f"'{word}'" for word in words) + "}"


@cache
def _read(name: str) -> str:
    return (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
