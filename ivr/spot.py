"""Where a caller stands in the flow, as it travels in the next URL."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from ivr.signature import read_form

_LINE: Final = re.compile(r"CB[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a caller stands. It travels in the next URL, so nothing has to be remembered between two webhooks."""

    flow: int
    node: str
    turn: int = 0
    tries: int = 0
    language: str = "ko"
    about: Literal["self", "other"] = "self"
    reachable: bool = False
    """Whether the caller's number is known, so that calling back can be offered."""
    past: int = 0
    """How many overflow steps of their queue this caller has been through: none is taken twice."""
    promised: int = 0
    """By how many seconds after coming into the queue they were last told it would be their turn; 0: never told."""
    staffed: int = 0
    """How many seats could take them when they were told."""
    line: str = ""
    """Our own name of a call that we make: the provider's is not known before it is made."""
    part: int = 0
    """Which part of the call this is: each time it is handed to somebody else a contact of its own begins."""

    @property
    def query(self) -> str:
        """Write the spot as a query string; `read_spot` reads it back."""
        return (
            f"flow={self.flow}&node={self.node}&turn={self.turn}&tries={self.tries}&language={self.language}"
            f"&about={self.about}&reachable={int(self.reachable)}&promised={self.promised}&staffed={self.staffed}"
            f"&past={self.past}{f'&line={self.line}' if self.line else ''}{f'&part={self.part}' if self.part else ''}"
        )


_NAMES = ("flow", "node", "turn", "tries", "language", "about", "reachable")


def is_line(name: str) -> bool:
    """Tell our own name of a call that we make from the provider's names."""
    return _LINE.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def read_spot(words: str) -> Spot:
    """Read a spot from a query string; raises KeyError or ValueError where it is none of ours.

    Callers stand at the same few places again and again, so what was read once is remembered.
    """
    query = dict(reversed(read_form(words.encode())))
    flow, node, turn, tries, language, about, reachable = (query[name] for name in _NAMES)
    if about not in {"self", "other"}:
        raise ValueError(f"about={about}")
    # A caller who was on the line before these were written has been promised nothing, and led nowhere.
    past, promised, staffed = (int(query.get(name, 0)) for name in ("past", "promised", "staffed"))
    line = query.get("line", "")
    return Spot(
        int(flow), node, int(turn), int(tries), language, "other" if about == "other" else "self", reachable == "1",
        past, promised, staffed, line if is_line(line) else "", part=int(query.get("part", 0)),
    )  # fmt: skip
