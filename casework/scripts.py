"""The prepared words by which people are asked for their consent, in versions that stay."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from casework.policy.privacy import PURPOSES, Purpose
from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Script:
    """One version of the words for one purpose."""

    purpose: Purpose
    version: int
    ko: str
    en: str


def read(text: str) -> tuple[Script, ...]:
    """Read scripts from TOML; raises ValueError for an unknown or missing purpose, two of one version, or no words."""
    found = tuple(Script(**each) for each in tomllib.loads(text).get("script", []))
    if {script.purpose for script in found} != set(PURPOSES):
        raise ValueError(f"There must be words for each of: {', '.join(PURPOSES)}; and for nothing else.")
    if len({(script.purpose, script.version) for script in found}) != len(found):
        raise ValueError("Two scripts of one purpose have the same version.")
    if not all(script.ko.strip() and script.en.strip() for script in found):
        raise ValueError("A script needs its words in both languages.")
    return found


@cache
def scripts() -> tuple[Script, ...]:
    """Give every version of every script."""
    return read((files("casework") / "data" / "consents.toml").read_text(encoding="utf-8"))


def current() -> list[Script]:
    """List the newest script of each purpose."""
    return [max((s for s in scripts() if s.purpose == purpose), key=lambda s: s.version) for purpose in PURPOSES]


def require_script(purpose: Purpose, version: int) -> Script:
    """Give a version of a script; raises Invalid with the newest where there is no such version."""
    for script in scripts():
        if (script.purpose, script.version) == (purpose, version):
            return script
    newest = next(script.version for script in current() if script.purpose == purpose)
    raise Invalid("그런 판의 동의 문구가 없습니다. There are no such words.", at="script", newest=newest)
