"""What the pages say, by key and language: one catalog, Korean first."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

CATALOG = Path(__file__).parent / "words.toml"
LANGUAGES = ("ko", "en")


class Words:
    """One language's words; a key that is not in the catalog raises KeyError, so that no page shows a bare key."""

    def __init__(self, language: str, known: Mapping[str, str]) -> None:
        """Keep the words."""
        self.language, self._known = language, known

    def __call__(self, key: str) -> str:
        """Give the words for a key."""
        return self._known[key]

    def under(self, prefix: str) -> dict[str, str]:
        """Give what stands under `prefix.`, in the order of the catalog: the choices of a list."""
        start = f"{prefix}."
        return {key.removeprefix(start): words for key, words in self._known.items() if key.startswith(start)}


@cache
def catalog() -> Mapping[str, Mapping[str, str]]:
    """Read the catalog: key to language to words."""
    return {key: dict(zip(LANGUAGES, both, strict=True)) for key, both in tomllib.loads(CATALOG.read_text()).items()}


@cache
def words(language: str) -> Words:
    """Give the words of a language; one that is none of ours is Korean."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    return Words(chosen, {key: both[chosen] for key, both in catalog().items()})
