"""Who is asked next for a dispatch that nobody has acknowledged."""

from typing import Literal

Way = Literal["endpoint", "agency", "officer"]
"""The agency's endpoint, the agency's telephone, or the telephone of our own duty officer."""


def way(page: int, *, endpoint: bool, agency: bool, officer: bool) -> Way | None:
    """Give by which way the `page`th page goes, the first way first and the last one ever again; None: there is none.

    The endpoint is tried with every page beside it: a partner whose machine was down hears of it all the same.
    """
    there: tuple[tuple[Way, bool], ...] = (("endpoint", endpoint), ("agency", agency), ("officer", officer))
    ways = [name for name, is_there in there if is_there]
    return ways[min(page, len(ways)) - 1] if ways else None
