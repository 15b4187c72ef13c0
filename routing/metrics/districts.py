"""Which districts' numbers are not shown, because a person could be told apart by them."""

from collections.abc import Mapping

LEAST = 5
UNKNOWN = ""
"""The place of contacts of which no district is known: nobody's, so it tells nobody apart."""


def hidden(offered: Mapping[str, int]) -> frozenset[str]:
    """Name the districts to hide, by how many contacts each had: those under five, and no sum of them under five.

    Who knows the total and all others could take the difference; so where the hidden ones together are fewer than five,
    the smallest of the others is hidden with them.
    """
    by_size = sorted(offered, key=lambda district: (offered[district], district))
    small = [district for district in by_size if district != UNKNOWN and 0 < offered[district] < LEAST]
    others = [district for district in by_size if district not in small and offered[district]]
    while small and sum(offered[district] for district in small) < LEAST and others:
        small.append(others.pop(0))
    return frozenset(small)
