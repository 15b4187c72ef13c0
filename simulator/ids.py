"""Names for what the network makes: the provider's SIDs."""

import random
import re
from typing import Final

SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


class Ids:
    """Makes SIDs; with a seed the same ones in the same order, without one they never repeat."""

    def __init__(self, seed: int | None) -> None:
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)

    def new(self, prefix: str) -> str:
        """Make a SID: two letters of kind and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"
