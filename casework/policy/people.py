"""How well somebody is known, and when the one who reported them is shielded."""

from typing import Literal
from uuid import UUID

Standing = Literal["known", "half_known", "anonymous"]


def standing(*, named: bool, reachable: bool, described: bool) -> Standing:
    """Tell how well somebody is known.

    `known` is a name and a way to them (a number or an address), `half_known` anything of it or a description,
    `anonymous` nothing.
    """
    if named and reachable:
        return "known"
    return "half_known" if named or reachable or described else "anonymous"


def reporter_shielded(reporter: UUID | None, subject: UUID | None, *, finalized: bool) -> bool:
    """Tell whether who reported is hidden: from the moment a report on somebody else is finalized.

    Until then whoever writes it must be able to call the reporter back.
    """
    return finalized and None not in {reporter, subject} and reporter != subject
